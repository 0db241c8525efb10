import type { AddressInfo } from "node:net";
import { createServer } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { AnswerRefused, attachWeaver, createHeddle, followSession, type Heddle, type SessionQuery } from "../src/index.js";

type Said = Record<string, unknown>;

/** A server that gives out tokens and hands each socket, with its first message, to `serve`. */
async function serving(serve: (socket: WebSocket, first: Said, path: string, nth: number) => void): Promise<Heddle> {
  let tokens = 0;
  const http = createServer((request, response) => {
    const known = request.headers.authorization === "Bearer hd_x";
    response.writeHead(known ? 200 : 401, { "content-type": "application/json" });
    response.end(JSON.stringify(known ? { token: `ws_${++tokens}`, expires_in: 30 } : { error: "unauthorized", message: "no" }));
  });
  let sockets = 0;
  new WebSocketServer({ server: http }).on("connection", (socket, request) => {
    const nth = ++sockets;
    socket.once("message", (data) => serve(socket, JSON.parse(String(data)) as Said, request.url ?? "", nth));
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  const baseUrl = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  return createHeddle({ baseUrl, apiKey: "hd_x", WebSocket: WebSocket as unknown as new (url: string) => globalThis.WebSocket });
}

const say = (socket: WebSocket, message: Said) => socket.send(JSON.stringify(message));
const event = (seq: number) => ({ type: "event", seq, event: "coding_thread.saved", data: {} });

test("a session that was lost goes on after the last event, with a new token", async () => {
  const firsts: Said[] = [];
  const heddle = await serving((socket, first, path, nth) => {
    firsts.push({ ...first, path });
    say(socket, { type: "ready", session: { id: "T/1" }, seq: Number(first.after ?? 6), queries: [] });
    say(socket, event(nth === 1 ? 7 : 8));
    if (nth === 1) socket.close(1001, "the server shuts down");
    else socket.close(1000, "gone");
  });
  const states: string[] = [];
  const seen: number[] = [];
  const session = followSession(heddle, "T/1", {
    onEvent: ({ seq }) => seen.push(seq),
    onState: (state) => states.push(state),
    signal: new AbortController().signal,
    delay: () => 0,
  });
  await session.done;
  expect(firsts).toEqual([
    { type: "auth", token: "ws_1", path: "/api/ws/sessions/T%2F1" },
    { type: "auth", token: "ws_2", after: 7, path: "/api/ws/sessions/T%2F1" },
  ]);
  expect(seen).toEqual([7, 8]);
  expect(states).toEqual(["connecting", "open", "lost", "connecting", "open", "ended"]);
});

test("queries come and go, and answers are taken or refused", async () => {
  const heddle = await serving((socket) => {
    const question = { id: "q1", kind: "question", text: "Is it?" };
    say(socket, { type: "ready", session: {}, seq: 1, queries: [question] });
    socket.on("message", (data) => {
      const { query_id: id, text } = JSON.parse(String(data)) as Said;
      if (text === "") say(socket, { type: "refused", query_id: id, error: "validation_error", message: "content must not be blank" });
      else {
        say(socket, { type: "answered", query_id: id });
        say(socket, { type: "query_closed", query_id: id });
      }
    });
  });
  const end = new AbortController();
  const changes: SessionQuery[][] = [];
  let asked: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => (asked = resolve));
  const session = followSession(heddle, "T-1", {
    onEvent: () => undefined,
    onQueries: (queries) => {
      changes.push(queries);
      asked();
    },
    signal: end.signal,
  });
  await ready;
  await expect(session.answer("q1", { text: "" })).rejects.toMatchObject({ code: "validation_error" });
  await session.answer("q1", { text: "Yes." });
  await expect.poll(() => changes.map((queries) => queries.length)).toEqual([1, 0]);
  end.abort();
  await session.done;
  await expect(session.answer("q1", { text: "Late." })).rejects.toBeInstanceOf(AnswerRefused);
});

test("what is refused for good is not tried again", async () => {
  let opened = 0;
  const heddle = await serving((socket) => {
    opened += 1;
    socket.close(4404, "thread_not_found");
  });
  const states: unknown[] = [];
  const follow = { onEvent: () => undefined, signal: new AbortController().signal, delay: () => 0 };
  await followSession(heddle, "T-1", { ...follow, onState: (state, error) => states.push([state, error?.code]) }).done;
  expect([opened, states.at(-1)]).toEqual([1, ["refused", "thread_not_found"]]);
  const stranger = createHeddle({ ...heddle.options, apiKey: "hd_other" });
  await followSession(stranger, "T-1", { ...follow, onState: (state, error) => states.push([state, error?.code]) }).done;
  expect(states.at(-1)).toEqual(["refused", "unauthorized"]);
});

test("a terminal shows bytes, types bytes, and tells how the program ended", async () => {
  const typed: unknown[] = [];
  const heddle = await serving((socket, _, path) => {
    typed.push(path);
    socket.send(Buffer.from("$ "));
    socket.on("message", (data, binary) => {
      typed.push(binary ? `bytes ${String(data)}` : JSON.parse(String(data)));
      if (!binary) return;
      socket.send(Buffer.from([0xff, 0x00]));
      say(socket, { type: "exit", code: 3 });
      socket.close(1000);
    });
  });
  const shown: number[] = [];
  let code: number | null = null;
  let resets = 0;
  const terminal = attachWeaver(heddle, "w1", {
    size: () => ({ rows: 24, cols: 80 }),
    onOutput: (bytes) => {
      if (shown.length === 0) terminal.write("exit 3\n");
      shown.push(...bytes);
    },
    onReset: () => (resets += 1),
    onExit: (ended) => (code = ended),
    signal: new AbortController().signal,
  });
  await terminal.done;
  expect(typed).toEqual(["/api/weaver/w1/attach", { type: "resize", rows: 24, cols: 80 }, "bytes exit 3\n"]);
  expect([shown, code, resets]).toEqual([[36, 32, 255, 0], 3, 1]);
});
