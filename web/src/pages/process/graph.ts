// Which part of a process is drawn: the frequent steps, so that the map can be read, and nothing that hangs in the air.
import type { Process } from "~/api/process.ts";

/** Where every case begins and ends. They are no activities: no activity has these ids. */
export const START = "start";
export const END = "end";

/** The id of an activity in the map. */
export function activityId(name: string): string {
  return `activity:${name}`;
}

/** An arrow of the map; without times to the end. */
export interface Arrow {
  from: string;
  to: string;
  count: number;
  median: number | null;
}

/** What is drawn. */
export interface Graph {
  /** The ids of the activities. */
  activities: readonly string[];
  arrows: readonly Arrow[];
  /** How much of all steps the drawn arrows are, from 0 to 1. */
  covered: number;
}

/** Every arrow, with those from the start and to the end, the most frequent first. */
export function arrows(process: Pick<Process, "edges" | "starts" | "ends">): Arrow[] {
  const all: Arrow[] = [
    ...process.edges.map(({ from, to, count, median_wait_seconds }) => ({
      from: activityId(from),
      to: activityId(to),
      count,
      median: median_wait_seconds ?? null,
    })),
    ...process.starts.map(({ name, count }) => ({ from: START, to: activityId(name), count, median: null })),
    ...process.ends.map(({ name, count }) => ({ from: activityId(name), to: END, count, median: null })),
  ];
  return all.sort((a, b) => b.count - a.count);
}

/**
 * The most frequent arrows that together are `share` (0 to 1) of all steps, and for each activity that they touch its most
 * frequent way in and out.
 */
export function graph(all: readonly Arrow[], share: number): Graph {
  const total = all.reduce((sum, { count }) => sum + count, 0);
  const drawn = new Set<Arrow>();
  let covered = 0;
  for (const arrow of all) {
    // The first arrow is always there; rounding must not keep the last ones out at 1.
    if (drawn.size > 0 && covered >= share * total - 1e-6) break;
    drawn.add(arrow);
    covered += arrow.count;
  }
  connect(all, drawn);
  const activities = new Set<string>();
  for (const { from, to } of drawn) {
    for (const id of [from, to]) if (id !== START && id !== END) activities.add(id);
  }
  const arrowsDrawn = all.filter((arrow) => drawn.has(arrow));
  const count = arrowsDrawn.reduce((sum, arrow) => sum + arrow.count, 0);
  return { activities: [...activities], arrows: arrowsDrawn, covered: total === 0 ? 0 : count / total };
}

/** Adds ways until every activity drawn can be reached from the start and leads to the end. */
function connect(all: readonly Arrow[], drawn: Set<Arrow>): void {
  for (const [origin, near, far] of [
    [START, "from", "to"],
    [END, "to", "from"],
  ] as const) {
    for (;;) {
      const reached = new Set<string>([origin]);
      for (let before = -1; before !== reached.size; ) {
        before = reached.size;
        for (const arrow of drawn) if (reached.has(arrow[near])) reached.add(arrow[far]);
      }
      const lost = new Set([...drawn].flatMap(({ from, to }) => [from, to]).filter((id) => id !== START && id !== END && !reached.has(id)));
      // The most frequent arrow to one of them, best from where is reached already.
      const to = all.filter((arrow) => !drawn.has(arrow) && lost.has(arrow[far]));
      const way = to.find((arrow) => reached.has(arrow[near])) ?? to.find((arrow) => !lost.has(arrow[near]));
      if (!way) break;
      drawn.add(way);
    }
  }
}

/** The shares that the slider offers. */
export const SHARES: readonly number[] = [0.3, 0.5, 0.7, 0.8, 0.85, 0.9, 0.93, 0.96, 0.98, 0.99, 1];

/** The most arrows that can still be read at a glance. */
const READABLE = 16;

/** The largest share whose map can be read at a glance. */
export function readable(all: readonly Arrow[]): number {
  return SHARES.findLast((share) => graph(all, share).arrows.length <= READABLE) ?? SHARES[0] ?? 1;
}

/** How thick an arrow is, in pixels: by the root of its count, so that rare ones can still be seen. */
export function thickness(count: number, most: number): number {
  return most <= 0 ? 1 : 1 + 5 * Math.sqrt(count / most);
}
