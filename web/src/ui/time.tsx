// Times as people say them.
import { Tooltip } from "@mantine/core";
import { useSyncExternalStore } from "react";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto", style: "short" });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const dayAndYear = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });

/** "5 min ago", "in 2 hr", and beyond a week the day. */
export function ago(time: string, now: number = Date.now()): string {
  const at = new Date(time);
  const seconds = Math.round((at.getTime() - now) / 1000);
  const size = Math.abs(seconds);
  if (size < 45) return "just now";
  if (size < HOUR) return relative.format(Math.round(seconds / MINUTE), "minute");
  if (size < DAY) return relative.format(Math.round(seconds / HOUR), "hour");
  if (size < 7 * DAY) return relative.format(Math.round(seconds / DAY), "day");
  return (at.getFullYear() === new Date(now).getFullYear() ? day : dayAndYear).format(at);
}

/** The day and time in full. */
export function moment(time: string): string {
  return exact.format(new Date(time));
}

/** How long something took: "12 s", "4 min", "3.5 h", "12 d". */
export function duration(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 90 * MINUTE) return `${Math.round(seconds / MINUTE)} min`;
  if (seconds < 48 * HOUR) return `${trim(seconds / HOUR)} h`;
  return `${trim(seconds / DAY)} d`;
}

function trim(value: number): string {
  return value >= 10 ? String(Math.round(value)) : String(Math.round(value * 10) / 10);
}

// One clock for all times on the page.
let minute = Date.now();
const watchers = new Set<() => void>();
setInterval(() => {
  minute = Date.now();
  for (const watcher of watchers) watcher();
}, 30_000);

/** The time now, to within half a minute; pages that use it are shown anew as it passes. */
export function useNow(): number {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => minute,
  );
}

/** A time as it is said, with the exact one at hand. */
export function TimeAgo({ time }: { time: string }) {
  useNow();
  return (
    <Tooltip label={moment(time)}>
      <time dateTime={time}>{ago(time)}</time>
    </Tooltip>
  );
}
