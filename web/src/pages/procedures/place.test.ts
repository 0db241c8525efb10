import { expect, test } from "vitest";
import { marked, offsetOf } from "./place.ts";

const text = "case.title ==\n  'a' &&& true";

test("a line and column is a place", () => {
  expect(text[offsetOf(text, 2, 9)]).toBe("&");
  expect(offsetOf(text, 1, 1)).toBe(0);
  expect(offsetOf(text, 1, 99)).toBe(13);
  expect(offsetOf(text, 9, 1)).toBe(text.length);
});

test("what stands there is marked, also at an end", () => {
  expect(marked(text, offsetOf(text, 2, 9))).toEqual({ before: "case.title ==\n  'a' &&", at: "&", after: " true" });
  expect(marked("case.", 5)).toEqual({ before: "case.", at: " ", after: "" });
  expect(marked(text, 13)).toEqual({ before: "case.title ==", at: " ", after: "\n  'a' &&& true" });
});
