// Procedures of a space.
import { queryOptions } from "@tanstack/react-query";
import { body, v1 } from "./heddle.ts";
import { keys } from "./keys.ts";

/** Every procedure of a space. */
export const proceduresQuery = (space: string) =>
  queryOptions({
    queryKey: [...keys.procedures, "of", space],
    queryFn: async () =>
      (await body(v1.GET("/v1/procedures", { params: { query: { space_id: space, per_page: 200 } } }))).data,
  });
