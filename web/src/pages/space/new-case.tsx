// The dialog that opens a case.
import { Alert, Button, Group, Modal, Select, SimpleGrid, Stack, Textarea, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { body, v1 } from "~/api/heddle.ts";
import { keys } from "~/api/keys.ts";
import { proceduresQuery } from "~/api/procedures.ts";
import { explain, fieldErrors, useAct } from "~/api/query.ts";
import { useSession } from "~/api/session.ts";
import { membersQuery } from "~/api/spaces.ts";
import { endOfDay } from "~/pages/case/details.tsx";
import { capital, PRIORITIES, type Priority } from "~/ui/case-marks.tsx";

interface Form {
  title: string;
  description: string;
  priority: Priority | null;
  assigned_actor_id: string | null;
  due: string;
  procedure_id: string | null;
}

/** The dialog. */
export function NewCase({ space, close }: { space: string; close: () => void }) {
  const { workspace } = useSession();
  const navigate = useNavigate();
  const [form, setForm] = useState<Form>({ title: "", description: "", priority: null, assigned_actor_id: null, due: "", procedure_id: null });
  const { data: members } = useQuery(membersQuery(space));
  const { data: procedures } = useQuery(proceduresQuery(space));
  const open = useAct({
    run: () =>
      body(
        v1.POST("/v1/cases", {
          body: {
            space_id: space,
            title: form.title,
            ...(form.description.trim() ? { description: form.description } : {}),
            ...(form.priority ? { priority: form.priority } : {}),
            ...(form.assigned_actor_id ? { assigned_actor_id: form.assigned_actor_id } : {}),
            ...(form.due ? { due_at: endOfDay(form.due) } : {}),
            ...(form.procedure_id ? { procedure_id: form.procedure_id } : {}),
          },
        }),
      ),
    stale: [keys.caseList(space), keys.inbox],
    failed: () => true,
    done: ({ data }) => {
      close();
      return navigate({ to: "/$workspace/cases/$case", params: { workspace: workspace.slug, case: data.id } });
    },
  });
  const wrong = fieldErrors(open.error);
  const set = <K extends keyof Form>(name: K, value: Form[K]) => setForm((now) => ({ ...now, [name]: value }));
  return (
    <Modal opened onClose={close} title="New case" size="lg" closeOnClickOutside={form.title === "" && form.description === ""}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          open.mutate();
        }}
      >
        <Stack>
          {open.error && Object.keys(wrong).length === 0 && <Alert color="red">{explain(open.error)}</Alert>}
          <TextInput label="Title" required data-autofocus value={form.title} onChange={(event) => set("title", event.currentTarget.value)} error={wrong.title} />
          <Textarea
            label="Description"
            autosize
            minRows={3}
            maxRows={12}
            value={form.description}
            onChange={(event) => set("description", event.currentTarget.value)}
            error={wrong.description}
          />
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <Select
              label="Procedure"
              placeholder={procedures?.length === 0 ? "The space has none" : "None"}
              clearable
              searchable
              data={(procedures ?? []).map(({ id, name }) => ({ value: id, label: name }))}
              value={form.procedure_id}
              onChange={(value) => set("procedure_id", value)}
              error={wrong.procedure_id}
            />
            <Select
              label="Assigned to"
              placeholder="Nobody"
              clearable
              searchable
              data={(members ?? [])
                .filter(({ role }) => role !== "observer")
                .map(({ actor_id, name, actor_type }) => ({ value: actor_id, label: actor_type === "ai" ? `${name} (agent)` : name }))}
              value={form.assigned_actor_id}
              onChange={(value) => set("assigned_actor_id", value)}
              error={wrong.assigned_actor_id}
            />
            <Select
              label="Priority"
              placeholder="None"
              clearable
              data={PRIORITIES.map((value) => ({ value, label: capital(value) }))}
              value={form.priority}
              onChange={(value) => set("priority", PRIORITIES.find((known) => known === value) ?? null)}
              error={wrong.priority}
            />
            <TextInput type="date" label="Due" value={form.due} onChange={(event) => set("due", event.currentTarget.value)} error={wrong.due_at} />
          </SimpleGrid>
          <Group justify="flex-end">
            <Button type="submit" loading={open.isPending}>
              Open the case
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
