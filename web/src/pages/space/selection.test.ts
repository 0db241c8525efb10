import { describe, expect, it } from "vitest";
import type { BulkOutcome, ListedCase } from "~/api/cases.ts";
import { refusals } from "./bulk.tsx";
import { pagesOf, shownOf } from "./paged.ts";
import { range, toggled, withAll } from "./selection.ts";
import { partsOf, triggerOf } from "./settings/trigger.tsx";

const item = (id: string) => ({ id, title: `Case ${id}` }) as ListedCase;

describe("the selection", () => {
  it("takes a case in and lets it go", () => {
    const one = toggled(new Map(), item("a"));
    expect([...one]).toEqual([["a", "Case a"]]);
    expect(toggled(one, item("a")).size).toBe(0);
  });

  it("takes a range in whichever way it was drawn, each case once", () => {
    expect(range(7, 3)).toEqual([3, 7]);
    expect(range(3, 7)).toEqual([3, 7]);
    expect(withAll(new Map([["a", "Case a"]]), [item("a"), item("b")]).size).toBe(2);
  });
});

describe("the pages that are asked for", () => {
  it("are those in sight and the first, which tells how many there are", () => {
    expect(pagesOf(0, 10, undefined)).toEqual([1]);
    expect(pagesOf(0, 10, 100_000)).toEqual([1]);
    expect(pagesOf(30, 40, 100_000)).toEqual([1, 2]);
    expect(pagesOf(5000, 5012, 100_000)).toEqual([1, 100, 101]);
  });

  it("never lie behind the end", () => {
    expect(pagesOf(60, 75, 40)).toEqual([1]);
    expect(pagesOf(90, 99, 100)).toEqual([1, 2]);
    expect(pagesOf(0, 0, 0)).toEqual([1]);
  });

  it("are no more than a browser can draw", () => {
    expect(shownOf(100_000, 122)).toBe(100_000);
    expect(shownOf(1_000_000, 122)).toBe(122_950);
  });
});

describe("the outcome of a change to many", () => {
  it("names those refused for the same reason together", () => {
    const outcome: BulkOutcome = {
      changed: 1,
      refused: 3,
      results: [
        { id: "a", ok: true },
        { id: "b", ok: false, error: { code: "case_closed", message: "Closed." } },
        { id: "c", ok: false, error: { code: "forbidden", message: "Not yours." } },
        { id: "d", ok: false, error: { code: "case_closed", message: "Closed." } },
      ],
    };
    expect(refusals(outcome)).toEqual([
      { why: "Closed.", ids: ["b", "d"] },
      { why: "Not yours.", ids: ["c"] },
    ]);
  });
});

describe("the trigger of a space", () => {
  it("is the same after it was shown", () => {
    for (const trigger of [
      { trigger_type: "assignee", assignee_id: "a" },
      { trigger_type: "apply_procedure", procedure_id: "p" },
      { trigger_type: "reference_task", reference_case_id: "c" },
    ] as const) {
      const { kind, id } = partsOf(trigger);
      expect(triggerOf(kind, id)).toEqual(trigger);
    }
  });

  it("says null for nothing, and is none while nothing is chosen", () => {
    expect(triggerOf("none", null)).toEqual({ trigger_type: null });
    expect(triggerOf("assignee", null)).toBeNull();
  });
});
