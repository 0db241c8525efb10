// The names under which answers are kept, and which of them an event makes untrue.
import type { LiveEvent } from "@heddle/sdk";
import type { QueryKey } from "@tanstack/react-query";

/** Keys begin with the section; what belongs to one thing begins with the section and its id. */
export const keys = {
  session: ["session"],
  inbox: ["inbox"],
  spaces: ["spaces"],
  space: (id: string) => ["spaces", id],
  members: (space: string) => ["spaces", space, "members"],
  labels: (space: string) => ["spaces", space, "labels"],
  caseLists: ["case-lists"],
  caseList: (space: string, ...rest: unknown[]) => ["case-lists", space, ...rest],
  case: (id: string) => ["cases", id],
  stages: (id: string) => ["cases", id, "stages"],
  history: (id: string) => ["cases", id, "history"],
  moves: (id: string) => ["cases", id, "moves"],
  runs: (id: string) => ["cases", id, "runs"],
  run: (id: string) => ["runs", id],
  thread: (id: string) => ["threads", id],
  artifacts: (place: string) => ["artifacts", place],
  datatables: (place: string) => ["datatables", place],
  emails: (place: string) => ["emails", place],
  procedures: ["procedures"],
  procedure: (id: string) => ["procedures", id],
  actors: ["actors"],
  actor: (id: string) => ["actors", id],
  tools: ["tools"],
  secrets: ["secrets"],
  proposals: ["proposals"],
  process: (space: string) => ["process", space],
  views: ["views"],
  coding: ["coding"],
  conversation: (id: string) => ["coding", "one", id],
  weavers: ["weavers"],
  admin: ["admin"],
} satisfies Record<string, QueryKey | ((...ids: never[]) => QueryKey)>;

/** What is no longer true after an event. */
export function staleAfter(event: LiveEvent): QueryKey[] {
  const stale: QueryKey[] = [];
  const section = event.verb.split(".")[0];
  if (event.case_id) {
    stale.push(keys.case(event.case_id), keys.inbox);
    if (event.space_id) stale.push(keys.caseList(event.space_id));
    for (const own of [keys.artifacts, keys.datatables, keys.emails]) stale.push(own(event.case_id));
  }
  if (event.thread_id) stale.push(keys.thread(event.thread_id));
  switch (section) {
    case "case":
    case "stage":
      if (event.space_id) stale.push(keys.process(event.space_id));
      break;
    case "space":
    case "member":
    case "label":
      stale.push(keys.spaces, keys.admin);
      break;
    case "coding_thread":
      // The open one follows its own stream, and takes only what is new.
      stale.push([...keys.coding, "list"], [...keys.coding, "search"]);
      break;
    case "weaver":
      stale.push(keys.weavers);
      break;
    case "procedure":
      stale.push(keys.procedures);
      break;
    case "actor":
      stale.push(keys.actors);
      break;
    case "tool":
      stale.push(keys.tools);
      break;
    case "secret":
      stale.push(keys.secrets);
      break;
    case "view":
      stale.push(keys.views);
      break;
    case "run":
      stale.push(keys.run(event.subject_id));
      // What an agent has done counts when it begins and when it ends, not at each step.
      if (typeof event.data.actor_id === "string") stale.push(keys.actor(event.data.actor_id));
      break;
    case "proposal":
      stale.push(keys.proposals, keys.inbox);
      break;
    case "artifact":
    case "datatable":
    case "email":
      for (const place of [event.space_id, event.thread_id]) {
        if (place) stale.push([`${section}s`, place]);
      }
      break;
    case "key":
    case "invitation":
    case "session":
      stale.push(keys.admin);
      break;
  }
  return stale;
}
