// What a thread shows, in order: what was said, runs of agents as one card each, and what Heddle noted, folded.
import type { Activity, Proposal, Run } from "./queries.ts";

export type Item =
  | { kind: "said"; id: string; at: string; activity: Activity }
  | { kind: "run"; id: string; at: string; run: Run }
  | { kind: "proposal"; id: string; at: string; proposal: Proposal }
  | { kind: "noted"; id: string; at: string; activities: Activity[] };

/** The run that an entry tells of, when it is one of `runs`. */
function runOf(activity: Activity): string | null {
  const data = activity.data as { run_id?: unknown } | null | undefined;
  return typeof data?.run_id === "string" ? data.run_id : null;
}

/** Whether people read it as said, and not as noted by the way. */
function isSaid(activity: Activity): boolean {
  return activity.type === "comment" || activity.type === "artifact_added" || activity.type === "subcase_completed";
}

/**
 * Puts entries, runs and pending proposals into one order of time, oldest first. Entries that only tell what a shown run
 * did are left to its card; other notes that follow each other are folded into one.
 */
export function threadItems(activities: readonly Activity[], runs: readonly Run[], proposals: readonly Proposal[]): Item[] {
  const shownRuns = new Set(runs.map(({ id }) => id));
  const entries: Item[] = activities
    .filter((activity) => isSaid(activity) || !shownRuns.has(runOf(activity) ?? ""))
    .map((activity) =>
      isSaid(activity)
        ? { kind: "said", id: activity.id, at: activity.created_at, activity }
        : { kind: "noted", id: activity.id, at: activity.created_at, activities: [activity] },
    );
  // Runs from before the oldest entry that is loaded come with the earlier page.
  const since = activities.reduce((oldest, { created_at }) => (created_at < oldest ? created_at : oldest), activities[0]?.created_at ?? "");
  const own = (at: string) => at >= since;
  const items = [
    ...entries,
    ...runs.filter(({ created_at }) => own(created_at)).map((run): Item => ({ kind: "run", id: run.id, at: run.created_at, run })),
    ...proposals
      .filter(({ state }) => state === "pending")
      .map((proposal): Item => ({ kind: "proposal", id: proposal.id, at: proposal.created_at, proposal })),
  ].sort((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : one.id < other.id ? -1 : 1));

  const folded: Item[] = [];
  for (const item of items) {
    const last = folded.at(-1);
    if (item.kind === "noted" && last?.kind === "noted") last.activities.push(...item.activities);
    else folded.push(item.kind === "noted" ? { ...item, activities: [...item.activities] } : item);
  }
  return folded;
}
