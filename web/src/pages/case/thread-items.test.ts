import { expect, test } from "vitest";
import type { Activity, Proposal, Run } from "./queries.ts";
import { threadItems } from "./thread-items.ts";

const entry = (id: string, type: string, run_id?: string) =>
  ({ id, type, created_at: `2026-01-01T00:00:0${id}Z`, data: run_id ? { run_id } : null }) as unknown as Activity;
const run = (id: string, second: number) => ({ id, created_at: `2026-01-01T00:00:0${second}Z` }) as unknown as Run;

test("notes that follow each other are folded, comments stand alone", () => {
  const items = threadItems([entry("1", "status_change"), entry("2", "stage_transition"), entry("3", "comment"), entry("4", "system_event")], [], []);
  expect(items.map((item) => [item.kind, item.kind === "noted" ? item.activities.length : 1])).toEqual([
    ["noted", 2],
    ["said", 1],
    ["noted", 1],
  ]);
});

test("what a run did is left to its card, but not what it said", () => {
  const items = threadItems([entry("1", "comment"), entry("3", "tool_call", "r"), entry("4", "comment", "r")], [run("r", 2)], []);
  expect(items.map(({ kind, id }) => [kind, id])).toEqual([
    ["said", "1"],
    ["run", "r"],
    ["said", "4"],
  ]);
});

test("a run from before the oldest loaded entry is not shown yet", () => {
  expect(threadItems([entry("5", "comment")], [run("r", 2)], []).map(({ kind }) => kind)).toEqual(["said"]);
});

test("pending proposals are shown where they were made, decided ones are not", () => {
  const proposal = (id: string, state: string) => ({ id, state, created_at: "2026-01-01T00:00:02Z" }) as unknown as Proposal;
  const items = threadItems([entry("1", "comment"), entry("3", "comment")], [], [proposal("p", "pending"), proposal("q", "approved")]);
  expect(items.map(({ id }) => id)).toEqual(["1", "p", "3"]);
});

test("an empty thread has no items", () => {
  expect(threadItems([], [], [])).toEqual([]);
});
