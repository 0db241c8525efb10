import { expect, test } from "vitest";
import { createHeddle, HeddleError, streamModel, type LlmEvent } from "../src/index.js";
import { serve } from "./server.js";

const request = { model: "claude", messages: [{ role: "user" as const, content: "Hi" }] };
const completed = { type: "completed", response: { message: { role: "assistant", content: "Hello" } } };

/** A server that streams these events, and keeps what it was asked. */
async function streaming(events: unknown[], asked: unknown[] = []) {
  const baseUrl = await serve((incoming, response) => {
    let text = "";
    incoming.on("data", (data) => (text += String(data)));
    incoming.on("end", () => {
      asked.push([incoming.url, JSON.parse(text)]);
      if (incoming.url?.startsWith("/proxy/queries/")) {
        response.writeHead(200, { "content-type": "application/json" });
        response.end("{}");
        return;
      }
      response.writeHead(200, { "content-type": "text/event-stream" });
      for (const event of events) response.write(`event: llm\ndata: ${JSON.stringify(event)}\n\n`);
      response.end();
    });
  });
  return createHeddle({ baseUrl, apiKey: "hd_x" });
}

async function all(stream: AsyncGenerator<LlmEvent>): Promise<unknown[]> {
  const events = [];
  for await (const event of stream) events.push(event);
  return events;
}

test("each piece is told, and the whole at the end", async () => {
  const events = [{ type: "text_delta", content: "Hel" }, { type: "text_delta", content: "lo" }, completed];
  const asked: unknown[] = [];
  const heddle = await streaming(events, asked);
  expect(await all(streamModel(heddle, "anthropic", request))).toEqual(events);
  expect(asked).toEqual([["/proxy/anthropic/stream", { ...request, server_queries: false }]]);
});

test("what the server asks is answered before it goes on", async () => {
  const query = { type: "server_query", id: "q1", kind: "confirm", question: "Go on?", expires_in: 120 };
  const asked: unknown[] = [];
  const heddle = await streaming([query, completed], asked);
  const questions: string[] = [];
  const onQuery = ({ question }: { question: string }) => {
    questions.push(question);
    return Promise.resolve("yes" as const);
  };
  await all(streamModel(heddle, "openai", request, { onQuery }));
  expect(questions).toEqual(["Go on?"]);
  expect(asked.at(-1)).toEqual(["/proxy/queries/q1", { answer: "yes" }]);
});

test("an answer that breaks off is an error", async () => {
  const failed = await streaming([{ type: "error", error: "rate_limited", message: "later", retry_after: 7 }]);
  await expect(all(streamModel(failed, "zai", request))).rejects.toMatchObject({ code: "rate_limited", retryAfter: 7 });
  const cut = await streaming([{ type: "text_delta", content: "Hel" }]);
  await expect(all(streamModel(cut, "zai", request))).rejects.toMatchObject({ code: "unreachable" });
});

test("a refusal of Loom's shape tells its code", async () => {
  const baseUrl = await serve((_, response) => {
    response.writeHead(503, { "content-type": "application/json" });
    response.end(JSON.stringify({ error: "provider_not_configured", message: "ZAI_API_KEY is not set", server_version: "1", client_version: null }));
  });
  const call = all(streamModel(createHeddle({ baseUrl, apiKey: "k" }), "zai", request));
  const failure = await call.then(() => null, (reason: unknown) => reason);
  expect(failure).toBeInstanceOf(HeddleError);
  expect(failure).toMatchObject({ status: 503, code: "provider_not_configured", message: "ZAI_API_KEY is not set" });
});
