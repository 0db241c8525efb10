import { afterEach, expect, test } from "vitest";
import { toDraft } from "./draft.ts";
import { forget, keep, kept } from "./kept.ts";

afterEach(() => localStorage.clear());

const draft = toDraft({
  name: "Objection",
  description: null,
  stages: [
    { id: "a", name: "Check", description: null, required_actor_type: "either", assigned_actor_id: null, instructions: [{ type: "todo", text: "Read" }] },
  ],
});

test("what is kept comes back, for its procedure only, until it is forgotten", () => {
  keep("one", { draft, base: 3, at: "2026-11-24T10:00:00Z" });
  expect(kept("one")).toEqual({ draft, base: 3, at: "2026-11-24T10:00:00Z" });
  expect(kept("other")).toBeNull();
  forget("one");
  expect(kept("one")).toBeNull();
});

test("what cannot be read is as good as nothing", () => {
  for (const text of ["{", "null", "[]", '{"base":1,"at":"x","draft":{"name":"x","description":"","stages":[{}]}}']) {
    localStorage.setItem("heddle.procedure.one", text);
    expect(kept("one")).toBeNull();
  }
});
