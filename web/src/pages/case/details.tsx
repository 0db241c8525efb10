// What a case is, at its side: who has it, until when, its labels, what programs know of it.
import { Box, Code, Group, Menu, Select, Stack, Text, TextInput, Title, UnstyledButton } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { body, v1 } from "~/api/heddle.ts";
import { keys } from "~/api/keys.ts";
import { useAct } from "~/api/query.ts";
import { labelsQuery, membersQuery } from "~/api/spaces.ts";
import { useSession } from "~/api/session.ts";
import { ActorName } from "~/ui/actor.tsx";
import { capital, LabelBadge, PRIORITIES } from "~/ui/case-marks.tsx";
import { TextLink } from "~/ui/links.tsx";
import { TimeAgo } from "~/ui/time.tsx";
import { EditableText } from "./editable.tsx";
import type { useEdit } from "./edit.tsx";
import type { Versioned } from "./queries.ts";

/** The panel. */
export function Details({ version, edit }: { version: Versioned; edit: ReturnType<typeof useEdit> }) {
  const found = version.case;
  const { workspace } = useSession();
  const closed = found.phase === "closed";
  const { data: members } = useQuery(membersQuery(found.space_id));
  const procedure = useQuery({
    queryKey: keys.procedure(found.procedure_id ?? ""),
    queryFn: async () =>
      (await body(v1.GET("/v1/procedures/{id}", { params: { path: { id: found.procedure_id ?? "" } } }))).data,
    enabled: Boolean(found.procedure_id),
  });
  const change = (what: Parameters<typeof edit.mutate>[0]["change"]) => edit.mutate({ change: what });
  const attributes = Object.entries(found.attributes as Record<string, unknown>);

  return (
    <Box component="section" aria-labelledby="details" className="panel" p="md" mb="md">
      <Title order={2} id="details" mb="sm">
        Details
      </Title>
      <Stack gap="sm">
        <EditableText
          label="Description"
          value={found.description ?? ""}
          disabled={closed}
          began={version}
          save={(text, began) => edit.mutate({ change: { description: text === "" ? null : text }, base: began })}
        />
        {found.summary && (
          <Box>
            <Text size="sm" fw={600}>
              Summary
            </Text>
            <Text size="sm">{found.summary}</Text>
          </Box>
        )}
        <Select
          label="Assigned to"
          placeholder="Nobody"
          clearable
          searchable
          disabled={closed}
          data={(members ?? [])
            .filter(({ role }) => role !== "observer")
            .map(({ actor_id, name, actor_type }) => ({ value: actor_id, label: actor_type === "ai" ? `${name} (agent)` : name }))}
          value={found.assigned_actor_id ?? null}
          onChange={(assigned_actor_id) => change({ assigned_actor_id })}
        />
        <Select
          label="Priority"
          placeholder="None"
          clearable
          disabled={closed}
          data={PRIORITIES.map((value) => ({ value, label: capital(value) }))}
          value={found.priority ?? null}
          onChange={(priority) => change({ priority })}
        />
        <TextInput
          type="date"
          label="Due"
          disabled={closed}
          value={found.due_at ? localDay(found.due_at) : ""}
          onChange={(event) => change({ due_at: event.currentTarget.value ? endOfDay(event.currentTarget.value) : null })}
        />
        <Labels version={version} closed={closed} />
        {procedure.data && (
          <Line name="Procedure">
            <TextLink to="/$workspace/procedures/$procedure" params={{ workspace: workspace.slug, procedure: procedure.data.id }} fz="sm">
              {procedure.data.name}
            </TextLink>
          </Line>
        )}
        <Line name="Opened">
          <TimeAgo time={found.created_at} /> by <ActorName id={found.created_by} size={18} none="Heddle" />
        </Line>
        {found.commenced_at && (
          <Line name="Commenced">
            <TimeAgo time={found.commenced_at} />
          </Line>
        )}
        {found.resolved_at && (
          <Line name="Resolved">
            <TimeAgo time={found.resolved_at} />
          </Line>
        )}
        {found.closed_at && (
          <Line name="Closed">
            <TimeAgo time={found.closed_at} />
          </Line>
        )}
        {found.external_id && (
          <Line name="External id">
            <Code>{found.external_id}</Code>
          </Line>
        )}
        {attributes.map(([name, value]) => (
          <Line key={name} name={name}>
            {typeof value === "string" ? value : JSON.stringify(value)}
          </Line>
        ))}
      </Stack>
    </Box>
  );
}

/** The day of a time, where the user is. */
export function localDay(time: string): string {
  const at = new Date(time);
  const two = (n: number) => String(n).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** The last second of a day, where the user is. */
export function endOfDay(day: string): string {
  return new Date(`${day}T23:59:59`).toISOString();
}

function Line({ name, children }: { name: string; children: ReactNode }) {
  return (
    <Group gap="xs" align="baseline" wrap="nowrap">
      <Text size="sm" c="dimmed" w={92} style={{ flexShrink: 0 }}>
        {name}
      </Text>
      <Text size="sm" component="div" style={{ minWidth: 0 }}>
        {children}
      </Text>
    </Group>
  );
}

function Labels({ version, closed }: { version: Versioned; closed: boolean }) {
  const found = version.case;
  const { data: labels } = useQuery(labelsQuery(found.space_id));
  const stale = [keys.case(found.id), keys.caseList(found.space_id)];
  const put = useAct<string>({
    run: (label_id) => body(v1.POST("/v1/cases/{id}/labels", { params: { path: { id: found.id } }, body: { label_id } })),
    stale,
  });
  const take = useAct<string>({
    run: (label_id) => body(v1.DELETE("/v1/cases/{id}/labels/{label_id}", { params: { path: { id: found.id, label_id } } })),
    stale,
  });
  const others = (labels ?? []).filter(({ id }) => !found.labels.some((label) => label.id === id));
  return (
    <Box>
      <Text size="sm" fw={500} mb={4}>
        Labels
      </Text>
      <Group gap={6}>
        {found.labels.map((label) => (
          <Group key={label.id} gap={2}>
            <LabelBadge name={label.name} color={label.color} />
            {!closed && (
              <UnstyledButton aria-label={`Take the label ${label.name} off`} onClick={() => take.mutate(label.id)} lh={1} p={4}>
                <IconX size={12} />
              </UnstyledButton>
            )}
          </Group>
        ))}
        {!closed && (
          <Menu position="bottom-start">
            <Menu.Target>
              <UnstyledButton aria-label="Put a label on" p={4} lh={1}>
                <IconPlus size={15} />
              </UnstyledButton>
            </Menu.Target>
            <Menu.Dropdown>
              {others.length === 0 && <Menu.Label>The space has no other labels</Menu.Label>}
              {others.map((label) => (
                <Menu.Item key={label.id} onClick={() => put.mutate(label.id)}>
                  <LabelBadge name={label.name} color={label.color} />
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        )}
      </Group>
    </Box>
  );
}
