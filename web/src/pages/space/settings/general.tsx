// Name, description, and what agents may only propose here.
import { Alert, Button, Group, MultiSelect, Stack, Textarea, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { toolsQuery } from "~/api/agents.ts";
import { body, v1 } from "~/api/heddle.ts";
import { keys } from "~/api/keys.ts";
import { explain, fieldErrors, tell, useAct } from "~/api/query.ts";
import type { Space } from "~/api/spaces.ts";

const EVERYTHING = "*";

/** The form. */
export function General({ space, mayChange }: { space: Space; mayChange: boolean }) {
  const [form, setForm] = useState({ name: space.name, description: space.description ?? "", review: space.review });
  const { data: tools } = useQuery(toolsQuery);
  const actions = [...new Set([...(tools ?? []).map(({ name }) => name), ...form.review])].filter((name) => name !== EVERYTHING).sort();
  const save = useAct({
    run: () =>
      body(
        v1.PATCH("/v1/spaces/{id}", {
          params: { path: { id: space.id } },
          body: {
            ...(form.name === space.name ? {} : { name: form.name }),
            description: form.description.trim() === "" ? null : form.description,
            review: form.review,
          },
        }),
      ),
    stale: [keys.spaces],
    failed: () => true,
    done: () => tell("Saved"),
  });
  const wrong = fieldErrors(save.error);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <fieldset disabled={!mayChange} style={{ border: 0, padding: 0, margin: 0, minWidth: 0 }}>
        <Stack>
          {save.error && Object.keys(wrong).length === 0 && <Alert color="red">{explain(save.error)}</Alert>}
          <TextInput label="Name" required value={form.name} onChange={(event) => setForm({ ...form, name: event.currentTarget.value })} error={wrong.name} />
          <Textarea
            label="What it is for"
            autosize
            minRows={2}
            value={form.description}
            onChange={(event) => setForm({ ...form, description: event.currentTarget.value })}
            error={wrong.description}
          />
          <MultiSelect
            label="Agents ask before"
            description="In this space these actions of agents are proposed, and a person decides."
            placeholder={form.review.length === 0 ? "Nothing but what each agent asks by itself" : ""}
            searchable
            disabled={!mayChange}
            data={[{ value: EVERYTHING, label: "everything that changes something" }, ...actions.map((name) => ({ value: name, label: name.replaceAll("_", " ") }))]}
            value={form.review}
            onChange={(review) => setForm({ ...form, review: review.includes(EVERYTHING) ? [EVERYTHING] : review })}
            error={wrong.review}
          />
          {mayChange && (
            <Group>
              <Button type="submit" loading={save.isPending}>
                Save
              </Button>
            </Group>
          )}
        </Stack>
      </fieldset>
    </form>
  );
}
