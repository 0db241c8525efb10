import { expect, test } from "vitest";
import { grown, shown, summary, turns } from "./messages.ts";

test("the messages of every client are understood", () => {
  expect(shown({ role: "user", content: "Hi", timestamp: "2026-03-03T12:00:00Z" })).toEqual({
    role: "user",
    at: "2026-03-03T12:00:00Z",
    pieces: [{ kind: "text", text: "Hi" }],
  });
  // Ours, and the proxy's.
  const call = { id: "c1", tool_name: "bash", arguments_json: { command: "ls" } };
  expect(shown({ role: "assistant", content: "Let me see.", tool_calls: [call] }).pieces).toEqual([
    { kind: "text", text: "Let me see." },
    { kind: "call", id: "c1", name: "bash", input: { command: "ls" } },
  ]);
  // Anthropic's.
  const parts = [{ type: "thinking", thinking: "Hm." }, { type: "tool_use", id: "c1", name: "bash", input: { command: "ls" } }];
  expect(shown({ role: "assistant", content: parts }).pieces.map(({ kind }) => kind)).toEqual(["thinking", "call"]);
  // OpenAI's.
  const openai = { id: "c1", type: "function", function: { name: "bash", arguments: '{"command":"ls"}' } };
  expect(shown({ role: "assistant", content: null, tool_calls: [openai] }).pieces).toEqual([
    { kind: "call", id: "c1", name: "bash", input: { command: "ls" } },
  ]);
  expect(shown({ role: "tool", tool_call_id: "c1", content: [{ type: "text", text: "a" }], is_error: true }).pieces).toEqual([
    { kind: "result", id: "c1", text: "a", failed: true },
  ]);
});

test("what nobody expects is shown as it is", () => {
  expect(shown(7).pieces).toEqual([{ kind: "other", value: 7 }]);
  expect(shown({}).role).toBe("other");
  expect(shown({ role: "user", content: [{ type: "audio", x: 1 }] }).pieces).toEqual([{ kind: "other", value: { type: "audio", x: 1 } }]);
  expect(shown({ role: "assistant", tool_calls: [{ id: "a", name: "t", arguments: "{broken" }] }).pieces[0]).toMatchObject({ input: "{broken" });
});

test("only pictures whose bytes are there are shown", () => {
  const picture = (fields: object) => shown({ role: "user", content: [{ type: "image", ...fields }] }).pieces[0];
  expect(picture({ media_type: "image/png", data: "aGk=" })).toEqual({ kind: "image", url: "data:image/png;base64,aGk=" });
  expect(picture({ source: { type: "base64", media_type: "image/png", data: "aGk=" } })?.kind).toBe("image");
  expect(picture({ url: "https://elsewhere.example/x.png" })?.kind).toBe("other");
  expect(picture({ media_type: "image/svg+xml", data: "aGk=" })?.kind).toBe("other");
  expect(picture({ media_type: "image/png", data: 'x" onload="y' })?.kind).toBe("other");
});

test("results stand with their calls", () => {
  const all = turns([
    { role: "user", content: "List" },
    { role: "assistant", content: "", tool_calls: [{ id: "c1", name: "bash", input: {} }, { id: "c2", name: "bash", input: {} }] },
    { role: "tool", tool_call_id: "c1", content: "a.txt" },
    { role: "user", content: [{ type: "tool_result", tool_use_id: "c2", content: "b" }, { type: "text", text: "And now?" }] },
    { role: "tool", tool_call_id: "unknown", content: "lost" },
  ]);
  expect(all.map(({ role, pieces }) => [role, pieces.map(({ kind }) => kind)])).toEqual([
    ["user", ["text"]],
    ["assistant", ["call", "call"]],
    ["user", ["text"]],
    ["tool", ["result"]],
  ]);
  expect([...(all[1]?.results ?? [])].map(([id, { text }]) => [id, text])).toEqual([["c1", "a.txt"], ["c2", "b"]]);
});

test("a call is told by what says most", () => {
  expect(summary({ timeout: "5", command: "ls -la" })).toBe("ls -la");
  expect(summary({ other: "x" })).toBe("x");
  expect(summary(3)).toBe("");
});

test("new messages are put in their place, or all are asked for", () => {
  expect(grown([1, 2, 3], 1, [9])).toEqual([1, 9]);
  expect(grown([1], 1, [])).toEqual([1]);
  expect(grown([1], 2, [9])).toBeNull();
  expect(grown([1], 1, undefined)).toBeNull();
  expect(grown([1], null, [9])).toBeNull();
});
