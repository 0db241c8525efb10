import type { LiveEvent } from "@heddle/sdk";
import { expect, test } from "vitest";
import { keys, staleAfter } from "./keys.ts";

const event = (verb: string, more: Partial<LiveEvent> = {}): LiveEvent => ({
  seq: 1,
  at: "2026-01-01T00:00:00Z",
  actor_id: "a",
  verb,
  subject_id: "s",
  space_id: null,
  case_id: null,
  thread_id: null,
  data: {},
  ...more,
});

test("what happens to a case makes the case, its lists and the inbox stale", () => {
  const stale = staleAfter(event("case.motion_set", { case_id: "c", space_id: "p", thread_id: "t" }));
  for (const key of [keys.case("c"), keys.caseList("p"), keys.inbox, keys.thread("t"), keys.process("p")]) expect(stale).toContainEqual(key);
});

test("what happens elsewhere leaves cases alone", () => {
  expect(staleAfter(event("secret.created"))).toEqual([keys.secrets]);
  expect(staleAfter(event("actor.updated"))).toEqual([keys.actors]);
});

test("a document of a space makes the list of the space stale", () => {
  expect(staleAfter(event("artifact.added", { space_id: "p" }))).toContainEqual(keys.artifacts("p"));
});

test("a run makes its own steps stale", () => {
  expect(staleAfter(event("run.step", { subject_id: "r", case_id: "c", space_id: "p" }))).toContainEqual(keys.run("r"));
});
