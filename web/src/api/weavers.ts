// Sandboxes with a terminal.
import { queryOptions } from "@tanstack/react-query";
import { loom } from "./coding.ts";
import { body, type LoomSchemas } from "./heddle.ts";
import { keys } from "./keys.ts";

export type Weaver = LoomSchemas["Weaver"];

/** How many are asked for at once. */
export const SHOWN = 50;

/** The weavers that the user may see, the newest first. */
export const weaversQuery = (offset: number) =>
  queryOptions({
    queryKey: [...keys.weavers, "list", offset],
    queryFn: () => body(loom.GET("/api/weaver", { params: { query: { limit: SHOWN, offset } } })),
  });

/** One of them. */
export const weaverQuery = (id: string) =>
  queryOptions({
    queryKey: [...keys.weavers, "one", id],
    queryFn: () => body(loom.GET("/api/weaver/{id}", { params: { path: { id } } })),
  });
