// The calls of models, one by one.
import { Badge, Button, Group, Select, Stack, Table, Text } from "@mantine/core";
import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { body, v1, type Schemas } from "~/api/heddle.ts";
import { keys } from "~/api/keys.ts";
import { dollars, tokens } from "~/pages/case/run-card.tsx";
import { ActorName } from "~/ui/actor.tsx";
import { capital } from "~/ui/case-marks.tsx";
import { QueryView } from "~/ui/query-view.tsx";
import { Empty } from "~/ui/states.tsx";
import { duration, TimeAgo } from "~/ui/time.tsx";

type Call = Schemas["ModelCall"];
type Outcome = Call["outcome"];

const SHOWN = 50;
const OUTCOMES: readonly Outcome[] = ["running", "ok", "cached", "error", "cancelled", "interrupted"];
const COLORS: Record<Outcome, string> = { running: "heddle", ok: "teal", cached: "gray", error: "red", cancelled: "gray", interrupted: "orange" };
const WAYS: Record<Call["surface"], string> = { complete: "at once", stream: "streamed", native: "passed through", run: "run of an agent" };

const callsQuery = (outcome: Outcome | null, page: number) =>
  queryOptions({
    queryKey: [...keys.admin, "calls", outcome, page],
    queryFn: () => body(v1.GET("/v1/calls", { params: { query: { page, per_page: SHOWN, ...(outcome ? { outcome } : {}) } } })),
    // No event tells of calls.
    staleTime: 0,
  });

/** The list. */
export function Calls() {
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [page, setPage] = useState(1);
  const query = useQuery({ ...callsQuery(outcome, page), placeholderData: keepPreviousData });
  return (
    <Stack gap="sm">
      <Group gap="sm">
        <Select
          aria-label="How they ended"
          placeholder="All calls"
          clearable
          value={outcome}
          onChange={(value) => {
            setOutcome(OUTCOMES.find((known) => known === value) ?? null);
            setPage(1);
          }}
          data={OUTCOMES.map((value) => ({ value, label: capital(value) }))}
        />
        <Button variant="default" loading={query.isFetching} onClick={() => void query.refetch()}>
          Refresh
        </Button>
      </Group>
      <QueryView query={query}>
        {({ data: calls, meta }) =>
          calls.length === 0 ? (
            <Empty title="No calls">Agents that think with a model, and programs that use the proxy, come here.</Empty>
          ) : (
            <Stack gap="sm">
              <Table.ScrollContainer minWidth={760}>
                <Table>
                  <Table.Thead>
                    <Table.Tr>
                      <Table.Th>When</Table.Th>
                      <Table.Th>Who</Table.Th>
                      <Table.Th>Model</Table.Th>
                      <Table.Th>Outcome</Table.Th>
                      <Table.Th ta="right">Read</Table.Th>
                      <Table.Th ta="right">Written</Table.Th>
                      <Table.Th ta="right">First byte</Table.Th>
                      <Table.Th ta="right">In all</Table.Th>
                      <Table.Th ta="right">Cost</Table.Th>
                    </Table.Tr>
                  </Table.Thead>
                  <Table.Tbody>
                    {calls.map((call) => (
                      <CallRow key={call.id} call={call} />
                    ))}
                  </Table.Tbody>
                </Table>
              </Table.ScrollContainer>
              {meta.total > SHOWN && (
                <Group justify="center" gap="sm">
                  <Button variant="default" size="xs" disabled={page <= 1} onClick={() => setPage(page - 1)}>
                    Newer
                  </Button>
                  <Text size="sm" c="dimmed">
                    {page} of {Math.ceil(meta.total / SHOWN)}
                  </Text>
                  <Button variant="default" size="xs" disabled={page * SHOWN >= meta.total} onClick={() => setPage(page + 1)}>
                    Older
                  </Button>
                </Group>
              )}
            </Stack>
          )
        }
      </QueryView>
    </Stack>
  );
}

function CallRow({ call }: { call: Call }) {
  const took = (micros: number | null | undefined) => (micros === null || micros === undefined ? "" : duration(micros / 1e6));
  const guess = call.estimated ? "about " : "";
  return (
    <Table.Tr>
      <Table.Td>
        <TimeAgo time={call.begun_at} />
      </Table.Td>
      <Table.Td>
        <ActorName id={call.actor_id} />
      </Table.Td>
      <Table.Td>
        {call.model || "–"}
        <Text size="xs" c="dimmed">
          {call.provider}, {WAYS[call.surface]}
        </Text>
      </Table.Td>
      <Table.Td>
        <Badge size="sm" variant="light" color={COLORS[call.outcome]} tt="none" c="var(--mantine-color-text)">
          {call.outcome}
        </Badge>
        {call.error && (
          <Text size="xs" c="dimmed" maw={240} lineClamp={2} title={call.error}>
            {call.error}
          </Text>
        )}
      </Table.Td>
      <Table.Td ta="right">
        {guess}
        {tokens(call.input_tokens)}
      </Table.Td>
      <Table.Td ta="right">
        {guess}
        {tokens(call.output_tokens)}
      </Table.Td>
      <Table.Td ta="right">{took(call.first_micros)}</Table.Td>
      <Table.Td ta="right">{took(call.total_micros)}</Table.Td>
      <Table.Td ta="right">{dollars(call.cost_micros)}</Table.Td>
    </Table.Tr>
  );
}
