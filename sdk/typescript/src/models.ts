import { EventSourceParserStream } from "eventsource-parser/stream";
import { body, credentials, type Heddle } from "./client.js";
import { HeddleError } from "./error.js";
import type { components } from "./schema/loom.js";

/** A request to a model, in one shape for all providers. */
export type LlmRequest = components["schemas"]["LlmRequest"];
/** A whole answer. */
export type LlmResponse = components["schemas"]["LlmResponse"];
/** A piece of an answer. */
export type LlmEvent = components["schemas"]["LlmEvent"];
/** What the server asks in the middle of a stream. */
export type ServerQuery = Extract<LlmEvent, { type: "server_query" }>;

/** How a stream is taken. */
export interface StreamOptions {
  signal?: AbortSignal;
  /** Answers what the server asks; without it the server asks nothing. */
  onQuery?: (query: ServerQuery) => Promise<"yes" | "no">;
}

/**
 * Asks a model and tells each piece of the answer as it is written; the last event is `completed`. Leaving the loop ends the
 * call. Throws a {@link HeddleError} for what is refused, and for an answer that breaks off.
 */
export async function* streamModel(
  heddle: Heddle,
  provider: string,
  request: LlmRequest,
  options: StreamOptions = {},
): AsyncGenerator<LlmEvent, void, void> {
  const end = new AbortController();
  const stop = () => end.abort();
  options.signal?.addEventListener("abort", stop);
  try {
    const reader = await open(heddle, provider, { ...request, server_queries: options.onQuery !== undefined }, end.signal);
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      const event = JSON.parse(next.value.data) as LlmEvent;
      if (event.type === "error") {
        throw new HeddleError(200, event.error, event.message, [], null, event.retry_after ?? null);
      }
      if (event.type === "server_query" && options.onQuery) {
        const answer = await options.onQuery(event);
        await body(heddle.loom.POST("/proxy/queries/{id}", { params: { path: { id: event.id } }, body: { answer } }));
      }
      yield event;
      if (event.type === "completed") return;
    }
    throw new HeddleError(0, "unreachable", "The answer broke off.");
  } finally {
    options.signal?.removeEventListener("abort", stop);
    end.abort();
  }
}

async function open(heddle: Heddle, provider: string, request: LlmRequest, signal: AbortSignal) {
  const { options } = heddle;
  const response = await (options.fetch ?? fetch)(
    new Request(`${options.baseUrl ?? ""}/proxy/${encodeURIComponent(provider)}/stream`, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "text/event-stream", ...credentials(options, "POST") },
      body: JSON.stringify(request),
      signal,
    }),
  );
  if (!response.ok || !response.body) throw HeddleError.of(response, await response.json().catch(() => null));
  return response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream()).getReader();
}
