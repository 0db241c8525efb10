// What an agent is told, and before what it must ask.
import { Alert, Button, Group, MultiSelect, Select, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { agentQuery, modelsQuery, toolsQuery } from "~/api/agents.ts";
import { body, slim, v1, type PublicSchemas } from "~/api/heddle.ts";
import { keys } from "~/api/keys.ts";
import { explain, fieldErrors, tell, useAct } from "~/api/query.ts";
import type { Actor } from "~/ui/actor.tsx";
import { QueryView } from "~/ui/query-view.tsx";
import { ModelSelect } from "./model-select.tsx";

type Effort = PublicSchemas["ReasoningEffort"];

const EVERYTHING = "*";

/** The form. */
export function AgentSettings({ agent, mayChange }: { agent: Actor; mayChange: boolean }) {
  const query = useQuery(agentQuery(agent.id));
  return (
    <QueryView query={query}>{(more) => <Fields agent={agent} effort={more.reasoning_effort ?? null} mayChange={mayChange} />}</QueryView>
  );
}

function Fields({ agent, effort, mayChange }: { agent: Actor; effort: Effort | null; mayChange: boolean }) {
  const [form, setForm] = useState({
    name: agent.name,
    model_id: agent.model_id ?? null,
    system_prompt: agent.system_prompt ?? "",
    review: agent.review,
    effort,
  });
  const { data: tools } = useQuery(toolsQuery);
  const { data: models } = useQuery(modelsQuery);
  const save = useAct({
    run: async () => {
      const { effort: wanted, ...known } = form;
      await body(
        v1.PATCH("/v1/actors/{id}", {
          params: { path: { id: agent.id } },
          body: { ...known, system_prompt: known.system_prompt === "" ? null : known.system_prompt },
        }),
      );
      if (wanted !== effort) {
        await body(
          slim.PATCH("/api/v1/public/agents/{agent_id}", {
            params: { path: { agent_id: agent.id } },
            body: { reasoning_effort: wanted },
          }),
        );
      }
    },
    stale: [keys.actors],
    failed: () => true,
    done: () => tell("Saved"),
  });
  const wrong = fieldErrors(save.error);
  const reasoning = models?.models.find(({ id }) => id === form.model_id)?.capabilities.reasoning;
  const efforts = reasoning?.supported ? reasoning.efforts : [];
  const actions = [...new Set((tools ?? []).map(({ name }) => name))].sort();

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack maw={640}>
        {!mayChange && <Alert>Only administrators change agents.</Alert>}
        {save.error && Object.keys(wrong).length === 0 && <Alert color="red">{explain(save.error)}</Alert>}
        <fieldset disabled={!mayChange} style={{ border: 0, padding: 0, margin: 0, minWidth: 0 }}>
          <Stack>
            <TextInput label="Name" required value={form.name} onChange={(event) => setForm({ ...form, name: event.currentTarget.value })} error={wrong.name} />
            <Textarea
              label="Its job"
              description="It is told this before each run."
              autosize
              minRows={5}
              maxRows={24}
              value={form.system_prompt}
              onChange={(event) => setForm({ ...form, system_prompt: event.currentTarget.value })}
              error={wrong.system_prompt}
            />
            <ModelSelect value={form.model_id} onChange={(model_id) => setForm({ ...form, model_id })} error={wrong.model_id} />
            {(efforts.length > 0 || form.effort) && (
              <Select
                label="How hard it thinks"
                placeholder="The model's own default"
                clearable
                data={[...new Set([...efforts, ...(form.effort ? [form.effort] : [])])].map((value) => ({ value, label: value.toLowerCase() }))}
                value={form.effort}
                onChange={(value) => setForm({ ...form, effort: value })}
              />
            )}
            <MultiSelect
              label="Asks before"
              description="These actions are proposed, and a person decides. Reading is never held back."
              data={[{ value: EVERYTHING, label: "everything that changes something" }, ...actions.map((name) => ({ value: name, label: name.replaceAll("_", " ") }))]}
              value={form.review}
              onChange={(review) => setForm({ ...form, review: review.includes(EVERYTHING) ? [EVERYTHING] : review })}
              searchable
              error={wrong.review}
            />
          </Stack>
        </fieldset>
        {mayChange && (
          <Group>
            <Button type="submit" loading={save.isPending}>
              Save
            </Button>
            <Text size="xs" c="dimmed">
              Runs that have begun go on as they began.
            </Text>
          </Group>
        )}
      </Stack>
    </form>
  );
}
