import { expect, test } from "vitest";
import { ago, duration } from "./time.tsx";
import { bytes } from "./sizes.ts";

const now = Date.parse("2026-06-15T12:00:00Z");
const before = (seconds: number) => new Date(now - seconds * 1000).toISOString();

test("a time is said as people say it", () => {
  expect(ago(before(10), now)).toBe("just now");
  expect(ago(before(5 * 60), now)).toMatch(/5 min/);
  expect(ago(before(3 * 3600), now)).toMatch(/3 hr/);
  expect(ago(before(2 * 86_400), now)).toMatch(/2 days/);
  // The year is said only when it is another one.
  expect(ago(before(30 * 86_400), now)).not.toMatch(/2026/);
  expect(ago(before(400 * 86_400), now)).toMatch(/2025/);
  expect(ago(before(-3600), now)).toMatch(/in 1 hr/);
});

test("a duration has two digits at most", () => {
  expect([0.25, 12, 240, 4 * 3600 + 1800, 26 * 3600, 12 * 86_400].map(duration)).toEqual(["250 ms", "12 s", "4 min", "4.5 h", "26 h", "12 d"]);
});

test("sizes are in powers of a thousand", () => {
  expect([0, 999, 1500, 12_345, 999_600, 3_400_000].map(bytes)).toEqual(["0 B", "999 B", "1.5 KB", "12 KB", "1.0 MB", "3.4 MB"]);
});
