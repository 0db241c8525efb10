import { expect, test } from "vitest";
import { createHeddle, followEvents, type HeddleError, type LiveEvent, type LiveState } from "../src/index.js";
import { serve } from "./server.js";

function frame(seq: number): string {
  return `id: ${seq}\nevent: case.updated\ndata: ${JSON.stringify({ seq, verb: "case.updated" })}\n\n`;
}

test("events come in order, and a lost connection goes on after the last of them", async () => {
  const asked: (string | undefined)[] = [];
  const url = await serve((request, response) => {
    asked.push(request.url);
    response.writeHead(200, { "content-type": "text/event-stream" });
    if (asked.length === 1) {
      // Cut in the middle of a frame: what was not whole was not told.
      response.write(`: hello\n\n${frame(5)}${frame(6)}id: 7\nevent: case.up`);
      setImmediate(() => request.socket.destroy());
    } else {
      response.write(frame(7));
    }
  });
  const events: LiveEvent[] = [];
  const states: LiveState[] = [];
  const end = new AbortController();
  await followEvents(createHeddle({ baseUrl: url, apiKey: "k" }), {
    after: 4,
    signal: end.signal,
    delay: () => 0,
    onEvent: (event) => {
      events.push(event);
      if (event.seq === 7) end.abort();
    },
    onState: (state) => states.push(state),
  });
  expect(events.map(({ seq }) => seq)).toEqual([5, 6, 7]);
  expect(asked).toEqual(["/v1/events?after=4", "/v1/events?after=6"]);
  expect(states).toEqual(["connecting", "open", "lost", "connecting", "open"]);
});

test("a session that is over is not tried again", async () => {
  let asked = 0;
  const url = await serve((_, response) => {
    asked += 1;
    response.writeHead(401, { "content-type": "application/json" });
    response.end(JSON.stringify({ error: { code: "unauthorized", message: "over" } }));
  });
  const told: [LiveState, HeddleError | undefined][] = [];
  await followEvents(createHeddle({ baseUrl: url }), {
    signal: new AbortController().signal,
    delay: () => 0,
    onEvent: () => undefined,
    onState: (state, error) => told.push([state, error]),
  });
  expect(asked).toBe(1);
  expect(told.at(-1)?.[0]).toBe("refused");
  expect(told.at(-1)?.[1]).toMatchObject({ code: "unauthorized" });
});

test("a server that is not there is asked until the end is wanted", async () => {
  const end = new AbortController();
  let failures = 0;
  await followEvents(createHeddle({ baseUrl: "http://127.0.0.1:9" }), {
    signal: end.signal,
    delay: (count) => {
      failures = count;
      if (count === 3) end.abort();
      return 0;
    },
    onEvent: () => undefined,
  });
  expect(failures).toBe(3);
});
