import { EventSourceParserStream } from "eventsource-parser/stream";
import { credentials, type Heddle } from "./client.js";
import { HeddleError } from "./error.js";
import { backoff, pause } from "./wait.js";

/** Something that happened in a workspace. */
export interface LiveEvent {
  /** Its number; later events have greater ones. */
  seq: number;
  at: string;
  actor_id: string;
  /** What happened, such as `case.commenced`. */
  verb: string;
  subject_id: string;
  space_id: string | null;
  case_id: string | null;
  thread_id: string | null;
  data: Record<string, unknown>;
}

/** How the stream stands. */
export type LiveState = "connecting" | "open" | "lost" | "refused";

/** What to follow and whom to tell. */
export interface Follow {
  /** Begin after this event; without it, with what happens from now on. */
  after?: number;
  onEvent: (event: LiveEvent) => void;
  /** Told when the connection opens, is lost, or is refused for good (401, 403). */
  onState?: (state: LiveState, error?: HeddleError) => void;
  /** Ends it. */
  signal: AbortSignal;
  /** How long to wait before trying again, in milliseconds, by how often it has failed in a row. */
  delay?: (failures: number) => number;
}

/**
 * Follows the events of the workspace until `signal` ends it. A lost connection is opened again after the last event that
 * was told, so nothing is missed and nothing told twice.
 */
export async function followEvents(heddle: Heddle, follow: Follow): Promise<void> {
  const { signal, onEvent, onState } = follow;
  const delay = follow.delay ?? backoff;
  let last = follow.after;
  let failures = 0;
  while (!signal.aborted) {
    onState?.("connecting");
    try {
      const stream = await open(heddle, last, signal);
      onState?.("open");
      failures = 0;
      // Read by hand: not every browser can iterate over a stream.
      for (let next = await stream.read(); !next.done; next = await stream.read()) {
        const event = JSON.parse(next.value.data) as LiveEvent;
        last = event.seq;
        onEvent(event);
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof HeddleError && (error.status === 401 || error.status === 403)) {
        onState?.("refused", error);
        return;
      }
    }
    if (signal.aborted) return;
    onState?.("lost");
    failures += 1;
    await pause(delay(failures), signal);
  }
}

async function open(heddle: Heddle, after: number | undefined, signal: AbortSignal) {
  const { options } = heddle;
  const address = `${options.baseUrl ?? ""}/v1/events${after === undefined ? "" : `?after=${after}`}`;
  const request = new Request(address, {
    headers: { accept: "text/event-stream", ...credentials(options, "GET") },
    signal,
  });
  const response = await (options.fetch ?? fetch)(request);
  if (!response.ok || !response.body) throw HeddleError.of(response, await response.json().catch(() => null));
  return response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream()).getReader();
}
