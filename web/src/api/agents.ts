// Agents, the models they think with, their tools and secrets.
import { queryOptions } from "@tanstack/react-query";
import { body, slim, v1, type PublicSchemas } from "./heddle.ts";
import { keys } from "./keys.ts";

export type Tool = PublicSchemas["ToolListItem"];
export type Secret = PublicSchemas["Secret"];

/** Gathers every slice of a list of the public API. */
async function all<T>(slice: (cursor: string | undefined) => Promise<{ data: T[]; has_more: boolean; next_cursor?: string | null }>): Promise<T[]> {
  const found: T[] = [];
  for (let cursor: string | undefined; ; ) {
    const { data, has_more, next_cursor } = await slice(cursor);
    found.push(...data);
    if (!has_more || !next_cursor) return found;
    cursor = next_cursor;
  }
}

/** One actor. */
export const actorQuery = (id: string) =>
  queryOptions({
    queryKey: keys.actor(id),
    queryFn: async () => (await body(v1.GET("/v1/actors/{id}", { params: { path: { id } } }))).data,
  });

/** What the public API knows of an agent besides. */
export const agentQuery = (id: string) =>
  queryOptions({
    queryKey: [...keys.actor(id), "agent"],
    queryFn: () => body(slim.GET("/api/v1/public/agents/{agent_id}", { params: { path: { agent_id: id } } })),
  });

/** Every tool: Heddle's own actions, services and scripts. */
export const toolsQuery = queryOptions({
  queryKey: [...keys.tools, "all"],
  queryFn: () =>
    all<Tool>((cursor) =>
      body(slim.GET("/api/v1/public/tools", { params: { query: { limit: 100, ...(cursor ? { cursor } : {}) } } })),
    ),
});

/** One tool. */
export const toolQuery = (id: string) =>
  queryOptions({
    queryKey: [...keys.tools, id],
    queryFn: () => body(slim.GET("/api/v1/public/tools/{tool_id}", { params: { path: { tool_id: id } } })),
  });

/** The tools of an agent. */
export const agentToolsQuery = (id: string) =>
  queryOptions({
    queryKey: [...keys.actor(id), "tools"],
    queryFn: () => body(slim.GET("/api/v1/public/agents/{agent_id}/tools", { params: { path: { agent_id: id } } })),
  });

/** Every secret, by name; their values are never answered. */
export const secretsQuery = queryOptions({
  queryKey: [...keys.secrets, "all"],
  queryFn: () =>
    all<Secret>((cursor) =>
      body(slim.GET("/api/v1/public/secrets", { params: { query: { limit: 100, ...(cursor ? { cursor } : {}) } } })),
    ),
});

/** The models, and which providers have a key. */
export const modelsQuery = queryOptions({
  queryKey: ["models"],
  queryFn: async () => (await body(v1.GET("/v1/models"))).data,
});

/** How an agent has done. */
export const recordQuery = (id: string) =>
  queryOptions({
    queryKey: [...keys.actor(id), "record"],
    queryFn: async () => (await body(v1.GET("/v1/actors/{id}/record", { params: { path: { id } } }))).data,
  });

/** Its trials, newest first. */
export const trialsQuery = (id: string) =>
  queryOptions({
    queryKey: [...keys.actor(id), "trials"],
    queryFn: async () =>
      (await body(v1.GET("/v1/runs", { params: { query: { actor_id: id, trial: true, per_page: 20 } } }))).data,
  });

/** One run. */
export const runQuery = (id: string) =>
  queryOptions({
    queryKey: [...keys.run(id), "run"],
    queryFn: async () => (await body(v1.GET("/v1/runs/{id}", { params: { path: { id } } }))).data,
  });
