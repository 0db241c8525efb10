// Procedures as a whole: their designs, versions, conditions, and what the past of a space suggests.
import { queryOptions } from "@tanstack/react-query";
import { body, v1, type Schemas } from "./heddle.ts";
import { keys } from "./keys.ts";

export type Procedure = Schemas["Procedure"];
export type Design = Schemas["Design"];
export type DesignStage = Schemas["DesignStage"];
export type PutDesign = Schemas["PutDesign"];
export type TriedDesign = Schemas["TriedDesign"];
export type InstructionType = Schemas["InstructionType"];
export type RequiredActor = Schemas["RequiredActor"];
export type ProcedureVersion = Schemas["ProcedureVersion"];
export type Discovered = Omit<Schemas["Discovered"], "directly_follows">;
export type DryRun = Schemas["DryRun"];
export type CheckedCondition = Schemas["CheckedCondition"];

/** One procedure, without its stages. */
export const procedureQuery = (id: string) =>
  queryOptions({
    queryKey: [...keys.procedure(id), "procedure"],
    queryFn: async () => (await body(v1.GET("/v1/procedures/{id}", { params: { path: { id } } }))).data,
  });

/** Its newest version. */
export const designQuery = (id: string) =>
  queryOptions({
    queryKey: [...keys.procedure(id), "design"],
    queryFn: async () => (await body(v1.GET("/v1/procedures/{id}/design", { params: { path: { id } } }))).data,
  });

/** A page of its versions, newest first. */
export const versionsQuery = (id: string, page: number) =>
  queryOptions({
    queryKey: [...keys.procedure(id), "versions", page],
    queryFn: () => body(v1.GET("/v1/procedures/{id}/versions", { params: { path: { id }, query: { page, per_page: 20 } } })),
  });

/** What it was at a version; that never changes. */
export const versionQuery = (id: string, version: number) =>
  queryOptions({
    queryKey: ["procedure-versions", id, version],
    queryFn: async () =>
      (await body(v1.GET("/v1/procedures/{id}/versions/{version}", { params: { path: { id, version } } }))).data,
    staleTime: Infinity,
  });

/** The path that most finished cases of a space took. */
export const discoveredQuery = (space: string) =>
  queryOptions({
    queryKey: [...keys.process(space), "discovered"],
    queryFn: async (): Promise<Discovered> =>
      (await body(v1.GET("/v1/spaces/{id}/discovered-procedure", { params: { path: { id: space } } }))).data,
  });

/** Whether a condition can be saved and, for a case, what it gives. */
export const conditionQuery = (condition: string, caseId: string | null) =>
  queryOptions({
    // A case moves on: what it gives is asked again with everything else that is known of the case.
    queryKey: [...(caseId ? keys.case(caseId) : ["conditions"]), "condition", condition],
    queryFn: async ({ signal }) =>
      (await body(v1.POST("/v1/conditions/check", { body: { condition, ...(caseId ? { case_id: caseId } : {}) }, signal }))).data,
  });
