import { expect, test } from "vitest";
import { safeNext } from "./next.ts";

test("one goes on within the site only", () => {
  expect(safeNext("/town-hall/cases/1?tab=data#x")).toBe("/town-hall/cases/1?tab=data#x");
  for (const next of ["//evil.example", "https://evil.example/", "javascript:alert(1)", "/\\evil.example", "\\\\evil.example", "http:evil.example", undefined, ""]) {
    expect(safeNext(next)).toBeNull();
  }
});
