// What the page of a case asks, and what can be done to a case.
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { body, HeddleError, v1, type Schemas } from "~/api/heddle.ts";
import { keys } from "~/api/keys.ts";
import { everyPage } from "~/api/pages.ts";

export type Case = Schemas["Case"];
export type Stage = Schemas["Stage"];
export type Instruction = Schemas["Instruction"];
export type Activity = Schemas["Activity"];
export type Run = Schemas["Run"];
export type Step = Schemas["Step"];
export type Proposal = Schemas["Proposal"];
export type Artifact = Schemas["Artifact"];
export type Datatable = Schemas["Datatable"];
export type Email = Schemas["Email"];

/** A case, and the tag of this version of it. */
export interface Versioned {
  case: Case;
  etag: string | null;
}

/** One case. */
export const caseQuery = (id: string) =>
  queryOptions({
    queryKey: [...keys.case(id), "case"],
    queryFn: async (): Promise<Versioned> => {
      const { data, response } = await v1.GET("/v1/cases/{id}", { params: { path: { id } } });
      if (!data) throw HeddleError.of(response, null);
      return { case: data.data, etag: response.headers.get("etag") };
    },
  });

/** What can be done with the case now, and why the rest cannot. */
export const movesQuery = (id: string) =>
  queryOptions({
    queryKey: keys.moves(id),
    queryFn: async () => (await body(v1.GET("/v1/cases/{id}/moves", { params: { path: { id } } }))).data,
  });

/** A stage with its instructions. */
export interface StageWithInstructions extends Stage {
  instructions: Instruction[];
}

/** The stages of a case with their instructions. */
export const stagesQuery = (id: string) =>
  queryOptions({
    queryKey: keys.stages(id),
    queryFn: async (): Promise<StageWithInstructions[]> => {
      const { data } = await body(v1.GET("/v1/cases/{id}/stages", { params: { path: { id }, query: { per_page: 200 } } }));
      return Promise.all(
        data.map(async (stage) => {
          const path = { id: stage.id };
          const found = await body(v1.GET("/v1/stages/{id}/instructions", { params: { path, query: { per_page: 200 } } }));
          return { ...stage, instructions: found.data };
        }),
      );
    },
  });

const ENTRIES = 100;

/** The entries of a thread, the newest page first. */
export const entriesQuery = (thread: string) =>
  infiniteQueryOptions({
    queryKey: [...keys.thread(thread), "entries"],
    initialPageParam: 1,
    queryFn: ({ pageParam }) =>
      body(
        v1.GET("/v1/threads/{id}/activities", {
          params: { path: { id: thread }, query: { order: "desc", page: pageParam, per_page: ENTRIES } },
        }),
      ),
    getNextPageParam: (last, pages) => (pages.length * ENTRIES < last.meta.total ? pages.length + 1 : undefined),
  });

/** The runs of a case, newest first. */
export const runsQuery = (id: string) =>
  queryOptions({
    queryKey: keys.runs(id),
    queryFn: async () => (await body(v1.GET("/v1/runs", { params: { query: { case_id: id, per_page: 100 } } }))).data,
  });

/** The steps of a run. */
export const stepsQuery = (run: string) =>
  queryOptions({
    queryKey: [...keys.run(run), "steps"],
    queryFn: () => everyPage((query) => body(v1.GET("/v1/runs/{id}/steps", { params: { path: { id: run }, query } }))),
  });

/** The proposals of a case. */
export const proposalsQuery = (id: string) =>
  queryOptions({
    queryKey: [...keys.case(id), "proposals"],
    queryFn: async () =>
      (await body(v1.GET("/v1/proposals", { params: { query: { case_id: id, per_page: 100 } } }))).data,
  });

type Place = "case_id" | "thread_id" | "space_id";

/** The documents at a place. */
export const artifactsQuery = (kind: Place, id: string) =>
  queryOptions({
    queryKey: keys.artifacts(id),
    queryFn: async () => (await body(v1.GET("/v1/artifacts", { params: { query: { [kind]: id, per_page: 200 } } }))).data,
  });

/** The data tables at a place. */
export const datatablesQuery = (kind: Place, id: string) =>
  queryOptions({
    queryKey: keys.datatables(id),
    queryFn: async () => (await body(v1.GET("/v1/datatables", { params: { query: { [kind]: id, per_page: 200 } } }))).data,
  });

/** The e-mails at a place. */
export const emailsQuery = (kind: Place, id: string) =>
  queryOptions({
    queryKey: keys.emails(id),
    queryFn: async () => (await body(v1.GET("/v1/emails", { params: { query: { [kind]: id, per_page: 200 } } }))).data,
  });

/** Every case of the tree that the case is in. */
export const treeQuery = (id: string) =>
  queryOptions({
    queryKey: [...keys.case(id), "tree"],
    queryFn: async () => (await body(v1.GET("/v1/cases/{id}/tree", { params: { path: { id } } }))).data,
  });

/** What happened to the case, newest first. */
export const historyQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: keys.history(id),
    initialPageParam: 1,
    queryFn: ({ pageParam }) =>
      body(v1.GET("/v1/cases/{id}/history", { params: { path: { id }, query: { page: pageParam, per_page: 50 } } })),
    getNextPageParam: (last, pages) => (pages.length * 50 < last.meta.total ? pages.length + 1 : undefined),
  });
