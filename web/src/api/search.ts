// Search over everything the user can see.
import { queryOptions } from "@tanstack/react-query";
import type { NavigateOptions } from "@tanstack/react-router";
import { body, v1, type Schemas } from "./heddle.ts";

export type Hit = Schemas["Hit"];

/** What holds every word of `q`. */
export const searchQuery = (q: string, kinds: string | undefined, limit: number) =>
  queryOptions({
    queryKey: ["search", q, kinds ?? "", limit],
    queryFn: async ({ signal }) =>
      (await body(v1.GET("/v1/search", { params: { query: { q, limit, ...(kinds ? { kinds } : {}) } }, signal }))).data,
    staleTime: 10_000,
  });

/** The page on which a hit is shown. */
export function hitTarget(workspace: string, hit: Hit): NavigateOptions {
  const params = { workspace };
  switch (hit.kind) {
    case "case":
      return { to: "/$workspace/cases/$case", params: { workspace, case: hit.id } };
    case "space":
      return { to: "/$workspace/spaces/$space", params: { workspace, space: hit.id } };
    case "procedure":
      return { to: "/$workspace/procedures/$procedure", params: { workspace, procedure: hit.id } };
    case "coding_thread":
      return { to: "/$workspace/coding/$thread", params: { workspace, thread: hit.id } };
    case "actor":
      return { to: "/$workspace/agents/$agent", params: { workspace, agent: hit.id } };
  }
  if (hit.case_id) {
    const tabs: Partial<Record<Hit["kind"], string>> = { document: "documents", datatable: "data", email: "emails" };
    const tab = tabs[hit.kind];
    return {
      to: "/$workspace/cases/$case",
      params: { workspace, case: hit.case_id },
      search: { ...(tab ? { tab } : {}), ...(hit.kind === "comment" ? { activity: hit.id } : {}) },
    };
  }
  if (hit.thread_id) return { to: "/$workspace/threads/$thread", params: { workspace, thread: hit.thread_id } };
  if (hit.space_id) return { to: "/$workspace/spaces/$space/documents", params: { workspace, space: hit.space_id } };
  return { to: "/$workspace/search", params };
}
