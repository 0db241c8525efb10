// Takes a case to another phase: shown at once, and undone on the page with the reason when the server refuses.
import type { QueryKey } from "@tanstack/react-query";
import { pagesKey, type CaseCounts, type CaseFilter, type CasePage, type CaseSort, type ListedCase } from "~/api/cases.ts";
import { keys } from "~/api/keys.ts";
import { fieldErrors, queries, useAct } from "~/api/query.ts";
import { step } from "~/pages/case/moves.tsx";
import type { Phase } from "~/ui/case-marks.tsx";
import { countsAfter, pageAfter, type PhaseStep } from "./drop.ts";

/** What is done with which case. */
export interface Stepped {
  item: ListedCase;
  to: Phase;
  step: PhaseStep;
  reason?: string;
}

/** The filter, order and number of a page, as its key says them. */
function partsOf(key: QueryKey): [filter: CaseFilter, sort: CaseSort, page: number] {
  const [filter, sort, page] = key.slice(-3) as [CaseFilter, CaseSort, number];
  return [filter, sort, page];
}

/** Shows the case in its new phase in every list that was loaded; what it answers undoes that. */
async function showMoved(space: string, { item, to }: Stepped, seen: (item: ListedCase, index: number) => void): Promise<() => void> {
  await queries.cancelQueries({ queryKey: keys.caseList(space) });
  const moved: ListedCase = { ...item, phase: to, updated_at: new Date().toISOString() };
  const undo: (() => void)[] = [];
  for (const [key, page] of queries.getQueriesData<CasePage>({ queryKey: pagesKey(space) })) {
    if (!page) continue;
    const [filter, sort, number] = partsOf(key);
    const after = pageAfter(page, filter, sort, number, moved);
    if (after === page) continue;
    queries.setQueryData(key, after);
    undo.push(() => queries.setQueryData(key, page));
    const index = after.data.findIndex(({ id }) => id === item.id);
    if (index >= 0) seen(moved, (number - 1) * page.meta.per_page + index);
  }
  for (const [key, counts] of queries.getQueriesData<CaseCounts>({ queryKey: keys.caseList(space, "counts") })) {
    if (!counts) continue;
    queries.setQueryData(key, countsAfter(counts, item.phase, to));
    undo.push(() => queries.setQueryData(key, counts));
  }
  return () => {
    for (const one of undo) one();
  };
}

/** The act. `seen` is told where in its list the case is now. */
export function useStep(space: string, seen: (item: ListedCase, index: number) => void) {
  return useAct<Stepped>({
    run: async (stepped) => {
      const undo = await showMoved(space, stepped, seen);
      try {
        return await step(stepped.item.id, stepped.step, stepped.reason);
      } catch (error) {
        undo();
        void queries.invalidateQueries({ queryKey: keys.caseList(space) });
        throw error;
      }
    },
    stale: ({ item }) => [keys.caseList(space), keys.case(item.id), keys.inbox],
    failed: (error) => "reason" in fieldErrors(error),
  });
}
