// The filters of the address, in the words of the server and of saved views.
import type { CaseFilter, CaseSort } from "~/api/cases.ts";
import type { View } from "~/api/views.ts";
import type { CasesSearch } from "~/router.tsx";
import { MOTIONS, PHASES, PRIORITIES } from "~/ui/case-marks.tsx";

/** Assigned to whoever looks. */
export const ME = "me";
/** Assigned to nobody. */
export const NOBODY = "none";

/** The orders of a list, as people say them. */
export const SORTS: Record<CaseSort, string> = {
  "-updated_at": "Changed last",
  updated_at: "Longest unchanged",
  "-created_at": "Newest",
  created_at: "Oldest",
  priority: "Most urgent",
  due_at: "Due first",
  title: "Title",
};

const FILTERS = ["phase", "motion", "priority", "label", "assignee", "procedure", "q", "overdue"] as const;

/** One of `known`, or nothing: an address may say anything. */
function oneOf<T extends string>(known: readonly T[], value: string | undefined): T | undefined {
  return known.find((one) => one === value);
}

/** The labels that all cases must have. */
export function labelsOf(search: CasesSearch): string[] {
  return (search.label ?? "").split(",").filter((id) => id !== "");
}

/** What the server is asked for. `me` is the actor who looks. */
export function filterOf(search: CasesSearch, me: string): CaseFilter {
  const phase = oneOf(PHASES, search.phase);
  const motion = oneOf(MOTIONS, search.motion);
  const priority = oneOf(PRIORITIES, search.priority);
  const labels = labelsOf(search);
  const q = search.q?.trim();
  return {
    ...(phase ? { phase } : {}),
    ...(motion ? { motion } : {}),
    ...(priority ? { priority } : {}),
    ...(labels.length > 0 ? { label_id: labels.join(",") } : {}),
    ...(search.assignee ? { assigned_actor_id: search.assignee === ME ? me : search.assignee } : {}),
    ...(search.procedure ? { procedure_id: search.procedure } : {}),
    ...(q ? { q } : {}),
    ...(search.overdue ? { overdue: true } : {}),
  };
}

/** The order of the list; what changed last comes first unless the address says otherwise. */
export function sortOf(search: CasesSearch): CaseSort {
  return oneOf(Object.keys(SORTS) as CaseSort[], search.sort) ?? "-updated_at";
}

/** The address without any filter. */
export function withoutFilters(search: CasesSearch): CasesSearch {
  return { ...(search.layout ? { layout: search.layout } : {}), ...(search.sort ? { sort: search.sort } : {}) };
}

/** How many filters are on. */
export function filtersOn(search: CasesSearch): number {
  return FILTERS.filter((name) => search[name] !== undefined).length;
}

/** What a view keeps of the address. */
export function kept(search: CasesSearch): Record<string, string | boolean> {
  const found: Record<string, string | boolean> = {};
  for (const name of [...FILTERS, "sort"] as const) {
    const value = search[name];
    if (value !== undefined) found[name] = value;
  }
  return found;
}

/** The address that shows a view. Others may have saved anything in it. */
export function searchOf(view: View): CasesSearch {
  const search: CasesSearch = { layout: view.layout, view: view.id };
  const query = view.query as Record<string, unknown>;
  for (const name of ["phase", "motion", "priority", "label", "assignee", "procedure", "q", "sort"] as const) {
    const value = query[name];
    if (typeof value === "string" && value !== "") search[name] = value;
  }
  if (query.overdue === true) search.overdue = true;
  return search;
}

/** Whether the address shows something else than its view says. */
export function differs(search: CasesSearch, view: View): boolean {
  const saved = kept(searchOf(view));
  const now = kept(search);
  const names = new Set([...Object.keys(saved), ...Object.keys(now)]);
  return (search.layout ?? "board") !== view.layout || [...names].some((name) => saved[name] !== now[name]);
}
