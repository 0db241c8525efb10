import { describe, expect, test } from "vitest";
import { dayEnd, dayStart, share, steps, throughputTime, took, weeks, weekWithin } from "./figures.ts";

test("weeks without anything are filled in", () => {
  const found = weeks([
    { week: "2026-03-23", opened: 2, resolved: 0 },
    { week: "2026-04-13", opened: 0, resolved: 1 },
  ]);
  expect(found.map(({ week }) => week)).toEqual(["2026-03-23", "2026-03-30", "2026-04-06", "2026-04-13"]);
  expect(found[1]).toEqual({ week: "2026-03-30", opened: 0, resolved: 0 });
  expect(weeks([])).toEqual([]);
});

test("long silence is cut short", () => {
  const found = weeks([
    { week: "2012-01-23", opened: 2, resolved: 2 },
    { week: "2026-11-23", opened: 1, resolved: 0 },
  ]);
  expect(found).toEqual([
    { week: "2012-01-23", opened: 2, resolved: 2 },
    { week: "…", opened: null, resolved: null },
    { week: "2026-11-23", opened: 1, resolved: 0 },
  ]);
});

test("repetitions are counted, not listed", () => {
  expect(steps(["A", "B", "B", "B", "A"])).toEqual([
    { name: "A", times: 1 },
    { name: "B", times: 3 },
    { name: "A", times: 1 },
  ]);
});

describe("days", () => {
  test("become times, the last day included", () => {
    expect(dayStart("2026-03-01")).toBe("2026-03-01T00:00:00.000Z");
    expect(dayEnd("2026-02-28")).toBe("2026-03-01T00:00:00.000Z");
  });
  test("that are none are nothing", () => {
    for (const day of [undefined, "", "yesterday", "2026-02-31", "2026-13-01"]) expect(dayStart(day)).toBeUndefined();
  });
});

test("a week stays within the period", () => {
  const period = { from: "2026-03-25T00:00:00.000Z", procedure_id: "p" };
  expect(weekWithin("2026-03-23", period)).toEqual({ from: "2026-03-25T00:00:00.000Z", to: "2026-03-30T00:00:00.000Z", procedure_id: "p" });
  expect(weekWithin("2026-03-30", period).from).toBe("2026-03-30T00:00:00.000Z");
});

test("shares are not rounded to nothing or all", () => {
  expect([share(0, 10), share(1, 1000), share(1, 3), share(999, 1000), share(10, 10), share(1, 0)]).toEqual(["0 %", "< 1 %", "33 %", "> 99 %", "100 %", "–"]);
});

test("the time from beginning to end counts each variant by its cases", () => {
  const variant = (cases: number, median_seconds: number | null) => ({ path: [], cases, share: 0, median_seconds });
  expect(throughputTime([variant(10, 5), variant(2, 100), variant(1, 900)])).toBe(5);
  expect(throughputTime([variant(1, 5), variant(2, 100), variant(4, 900)])).toBe(900);
  expect(throughputTime([variant(1, null)])).toBeNull();
});

test("times are said, also when there is none", () => {
  expect([took(null), took(0), took(45), took(7200)]).toEqual(["–", "< 1 s", "45 s", "2 h"]);
});
