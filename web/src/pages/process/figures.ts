// Figures as they are shown: weeks without gaps, paths without repetitions, periods within each other.
import type { Period, Process } from "~/api/process.ts";
import { duration } from "~/ui/time.tsx";

const WEEK = 7 * 24 * 60 * 60 * 1000;

/** A week: how many cases were opened and finished in it; null for many weeks without either. */
export interface Week {
  week: string;
  opened: number | null;
  resolved: number | null;
}

/** How many weeks without anything are shown one by one. */
const SILENCE = 12;
/** What stands for more of them. */
const GAP = "…";

/** The weeks from the first to the last; those in which nothing happened are filled in, and long silence is cut short. */
export function weeks(throughput: Process["throughput"]): Week[] {
  const filled: Week[] = [];
  let before: number | null = null;
  for (const one of throughput) {
    const at = Date.parse(one.week);
    const missing: number = before === null ? 0 : Math.round((at - before) / WEEK) - 1;
    if (missing > SILENCE) filled.push({ week: GAP, opened: null, resolved: null });
    else {
      for (let n = missing; n > 0; n -= 1) filled.push({ week: new Date(at - n * WEEK).toISOString().slice(0, 10), opened: 0, resolved: 0 });
    }
    filled.push(one);
    before = at;
  }
  return filled;
}

/** An activity of a path, and how often it is done there in a row. */
export interface Step {
  name: string;
  times: number;
}

/** The path with repetitions counted. */
export function steps(path: readonly string[]): Step[] {
  const found: Step[] = [];
  for (const name of path) {
    const last = found.at(-1);
    if (last?.name === name) last.times += 1;
    else found.push({ name, times: 1 });
  }
  return found;
}

/** A day of the address as a time, or nothing when it is none. */
export function dayStart(day: string | undefined): string | undefined {
  if (!day || !/^\d{4}-\d{2}-\d{2}$/.test(day)) return undefined;
  const at = new Date(`${day}T00:00:00Z`);
  // The 31st of February is none.
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day) ? at.toISOString() : undefined;
}

/** The time at which the day after begins. */
export function dayEnd(day: string | undefined): string | undefined {
  const start = dayStart(day);
  return start ? new Date(Date.parse(start) + WEEK / 7).toISOString() : undefined;
}

/** The cases of a week that also are of a period. */
export function weekWithin(week: string, period: Period): Period {
  const start = new Date(`${week}T00:00:00Z`).toISOString();
  const end = new Date(Date.parse(start) + WEEK).toISOString();
  return {
    ...period,
    from: period.from && period.from > start ? period.from : start,
    to: period.to && period.to < end ? period.to : end,
  };
}

/** The share of a whole as people say it; never 0 % or 100 % when it is not quite that. */
export function share(part: number, whole: number): string {
  if (whole <= 0) return "–";
  const percent = (100 * part) / whole;
  if (percent > 0 && percent < 1) return "< 1 %";
  if (percent < 100 && percent > 99) return "> 99 %";
  return `${Math.round(percent)} %`;
}

/** How long something took; the server rounds down to whole seconds. */
export function took(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined) return "–";
  return seconds < 1 ? "< 1 s" : duration(seconds);
}

/** How long cases take from beginning to end: the median over the listed variants, each counted by its cases. */
export function throughputTime(variants: Process["variants"]): number | null {
  const known = variants
    .flatMap(({ cases, median_seconds }) => (median_seconds === null || median_seconds === undefined ? [] : [{ cases, seconds: median_seconds }]))
    .sort((a, b) => a.seconds - b.seconds);
  const half = known.reduce((sum, { cases }) => sum + cases, 0) / 2;
  let seen = 0;
  for (const { cases, seconds } of known) {
    seen += cases;
    if (seen >= half) return seconds;
  }
  return null;
}
