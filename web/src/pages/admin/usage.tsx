// What models cost: by model, agent, space and day; and which providers this server can reach.
import { Badge, Group, SegmentedControl, SimpleGrid, Stack, Table, Text, Title } from "@mantine/core";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { modelsQuery } from "~/api/agents.ts";
import { body, v1 } from "~/api/heddle.ts";
import { keys } from "~/api/keys.ts";
import { dollars, tokens } from "~/pages/case/run-card.tsx";
import { Chart } from "~/ui/chart.tsx";
import { Figure } from "~/ui/figure.tsx";
import { Page } from "~/ui/page.tsx";
import { QueryView } from "~/ui/query-view.tsx";

const GROUPS = ["model", "actor", "space", "day"] as const;
type Group_ = (typeof GROUPS)[number];
const GROUP_NAMES: Record<Group_, string> = { model: "Model", actor: "Agent", space: "Space", day: "Day" };

const usageQuery = (group: Group_, from: string | undefined) =>
  queryOptions({
    queryKey: [...keys.admin, "usage", group, from],
    queryFn: async () =>
      (await body(v1.GET("/v1/usage", { params: { query: { group, ...(from ? { from } : {}) } } }))).data,
  });

/** Midnight of a day so many days ago: the same all day long, so that the answer can be kept. */
function daysAgo(days: number): string {
  const at = new Date();
  at.setHours(0, 0, 0, 0);
  at.setDate(at.getDate() - days);
  return at.toISOString();
}

/** The page. */
export function UsagePage() {
  const [group, setGroup] = useState<Group_>("model");
  const [days, setDays] = useState("30");
  const from = useMemo(() => (days === "all" ? undefined : daysAgo(Number(days))), [days]);
  const query = useQuery(usageQuery(group, from));
  const daily = useQuery(usageQuery("day", from));
  const models = useQuery(modelsQuery);
  return (
    <Page
      title="Models and spend"
      lead="What runs of agents used. Prices are list prices; where none is known the cost is 0."
      actions={
        <SegmentedControl
          aria-label="Since when"
          value={days}
          onChange={setDays}
          data={[
            { value: "7", label: "7 days" },
            { value: "30", label: "30 days" },
            { value: "90", label: "90 days" },
            { value: "all", label: "All" },
          ]}
        />
      }
    >
      <Stack gap="lg">
        {models.data && (
          <Group gap="xs">
            <Text size="sm">Providers:</Text>
            {models.data.providers.map(({ name, is_enabled }) => (
              <Badge key={name} variant={is_enabled ? "light" : "default"} tt="none" c="var(--mantine-color-text)">
                {name} {is_enabled ? "" : "(no key)"}
              </Badge>
            ))}
          </Group>
        )}
        <QueryView query={query}>
          {({ groups, total }) => (
            <Stack gap="lg">
              <SimpleGrid cols={{ base: 2, sm: 4 }}>
                <Figure name="Cost" value={dollars(total.cost_micros)} />
                <Figure name="Runs" value={total.runs.toLocaleString()} />
                <Figure name="Tokens read" value={tokens(total.input_tokens)} />
                <Figure name="Tokens written" value={tokens(total.output_tokens)} />
              </SimpleGrid>
              {daily.data && daily.data.groups.length > 1 && (
                <div className="panel" style={{ padding: 16 }}>
                  <Title order={2} mb="xs">
                    Cost by day
                  </Title>
                  <Chart title="Cost by day" categories={daily.data.groups.map(({ key }) => key)} series={[{ name: "Cost", values: daily.data.groups.map(({ cost_micros }) => cost_micros) }]} format={dollars} />
                </div>
              )}
              <div>
                <SegmentedControl
                  aria-label="By what"
                  mb="sm"
                  value={group}
                  onChange={(value) => setGroup(GROUPS.find((known) => known === value) ?? "model")}
                  data={GROUPS.map((value) => ({ value, label: GROUP_NAMES[value] }))}
                />
                <Table.ScrollContainer minWidth={520}>
                  <Table>
                    <Table.Thead>
                      <Table.Tr>
                        <Table.Th>{GROUP_NAMES[group]}</Table.Th>
                        <Table.Th ta="right">Runs</Table.Th>
                        <Table.Th ta="right">Turns</Table.Th>
                        <Table.Th ta="right">Read</Table.Th>
                        <Table.Th ta="right">Written</Table.Th>
                        <Table.Th ta="right">Cost</Table.Th>
                      </Table.Tr>
                    </Table.Thead>
                    <Table.Tbody>
                      {groups.map((one) => (
                        <Table.Tr key={one.key}>
                          <Table.Td>{one.name ?? one.key}</Table.Td>
                          <Table.Td ta="right">{one.runs.toLocaleString()}</Table.Td>
                          <Table.Td ta="right">{one.turns.toLocaleString()}</Table.Td>
                          <Table.Td ta="right">{tokens(one.input_tokens)}</Table.Td>
                          <Table.Td ta="right">{tokens(one.output_tokens)}</Table.Td>
                          <Table.Td ta="right">{dollars(one.cost_micros)}</Table.Td>
                        </Table.Tr>
                      ))}
                    </Table.Tbody>
                  </Table>
                </Table.ScrollContainer>
              </div>
            </Stack>
          )}
        </QueryView>
      </Stack>
    </Page>
  );
}
