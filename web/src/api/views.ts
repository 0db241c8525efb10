// Saved ways to look at the cases of a space.
import { queryOptions } from "@tanstack/react-query";
import { body, v1, type Schemas } from "./heddle.ts";
import { keys } from "./keys.ts";

export type View = Schemas["View"];
export type CreateView = Schemas["CreateView"];
export type UpdateView = Schemas["UpdateView"];

/** The user's own views of a space, and the shared ones. */
export const viewsQuery = (space: string) =>
  queryOptions({
    queryKey: [...keys.views, space],
    queryFn: async () => (await body(v1.GET("/v1/views", { params: { query: { space_id: space, per_page: 200 } } }))).data,
  });

/** Saves a new one. */
export async function makeView(view: CreateView): Promise<View> {
  return (await body(v1.POST("/v1/views", { body: view }))).data;
}

/** Changes one. */
export async function changeView(id: string, change: UpdateView): Promise<View> {
  return (await body(v1.PATCH("/v1/views/{id}", { params: { path: { id } }, body: change }))).data;
}

/** Deletes one. */
export async function deleteView(id: string): Promise<void> {
  await body(v1.DELETE("/v1/views/{id}", { params: { path: { id } } }));
}
