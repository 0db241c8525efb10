import { expect, test } from "vitest";
import { changed } from "./changes.tsx";

test("what stayed the same is left out", () => {
  const data = { before: { title: "A", priority: null, labels: ["x"] }, after: { title: "B", labels: ["x"] } };
  expect(changed(data)).toEqual([{ name: "title", before: "A", after: "B" }]);
});

test("plain values are a change without a name", () => {
  expect(changed({ before: "intake", after: "active" })).toEqual([{ name: "", before: "intake", after: "active" }]);
});

test("an event without before and after changes nothing", () => {
  expect([changed({ kind: "file" }), changed(null), changed("x"), changed([1])]).toEqual([[], [], [], []]);
});
