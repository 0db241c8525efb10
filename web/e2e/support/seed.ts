// Things for tests, made by the API.
import { body, type Heddle } from "@heddle/sdk";
import type { Server } from "./server.ts";

/** What {@link permits} makes. */
export interface Permits {
  api: Heddle;
  space: string;
  agent: string;
  procedure: string;
  me: string;
}

/** A space with an agent, and a procedure of which it has the second stage; it asks before it sets a priority. */
export async function permits(server: Server, name: string): Promise<Permits> {
  const api = await server.client();
  const me = (await body(api.v1.GET("/v1/session"))).data.actor_id;
  const space = (await body(api.v1.POST("/v1/spaces", { body: { name } }))).data.id;
  const agent = (
    await body(api.v1.POST("/v1/actors", { body: { type: "ai", name: `Clerk of ${name}`, model_id: "rules", review: ["set_priority"] } }))
  ).data.id;
  await body(api.v1.POST("/v1/spaces/{id}/members", { params: { path: { id: space } }, body: { actor_id: agent, role: "member" } }));
  const procedure = (await body(api.v1.POST("/v1/procedures", { body: { space_id: space, name: "Fence permit" } }))).data.id;
  const path = { id: procedure };
  await body(
    api.v1.POST("/v1/procedures/{id}/stages", {
      params: { path },
      body: { name: "Receive", required_actor_type: "human", assigned_actor_id: me, instructions: [{ type: "todo", text: "Confirm receipt" }] },
    }),
  );
  await body(
    api.v1.POST("/v1/procedures/{id}/stages", {
      params: { path },
      body: {
        name: "Check",
        required_actor_type: "either",
        assigned_actor_id: agent,
        instructions: [
          { type: "todo", text: "Set the priority to high" },
          { type: "todo", text: "Write a note: the neighbour must agree" },
        ],
      },
    }),
  );
  return { api, space, agent, procedure, me };
}

/** A case of the procedure, in intake. */
export async function openCase({ api, space, procedure }: Permits, title: string): Promise<string> {
  const made = await body(api.v1.POST("/v1/cases", { body: { space_id: space, procedure_id: procedure, title } }));
  return made.data.id;
}

/** Lets the agent have its turn: begins the case and ticks the first stage off. */
export async function reachAgent(permits_: Permits, id: string): Promise<void> {
  const { api } = permits_;
  await body(api.v1.POST("/v1/cases/{id}/commence", { params: { path: { id } } }));
  const stages = await body(api.v1.GET("/v1/cases/{id}/stages", { params: { path: { id } } }));
  const first = stages.data[0]?.id ?? "";
  const lines = await body(api.v1.GET("/v1/stages/{id}/instructions", { params: { path: { id: first } } }));
  for (const line of lines.data) {
    await body(api.v1.POST("/v1/instructions/{id}/complete", { params: { path: { id: line.id } } }));
  }
}
