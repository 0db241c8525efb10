import { describe, expect, test } from "vitest";
import { activityId, arrows, END, graph, readable, SHARES, START, thickness } from "./graph.ts";

const edge = (from: string, to: string, count: number) => ({ from, to, count, median_wait_seconds: 60, mean_wait_seconds: 60 });
const process = {
  starts: [{ name: "Receive", count: 100 }],
  ends: [
    { name: "Decide", count: 97 },
    { name: "Appeal", count: 3 },
  ],
  edges: [edge("Receive", "Check", 90), edge("Check", "Decide", 90), edge("Receive", "Decide", 10), edge("Decide", "Appeal", 3)],
};
const all = arrows(process);
const names = ({ activities }: { activities: readonly string[] }) => activities.map((id) => id.replace("activity:", "")).sort();

describe("the graph", () => {
  test("at 1 is all of it", () => {
    const whole = graph(all, 1);
    expect(names(whole)).toEqual(["Appeal", "Check", "Decide", "Receive"]);
    expect(whole.arrows).toHaveLength(7);
    expect(whole.covered).toBe(1);
  });

  test("leaves rare steps out, the rarest first", () => {
    const most = graph(all, 0.9);
    expect(names(most)).toEqual(["Check", "Decide", "Receive"]);
    expect(most.arrows.map(({ from, to }) => [from, to])).not.toContainEqual([activityId("Receive"), activityId("Decide")]);
    expect(most.covered).toBeCloseTo(377 / 393);
  });

  test("never leaves an activity hanging: each is reached and leads on", () => {
    for (const share of [0.01, ...SHARES]) {
      const { activities, arrows: drawn } = graph(all, share);
      for (const id of activities) {
        expect(drawn.some(({ to }) => to === id), `${id} in at ${share}`).toBe(true);
        expect(drawn.some(({ from }) => from === id), `${id} out at ${share}`).toBe(true);
      }
    }
  });

  test("connects what only turns in a circle", () => {
    const circle = arrows({
      starts: [{ name: "A", count: 5 }],
      ends: [{ name: "A", count: 5 }],
      edges: [edge("B", "C", 50), edge("C", "B", 49), edge("A", "B", 1), edge("C", "A", 1)],
    });
    const ends = graph(circle, 0.5).arrows.map(({ from, to }) => `${from}>${to}`);
    expect(ends).toContain(`${activityId("A")}>${activityId("B")}`);
    expect(ends).toContain(`${START}>${activityId("A")}`);
    expect(ends).toContain(`${activityId("A")}>${END}`);
  });

  test("of nothing is nothing", () => {
    expect(graph([], 0.9)).toEqual({ activities: [], arrows: [], covered: 0 });
  });

  test("an activity may be called like the start", () => {
    const named = arrows({ starts: [{ name: "start", count: 1 }], ends: [{ name: "start", count: 1 }], edges: [] });
    expect(graph(named, 1).activities).toEqual([activityId("start")]);
  });
});

test("the map begins with what can be read", () => {
  expect(readable(all)).toBe(1);
  const many = arrows({
    starts: [{ name: "0", count: 1000 }],
    ends: [{ name: "9", count: 1000 }],
    edges: Array.from({ length: 9 }, (_, n) => edge(String(n), String(n + 1), 1000)).concat(
      Array.from({ length: 60 }, (_, n) => edge(String(n % 10), String((n * 7 + 3) % 10), 2 + (n % 5))),
    ),
  });
  const share = readable(many);
  expect(share).toBeLessThan(1);
  expect(graph(many, share).arrows.length).toBeLessThanOrEqual(16);
});

test("arrows grow with their count", () => {
  expect(thickness(100, 100)).toBe(6);
  expect(thickness(1, 100)).toBeGreaterThan(1);
  expect(thickness(0, 0)).toBe(1);
});
