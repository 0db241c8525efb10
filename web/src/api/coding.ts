// Conversations with coding agents.
import { queryOptions } from "@tanstack/react-query";
import { body, heddle, type LoomSchemas } from "./heddle.ts";
import { keys } from "./keys.ts";

export type Conversation = LoomSchemas["Thread"];
export type ConversationSummary = LoomSchemas["ThreadSummary"];
export type Visibility = Conversation["visibility"];
/** Whose conversations are listed. */
export type Scope = "own" | "shared" | "all";

/** How many are asked for at once. */
export const SHOWN = 50;

/** The calls of `/api`. */
export const loom = heddle.loom;

/** Conversations, the last saved first. */
export const conversationsQuery = (scope: Scope, offset: number) =>
  queryOptions({
    queryKey: [...keys.coding, "list", scope, offset],
    queryFn: () => body(loom.GET("/api/threads", { params: { query: { scope, limit: SHOWN, offset } } })),
  });

/** Those that hold every word. */
export const foundQuery = (q: string, offset: number) =>
  queryOptions({
    queryKey: [...keys.coding, "search", q, offset],
    queryFn: ({ signal }) =>
      body(loom.GET("/api/threads/search", { params: { query: { q, limit: SHOWN, offset } }, signal })),
  });

/** One with its messages; as it was in a version, if one is named. */
export const conversationQuery = (id: string, version: number | null = null) =>
  queryOptions({
    queryKey: [...keys.conversation(id), version],
    queryFn: () =>
      version === null
        ? body(loom.GET("/api/threads/{id}", { params: { path: { id } } }))
        : body(loom.GET("/api/threads/{id}/versions/{version}", { params: { path: { id, version } } })),
  });

/** The versions that it had. */
export const versionsQuery = (id: string) =>
  queryOptions({
    queryKey: [...keys.conversation(id), "versions"],
    queryFn: () => body(loom.GET("/api/threads/{id}/versions", { params: { path: { id }, query: { limit: 200 } } })),
  });

/** Its links. */
export const linksQuery = (id: string) =>
  queryOptions({
    queryKey: [...keys.conversation(id), "links"],
    queryFn: () => body(loom.GET("/api/threads/{id}/links", { params: { path: { id } } })),
  });

/** What a link shows. */
export const sharedQuery = (token: string) =>
  queryOptions({
    queryKey: ["shared", token],
    queryFn: () => body(loom.GET("/api/shared/{token}", { params: { path: { token } } })),
  });
