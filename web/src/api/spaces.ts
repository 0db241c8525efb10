// Spaces and what belongs to them.
import { queryOptions } from "@tanstack/react-query";
import { body, v1, type Schemas } from "./heddle.ts";
import { everyPage } from "./pages.ts";
import { keys } from "./keys.ts";

export type Space = Schemas["Space"];
export type Label = Schemas["Label"];
export type SpaceMember = Schemas["Member"];

/** Every space the user is a member of. */
export const spacesQuery = queryOptions({
  queryKey: [...keys.spaces, "all"],
  queryFn: () => everyPage((query) => body(v1.GET("/v1/spaces", { params: { query } }))),
});

/** One space. */
export const spaceQuery = (id: string) =>
  queryOptions({
    queryKey: keys.space(id),
    queryFn: async () => (await body(v1.GET("/v1/spaces/{id}", { params: { path: { id } } }))).data,
  });

/** Who works in a space. */
export const membersQuery = (id: string) =>
  queryOptions({
    queryKey: keys.members(id),
    queryFn: () => everyPage((query) => body(v1.GET("/v1/spaces/{id}/members", { params: { path: { id }, query } }))),
  });

/** The labels of a space. */
export const labelsQuery = (id: string) =>
  queryOptions({
    queryKey: keys.labels(id),
    queryFn: () => everyPage((query) => body(v1.GET("/v1/spaces/{id}/labels", { params: { path: { id }, query } }))),
  });
