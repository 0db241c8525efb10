import { describe, expect, test } from "vitest";
import { beginning, blankInstruction, blankStage, edited, edits, placed, sameDraft, savedIds, toBody, toDraft, type Draft, type EditsAct } from "./draft.ts";

const design = {
  name: "Objection",
  description: null,
  stages: [
    {
      id: "a",
      name: "Check",
      description: null,
      required_actor_type: "human" as const,
      assigned_actor_id: null,
      instructions: [
        { type: "todo" as const, text: "Read it" },
        { type: "implicit" as const, text: "Form is there", condition: "size(artifacts) > 0" },
      ],
    },
    { id: "b", name: "Decide", description: "Within six weeks", required_actor_type: "either" as const, assigned_actor_id: "ada", instructions: [] },
    { id: "c", name: "Send", description: null, required_actor_type: "ai" as const, assigned_actor_id: null, instructions: [] },
  ],
};

const names = (draft: Draft) => draft.stages.map(({ name }) => name);
const texts = (draft: Draft) => draft.stages.map(({ instructions }) => instructions.map(({ text }) => text));
const play = (draft: Draft, ...acts: EditsAct[]) => acts.reduce(edits, beginning(draft));

describe("a design and its draft", () => {
  test("come out of each other unchanged", () => {
    expect(toBody(toDraft(design))).toEqual({
      ...design,
      stages: design.stages.map((stage) => ({ ...stage })),
    });
  });

  test("only implicit instructions send a condition, and blank texts are absent", () => {
    const draft = edited(toDraft(design), { do: "instruction", key: "a/1", change: { type: "todo" } });
    expect(toBody(draft).stages[0]?.instructions?.[1]).toEqual({ type: "todo", text: "Form is there" });
    expect(toBody(edited(draft, { do: "set", change: { description: "  " } })).description).toBeNull();
  });

  test("stages that others removed are sent as new ones", () => {
    expect(toBody(toDraft(design), new Set(["b"])).stages.map(({ id }) => id)).toEqual([undefined, "b", undefined]);
  });

  test("say the same whatever their keys", () => {
    const draft = toDraft(design);
    const other = { ...draft, stages: draft.stages.map((stage, n) => ({ ...stage, key: `other-${n}` })) };
    expect(sameDraft(draft, other)).toBe(true);
    expect(sameDraft(draft, edited(draft, { do: "stage", key: "a", change: { name: "Look" } }))).toBe(false);
  });
});

describe("edits", () => {
  const draft = toDraft(design);

  test("move stages, never out of the list", () => {
    expect(names(edited(draft, { do: "move-stage", key: "a", to: 2 }))).toEqual(["Decide", "Send", "Check"]);
    expect(names(edited(draft, { do: "move-stage", key: "c", to: -1 }))).toEqual(["Send", "Check", "Decide"]);
    expect(edited(draft, { do: "move-stage", key: "c", to: 9 })).toBe(draft);
    expect(edited(draft, { do: "move-stage", key: "nothing", to: 0 })).toBe(draft);
  });

  test("move instructions within a stage and into another", () => {
    expect(texts(edited(draft, { do: "move-instruction", key: "a/0", stage: "a", to: 1 }))).toEqual([["Form is there", "Read it"], [], []]);
    expect(texts(edited(draft, { do: "move-instruction", key: "a/0", stage: "b", to: 5 }))).toEqual([["Form is there"], ["Read it"], []]);
    expect(edited(draft, { do: "move-instruction", key: "a/0", stage: "gone", to: 0 })).toBe(draft);
  });

  test("add, duplicate and remove", () => {
    const stage = { ...blankStage(), name: "Hear" };
    expect(names(edited(draft, { do: "add-stage", stage, at: 1 }))).toEqual(["Check", "Hear", "Decide", "Send"]);
    const twice = edited(draft, { do: "duplicate-stage", key: "a" });
    expect(names(twice)).toEqual(["Check", "Check (copy)", "Decide", "Send"]);
    expect(twice.stages[1]?.id).toBeNull();
    expect(new Set(twice.stages.flatMap(({ key, instructions }) => [key, ...instructions.map((line) => line.key)])).size).toBe(8);
    expect(names(edited(draft, { do: "remove-stage", key: "b" }))).toEqual(["Check", "Send"]);
    const more = edited(draft, { do: "add-instruction", stage: "c", instruction: { ...blankInstruction(), text: "Post it" } });
    expect(texts(more)[2]).toEqual(["Post it"]);
    expect(texts(edited(draft, { do: "duplicate-instruction", key: "a/0" }))[0]).toEqual(["Read it", "Read it", "Form is there"]);
    expect(texts(edited(draft, { do: "remove-instruction", key: "a/0" }))[0]).toEqual(["Form is there"]);
  });
});

describe("taking back", () => {
  const draft = toDraft(design);
  const rename = (name: string): EditsAct => ({ do: "stage", key: "a", change: { name } });

  test("typing into one field is one edit", () => {
    const typed = play(draft, rename("L"), rename("Lo"), rename("Look"), { do: "remove-stage", key: "c" }, rename("See"));
    expect(typed.past).toHaveLength(3);
    expect(names(play(draft, rename("L"), rename("Look"), { do: "undo" }).now)).toEqual(["Check", "Decide", "Send"]);
  });

  test("goes back and forth, and a new edit ends the way forth", () => {
    const back = play(draft, { do: "remove-stage", key: "a" }, { do: "remove-stage", key: "b" }, { do: "undo" }, { do: "undo" }, { do: "undo" });
    expect(back.now).toBe(draft);
    const forth = edits(back, { do: "redo" });
    expect(names(forth.now)).toEqual(["Decide", "Send"]);
    expect(edits(forth, rename("x")).future).toHaveLength(1);
    expect(edits(forth, { do: "remove-stage", key: "c" }).future).toHaveLength(0);
  });

  test("typing after taking back is an edit of its own", () => {
    const state = play(draft, rename("L"), { do: "undo" }, rename("M"));
    expect(state.past).toEqual([draft]);
    expect(names(state.now)[0]).toBe("M");
  });
});

test("saving gives new stages their ids and keeps what was typed meanwhile", () => {
  const stage = { ...blankStage(), name: "Hear" };
  const before = play(toDraft(design), { do: "add-stage", stage, at: 0 });
  const sent = before.now;
  const answer = { stages: [{ ...design.stages[1], id: "z" }, ...design.stages].map((one) => ({ ...one })) as never };
  const typed = edits(before, { do: "stage", key: stage.key, change: { name: "Hear them" } });
  const after = edits(typed, { do: "saved", ids: savedIds(sent, answer) });
  expect(after.now.stages.map(({ id, name }) => [id, name])).toEqual([["z", "Hear them"], ["a", "Check"], ["b", "Decide"], ["c", "Send"]]);
  expect(after.past).toHaveLength(typed.past.length);
});

test("messages find the fields they are about", () => {
  const draft = toDraft(design);
  expect(placed(draft, { name: "1", "stages.1.assigned_actor_id": "2", "stages.0.instructions.1.condition": "3", stages: "4" })).toEqual({
    name: "1",
    "b.assigned_actor_id": "2",
    "a/1.condition": "3",
    stages: "4",
  });
});
