import { describe, expect, test } from "vitest";
import { compare, pieces } from "./compare.ts";
import { edited, toDraft, type Edit } from "./draft.ts";

const stage = (id: string, name: string, ...texts: string[]) => ({
  id,
  name,
  description: null,
  required_actor_type: "either" as const,
  assigned_actor_id: null,
  instructions: texts.map((text) => ({ type: "todo" as const, text })),
});

const before = toDraft({
  name: "Objection",
  description: null,
  stages: [stage("a", "Check", "Read the letter", "Ask the clerk"), stage("b", "Decide", "Weigh it"), stage("c", "Send")],
});
const after = (...list: Edit[]) => list.reduce(edited, before);
const told = (...list: Edit[]) => compare(before, after(...list)).stages.map(({ stage: { name }, fate, moved }) => [name, fate, moved]);

test("the same is the same", () => {
  expect(compare(before, before).same).toBe(true);
  expect(compare(before, after({ do: "set", change: { description: "" } })).same).toBe(true);
});

describe("stages", () => {
  test("moving one past two marks the one", () => {
    expect(told({ do: "move-stage", key: "c", to: 0 })).toEqual([["Send", "same", true], ["Check", "same", false], ["Decide", "same", false]]);
  });

  test("what is gone stands where it was", () => {
    expect(told({ do: "remove-stage", key: "b" })).toEqual([["Check", "same", false], ["Decide", "removed", false], ["Send", "same", false]]);
    expect(told({ do: "remove-stage", key: "a" })[0]).toEqual(["Check", "removed", false]);
  });

  test("a renamed one is changed, not removed and added", () => {
    const found = compare(before, after({ do: "stage", key: "b", change: { name: "Judge", required_actor_type: "human" } }));
    expect(found.stages[1]?.changes).toEqual([
      { field: "name", before: "Decide", after: "Judge" },
      { field: "required_actor_type", before: "either", after: "human" },
    ]);
  });

  test("one that was removed and made again is known by its name", () => {
    const again = { ...before, stages: before.stages.map((one) => ({ ...one, id: null, key: `new-${one.key}` })) };
    expect(compare(before, again).same).toBe(true);
  });
});

describe("instructions", () => {
  const lines = (...list: Edit[]) =>
    compare(before, after(...list)).stages[0]?.instructions.map(({ line: { text }, fate, moved }) => [text, fate, moved]);

  test("are found again when a word changes", () => {
    expect(lines({ do: "instruction", key: "a/0", change: { text: "Read the whole letter" } })).toEqual([
      ["Read the whole letter", "changed", false],
      ["Ask the clerk", "same", false],
    ]);
  });

  test("are removed and added when nothing is left of them", () => {
    expect(lines({ do: "instruction", key: "a/0", change: { text: "Open a file" } })?.map(([, fate]) => fate)).toEqual(["removed", "added", "same"]);
  });

  test("that changed places are moved, and the stage is changed", () => {
    const found = compare(before, after({ do: "move-instruction", key: "a/1", stage: "a", to: 0 }));
    expect(found.stages[0]?.fate).toBe("changed");
    expect(found.stages[0]?.instructions.filter(({ moved }) => moved)).toHaveLength(1);
  });
});

test("texts are compared word by word", () => {
  expect(pieces("Read the letter", "Read the whole letter").filter(({ kind }) => kind !== "same")).toEqual([{ text: "whole ", kind: "added" }]);
});
