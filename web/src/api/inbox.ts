// What waits for the user.
import { queryOptions } from "@tanstack/react-query";
import { body, v1, type Schemas } from "./heddle.ts";
import { keys } from "./keys.ts";

export type Inbox = Schemas["Inbox"];

/** Stages, proposals, questions, mentions and changes. */
export const inboxQuery = queryOptions({
  queryKey: keys.inbox,
  queryFn: async () => (await body(v1.GET("/v1/inbox"))).data,
});

/** How many things wait for the user: what needs an answer, not what is merely new. */
export function waiting(inbox: Inbox): number {
  const { stages, proposals, questions, mentions } = inbox.counts;
  return stages + proposals + questions + mentions;
}
