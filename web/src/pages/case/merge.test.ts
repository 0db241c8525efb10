import { expect, test } from "vitest";
import { conflicts } from "./merge.ts";
import type { Case } from "./queries.ts";

const base = { title: "A fence", description: null, priority: "low" } as unknown as Case;

test("what nobody else changed is no conflict", () => {
  expect(conflicts(base, { ...base, priority: "high" }, { title: "A higher fence" })).toEqual([]);
});

test("the same field changed to something else is one", () => {
  const theirs = { ...base, title: "A hedge" };
  expect(conflicts(base, theirs, { title: "A wall", priority: "high" })).toEqual([
    { field: "title", base: "A fence", theirs: "A hedge", mine: "A wall" },
  ]);
});

test("the same change made twice is none, and nothing equals absent", () => {
  expect(conflicts(base, { ...base, title: "A wall" }, { title: "A wall" })).toEqual([]);
  const without = { title: "A fence", priority: "low" } as unknown as Case;
  expect(conflicts(base, without, { description: "x" })).toEqual([]);
});
