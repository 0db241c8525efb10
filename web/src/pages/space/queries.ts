// What the pages of a space ask besides its cases.
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { body, slim, v1, type PublicSchemas, type Schemas } from "~/api/heddle.ts";
import { keys } from "~/api/keys.ts";

export type SpaceTool = Schemas["Tool"];
export type Role = Schemas["Role"];

/** What happens to new cases of a space by themselves. */
export type Trigger =
  | PublicSchemas["AssigneeSpaceTrigger"]
  | PublicSchemas["ReferenceTaskSpaceTrigger"]
  | PublicSchemas["ApplyProcedureSpaceTrigger"]
  | NoTrigger;

/** Nothing happens. The client's types leave a field out that is always null. */
export interface NoTrigger {
  trigger_type?: undefined;
}

const THREADS = 100;

/** The threads of a space, the newest first; those of cases are among them. */
export const threadsQuery = (space: string) =>
  infiniteQueryOptions({
    queryKey: [...keys.space(space), "threads"],
    initialPageParam: 1,
    queryFn: ({ pageParam }) =>
      body(v1.GET("/v1/threads", { params: { query: { space_id: space, page: pageParam, per_page: THREADS } } })),
    getNextPageParam: (last, pages) => (pages.length * THREADS < last.meta.total ? pages.length + 1 : undefined),
  });

/** The HTTP tools of a space. */
export const spaceToolsQuery = (space: string) =>
  queryOptions({
    queryKey: [...keys.tools, "of", space],
    queryFn: async () =>
      (await body(v1.GET("/v1/spaces/{id}/tools", { params: { path: { id: space }, query: { per_page: 200 } } }))).data,
  });

/** The trigger of a space. */
export const triggerQuery = (space: string) =>
  queryOptions({
    queryKey: [...keys.space(space), "trigger"],
    queryFn: (): Promise<Trigger> =>
      body(slim.GET("/api/v1/public/spaces/{space_id}/trigger", { params: { path: { space_id: space } } })),
  });
