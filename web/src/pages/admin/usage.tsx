// What models cost, and what they may: figures, calls, limits, prices; and which providers this server can reach.
import { Badge, Box, Group, SegmentedControl, SimpleGrid, Stack, Table, Tabs, Text, Title } from "@mantine/core";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { modelsQuery } from "~/api/agents.ts";
import { body, v1 } from "~/api/heddle.ts";
import { keys } from "~/api/keys.ts";
import { dollars, tokens } from "~/pages/case/run-card.tsx";
import { Chart } from "~/ui/chart.tsx";
import { Figure } from "~/ui/figure.tsx";
import { Page } from "~/ui/page.tsx";
import { QueryView } from "~/ui/query-view.tsx";
import { Calls } from "./calls.tsx";
import { Limits } from "./limits.tsx";
import { Prices } from "./prices.tsx";

const GROUPS = ["model", "actor", "space", "day"] as const;
type Group_ = (typeof GROUPS)[number];
const GROUP_NAMES: Record<Group_, string> = { model: "Model", actor: "Who", space: "Space", day: "Day" };

const route = getRouteApi("/$workspace/admin/usage");

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
  const { tab = "spend" } = route.useSearch();
  const navigate = useNavigate();
  const models = useQuery(modelsQuery);
  return (
    <Page title="Models and spend" lead="Every call of a model, by agents and through the proxy. Prices are list prices unless you set your own.">
      <Stack gap="md">
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
        <Tabs value={tab} onChange={(next) => void navigate({ to: ".", search: next && next !== "spend" ? { tab: next } : {}, replace: true })} keepMounted={false}>
          <Tabs.List mb="md">
            <Tabs.Tab value="spend">Spend</Tabs.Tab>
            <Tabs.Tab value="runs">Runs</Tabs.Tab>
            <Tabs.Tab value="calls">Calls</Tabs.Tab>
            <Tabs.Tab value="limits">Limits</Tabs.Tab>
            <Tabs.Tab value="prices">Prices</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="spend">
            <Figures of="calls" />
          </Tabs.Panel>
          <Tabs.Panel value="runs">
            <Figures of="runs" />
          </Tabs.Panel>
          <Tabs.Panel value="calls">
            <Calls />
          </Tabs.Panel>
          <Tabs.Panel value="limits">
            <Limits />
          </Tabs.Panel>
          <Tabs.Panel value="prices">
            <Prices />
          </Tabs.Panel>
        </Tabs>
      </Stack>
    </Page>
  );
}

/** A group as the table shows it. */
interface Row {
  key: string;
  name?: string | null;
  n: number;
  /** How many went wrong; of calls only. */
  failed: number | null;
  input_tokens: number;
  output_tokens: number;
  cost_micros: number;
}

type Usage = Awaited<ReturnType<NonNullable<ReturnType<typeof usageQuery>["queryFn"]>>>;

/** The rows of all calls, or of runs of agents only. */
function rowsOf(usage: Usage, of: "calls" | "runs"): { groups: Row[]; total: Row } {
  if (of === "runs") {
    const row = (group: Usage["total"]): Row => ({ ...group, n: group.runs, failed: null });
    return { groups: usage.groups.map(row), total: row(usage.total) };
  }
  const row = (group: Usage["calls"]["total"]): Row => ({ ...group, n: group.calls, failed: group.errors + group.interrupted });
  return { groups: usage.calls.groups.map(row), total: row(usage.calls.total) };
}

function Figures({ of }: { of: "calls" | "runs" }) {
  const [group, setGroup] = useState<Group_>("model");
  const [days, setDays] = useState("30");
  const from = useMemo(() => (days === "all" ? undefined : daysAgo(Number(days))), [days]);
  const query = useQuery(usageQuery(group, from));
  const daily = useQuery(usageQuery("day", from));
  const byDay = daily.data ? rowsOf(daily.data, of).groups : [];
  const name = of === "calls" ? "Calls" : "Runs";
  return (
    <Stack gap="lg">
      <Box style={{ overflowX: "auto" }}>
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
      </Box>
      <QueryView query={query}>
        {(usage) => {
          const { groups, total } = rowsOf(usage, of);
          return (
            <Stack gap="lg">
              <SimpleGrid cols={{ base: 2, sm: 4 }}>
                <Figure name="Cost" value={dollars(total.cost_micros)} />
                <Figure name={name} value={total.n.toLocaleString()} />
                <Figure name="Tokens read" value={tokens(total.input_tokens)} />
                <Figure name="Tokens written" value={tokens(total.output_tokens)} />
              </SimpleGrid>
              {byDay.length > 1 && (
                <div className="panel" style={{ padding: 16 }}>
                  <Title order={2} mb="xs">
                    Cost by day
                  </Title>
                  <Chart title="Cost by day" categories={byDay.map(({ key }) => key)} series={[{ name: "Cost", values: byDay.map(({ cost_micros }) => cost_micros) }]} format={dollars} />
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
                        <Table.Th ta="right">{name}</Table.Th>
                        {of === "calls" && <Table.Th ta="right">Failed</Table.Th>}
                        <Table.Th ta="right">Read</Table.Th>
                        <Table.Th ta="right">Written</Table.Th>
                        <Table.Th ta="right">Cost</Table.Th>
                      </Table.Tr>
                    </Table.Thead>
                    <Table.Tbody>
                      {groups.map((one) => (
                        <Table.Tr key={one.key}>
                          <Table.Td>{(one.name ?? one.key) || "None"}</Table.Td>
                          <Table.Td ta="right">{one.n.toLocaleString()}</Table.Td>
                          {of === "calls" && <Table.Td ta="right">{one.failed?.toLocaleString()}</Table.Td>}
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
          );
        }}
      </QueryView>
    </Stack>
  );
}
