import { describe, expect, test } from "vitest";
import { START } from "./graph.ts";
import { firstView, rounded } from "./layout.ts";

describe("the path through points", () => {
  test("turns round corners and ends where it should", () => {
    const path = rounded([
      { x: 0, y: 0 },
      { x: 0, y: 50 },
      { x: 100, y: 50 },
    ]);
    expect(path).toBe("M 0 0 L 0 40 Q 0 50 10 50 L 100 50");
  });
  test("does not overshoot between corners that are close", () => {
    const path = rounded([
      { x: 0, y: 0 },
      { x: 0, y: 8 },
      { x: 8, y: 8 },
      { x: 8, y: 40 },
    ]);
    expect(path).toBe("M 0 0 L 0 4 Q 0 8 4 8 L 4 8 Q 8 8 8 18 L 8 40");
  });
  test("of nothing is nothing", () => {
    expect(rounded([])).toBe("");
  });
});

describe("the first view", () => {
  const layout = (width: number, height: number) => ({ width, height, nodes: new Map([[START, { x: 600, y: 0 }]]), arrows: new Map() });
  test("shows all of a map that can be read", () => {
    const { x, zoom } = firstView(layout(800, 600), { width: 1000, height: 540 });
    expect(zoom).toBeCloseTo(512 / 600);
    expect(x).toBeCloseTo(500 - 400 * zoom);
  });
  test("shows the beginning of one that cannot", () => {
    const { x, y, zoom } = firstView(layout(2000, 3000), { width: 360, height: 500 });
    expect(zoom).toBe(0.72);
    // The start is in the middle.
    expect(x + 632 * zoom).toBeCloseTo(180);
    expect(y).toBe(14);
  });
  test("does not enlarge a small map", () => {
    expect(firstView(layout(100, 100), { width: 1000, height: 500 }).zoom).toBe(1);
  });
});
