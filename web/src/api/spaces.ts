// Spaces and what belongs to them.
import { queryOptions } from "@tanstack/react-query";
import { body, v1, type Schemas } from "./heddle.ts";
import { keys } from "./keys.ts";

export type Space = Schemas["Space"];
export type Label = Schemas["Label"];
export type SpaceMember = Schemas["Member"];

/** Every space the user is a member of. */
export const spacesQuery = queryOptions({
  queryKey: [...keys.spaces, "all"],
  queryFn: async () => {
    const all: Space[] = [];
    for (let page = 1; ; page += 1) {
      const { data, meta } = await body(v1.GET("/v1/spaces", { params: { query: { page, per_page: 200 } } }));
      all.push(...data);
      if (data.length === 0 || all.length >= meta.total) return all;
    }
  },
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
    queryFn: async () =>
      (await body(v1.GET("/v1/spaces/{id}/members", { params: { path: { id }, query: { per_page: 200 } } }))).data,
  });

/** The labels of a space. */
export const labelsQuery = (id: string) =>
  queryOptions({
    queryKey: keys.labels(id),
    queryFn: async () =>
      (await body(v1.GET("/v1/spaces/{id}/labels", { params: { path: { id }, query: { per_page: 200 } } }))).data,
  });
