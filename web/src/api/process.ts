// The process of a space: its figures, and the cases behind each.
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { body, v1, type Schemas } from "./heddle.ts";
import { keys } from "./keys.ts";

export type Process = Schemas["Process"];
export type Age = Schemas["Age"];

/** Which cases count. */
export interface Period {
  from?: string;
  to?: string;
  procedure_id?: string;
}

/** A figure, whose cases are asked for. */
export interface Figure extends Period {
  variant?: string;
  activity?: string;
  from_activity?: string;
  to_activity?: string;
  actor_id?: string;
  phase?: Schemas["Phase"];
  motion?: Schemas["Motion"];
  age?: Age;
}

/** The figures. */
export const processQuery = (space: string, period: Period) =>
  queryOptions({
    queryKey: [...keys.process(space), "figures", period],
    queryFn: async () => (await body(v1.GET("/v1/spaces/{id}/process", { params: { path: { id: space }, query: period } }))).data,
    placeholderData: keepPreviousData,
  });

/** A page of the cases behind a figure. */
export const processCasesQuery = (space: string, figure: Figure, page: number) =>
  queryOptions({
    queryKey: [...keys.process(space), "cases", figure, page],
    queryFn: () =>
      body(v1.GET("/v1/spaces/{id}/process/cases", { params: { path: { id: space }, query: { ...figure, page, per_page: 25 } } })),
    placeholderData: keepPreviousData,
  });
