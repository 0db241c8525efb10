// Lists of cases, how many there are, and what is done to many at once.
import { queryOptions } from "@tanstack/react-query";
import { body, v1, type Schemas } from "./heddle.ts";
import { keys } from "./keys.ts";

export type ListedCase = Schemas["ListedCase"];
export type CaseCounts = Schemas["CaseCounts"];
export type CaseChange = Schemas["CaseChange"];
export type CaseMove = Schemas["CaseMove"];
export type BulkOutcome = Schemas["BulkOutcome"];
export type CaseSort = "created_at" | "-created_at" | "updated_at" | "-updated_at" | "due_at" | "priority" | "title";

/** Which cases, in the server's words. */
export interface CaseFilter {
  phase?: Schemas["Phase"];
  motion?: Schemas["Motion"];
  priority?: Schemas["Priority"];
  label_id?: string;
  assigned_actor_id?: string;
  procedure_id?: string;
  q?: string;
  overdue?: boolean;
}

/** How many cases are asked for at once. */
export const PAGE = 50;

/** A page of a list: its cases and how many all pages have. */
export interface CasePage {
  data: ListedCase[];
  meta: Schemas["ListMeta"];
}

/** The key of every page of a space's lists. */
export const pagesKey = (space: string) => keys.caseList(space, "page");

/** A page of the cases of a space, counted from 1. Pages that are no longer looked at are let go soon: there may be thousands. */
export const casePageQuery = (space: string, filter: CaseFilter, sort: CaseSort, page: number) =>
  queryOptions({
    queryKey: [...pagesKey(space), filter, sort, page],
    queryFn: async ({ signal }): Promise<CasePage> => {
      const query = { space_id: space, ...filter, sort, include: "card", page, per_page: PAGE } as const;
      return body(v1.GET("/v1/cases", { params: { query }, signal }));
    },
    gcTime: 60_000,
  });

/** How many cases of a space there are of each kind. */
export const countsQuery = (space: string, filter: CaseFilter) =>
  queryOptions({
    queryKey: keys.caseList(space, "counts", filter),
    queryFn: async ({ signal }) =>
      (await body(v1.GET("/v1/spaces/{id}/counts", { params: { path: { id: space }, query: { ...filter } }, signal }))).data,
  });

/** The server changes no more cases than this in one request. */
const AT_ONCE = 200;

/** Makes one change to many cases. Each is changed or refused by itself. */
export async function changeCases(ids: readonly string[], change: CaseChange): Promise<BulkOutcome> {
  const all: BulkOutcome = { results: [], changed: 0, refused: 0 };
  for (let begin = 0; begin < ids.length; begin += AT_ONCE) {
    const sent = { ids: ids.slice(begin, begin + AT_ONCE), change };
    const { data } = await body(v1.POST("/v1/cases/bulk", { body: sent }));
    all.results.push(...data.results);
    all.changed += data.changed;
    all.refused += data.refused;
  }
  return all;
}
