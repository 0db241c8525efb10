// What calls of models may take at most.
import { ActionIcon, Button, Checkbox, Group, NumberInput, Select, Stack, Table, Text } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { body, v1, type Schemas } from "~/api/heddle.ts";
import { keys } from "~/api/keys.ts";
import { tell, useAct } from "~/api/query.ts";
import { useActors } from "~/ui/actor.tsx";
import { QueryView } from "~/ui/query-view.tsx";

type Limit = Schemas["Limit"];

const SUBJECTS: Record<Limit["subject"], string> = {
  workspace: "The workspace",
  member: "Each person",
  agent: "Each agent",
  key: "Each API key",
};
const MEASURES: Record<Limit["measure"], string> = { requests: "calls", tokens: "tokens", cost_micros: "US dollars" };
const PERIODS: Record<Limit["period"], string> = { minute: "a minute", hour: "an hour", day: "a day", month: "a month" };

const limitsQuery = queryOptions({
  queryKey: [...keys.admin, "limits"],
  queryFn: async () => (await body(v1.GET("/v1/limits"))).data.limits,
});

/** The limits, to be changed. */
export function Limits() {
  const query = useQuery(limitsQuery);
  return <QueryView query={query}>{(limits) => <Editor key={JSON.stringify(limits)} kept={limits} />}</QueryView>;
}

function Editor({ kept }: { kept: Limit[] }) {
  const [limits, setLimits] = useState(kept);
  const changed = JSON.stringify(limits) !== JSON.stringify(kept);
  const save = useAct({
    run: () => body(v1.PUT("/v1/limits", { body: { limits } })),
    stale: [limitsQuery.queryKey],
    done: () => tell("The limits hold from now on."),
  });
  const set = (n: number, change: Partial<Limit>) => setLimits(limits.map((limit, at) => (at === n ? { ...limit, ...change } : limit)));
  return (
    <Stack gap="md">
      <Text size="sm" c="dimmed" maw={640}>
        A call is made when every limit that applies has something left. A limit that asks can be gone beyond by whoever says so; runs of
        agents stop at it like at any other.
      </Text>
      {limits.length > 0 && (
        <Table.ScrollContainer minWidth={720}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Who</Table.Th>
                <Table.Th>At most</Table.Th>
                <Table.Th>Of what</Table.Th>
                <Table.Th>In</Table.Th>
                <Table.Th>Asks</Table.Th>
                <Table.Th aria-label="Remove" />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {limits.map((limit, n) => (
                <Line key={n} n={n} limit={limit} set={(change) => set(n, change)} remove={() => setLimits(limits.filter((_, at) => at !== n))} />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      <Group>
        <Button
          variant="default"
          leftSection={<IconPlus size={16} />}
          onClick={() => setLimits([...limits, { subject: "workspace", measure: "cost_micros", period: "month", most: 100_000_000, ask: false }])}
        >
          Add a limit
        </Button>
        <Button disabled={!changed} loading={save.isPending} onClick={() => save.mutate()}>
          Save
        </Button>
      </Group>
    </Stack>
  );
}

function Line({ n, limit, set, remove }: { n: number; limit: Limit; set: (change: Partial<Limit>) => void; remove: () => void }) {
  const actors = useActors();
  const of = `of limit ${n + 1}`;
  const ofCost = limit.measure === "cost_micros";
  const name = limit.subject_id ? (actors.get(limit.subject_id)?.name ?? limit.subject_id) : SUBJECTS[limit.subject];
  // One that is for a single person, agent or key keeps it; which one is set through the API.
  const whose = limit.subject_id ? [{ value: limit.subject, label: name }] : options(SUBJECTS);
  return (
    <Table.Tr>
      <Table.Td>
        <Select aria-label={`Who ${of}`} allowDeselect={false} value={limit.subject} data={whose} onChange={(value) => value && set({ subject: value })} />
      </Table.Td>
      <Table.Td>
        <NumberInput
          aria-label={`Most ${of}`}
          min={0}
          w={140}
          prefix={ofCost ? "$" : ""}
          thousandSeparator=","
          decimalScale={ofCost ? 6 : 0}
          value={ofCost ? limit.most / 1e6 : limit.most}
          onChange={(value) => typeof value === "number" && set({ most: ofCost ? Math.round(value * 1e6) : value })}
        />
      </Table.Td>
      <Table.Td>
        <Select aria-label={`Measure ${of}`} allowDeselect={false} w={130} value={limit.measure} data={options(MEASURES)} onChange={(value) => value && set({ measure: value })} />
      </Table.Td>
      <Table.Td>
        <Select aria-label={`Period ${of}`} allowDeselect={false} w={130} value={limit.period} data={options(PERIODS)} onChange={(value) => value && set({ period: value })} />
      </Table.Td>
      <Table.Td>
        <Checkbox aria-label={`Asks, ${of}`} checked={limit.ask === true} onChange={(event) => set({ ask: event.currentTarget.checked })} />
      </Table.Td>
      <Table.Td>
        <ActionIcon variant="subtle" color="gray" aria-label={`Remove limit ${n + 1}`} onClick={remove}>
          <IconTrash size={16} />
        </ActionIcon>
      </Table.Td>
    </Table.Tr>
  );
}

function options<T extends string>(names: Record<T, string>): { value: T; label: string }[] {
  return (Object.keys(names) as T[]).map((value) => ({ value, label: names[value] }));
}
