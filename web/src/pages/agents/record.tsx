// How an agent has done: runs, success, corrections by people, cost.
import { SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { recordQuery } from "~/api/agents.ts";
import { dollars, tokens } from "~/pages/case/run-card.tsx";
import { Chart } from "~/ui/chart.tsx";
import { Figure } from "~/ui/figure.tsx";
import { QueryView } from "~/ui/query-view.tsx";
import { Empty } from "~/ui/states.tsx";
import { duration } from "~/ui/time.tsx";

function percent(share: number | null | undefined): string {
  return share === null || share === undefined ? "–" : `${Math.round(share * 100)} %`;
}

const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });

/** The figures. */
export function AgentRecord({ agent }: { agent: string }) {
  const query = useQuery(recordQuery(agent));
  return (
    <QueryView query={query}>
      {(record) => {
        if (record.runs === 0) return <Empty title="It has not worked yet">Give it a stage, or try it on a case.</Empty>;
        const { proposals, weeks } = record;
        const categories = weeks.map(({ week }) => day.format(new Date(week)));
        return (
          <Stack>
            <SimpleGrid cols={{ base: 2, sm: 3, lg: 6 }}>
              <Figure name="Runs" value={record.runs.toLocaleString()} hint={`${record.unfinished} unfinished`} />
              <Figure name="Succeeded" value={percent(record.success_rate)} hint={`${record.succeeded} of ${record.succeeded + record.failed}`} />
              <Figure name="Corrected by people" value={percent(record.correction_rate)} hint={`${proposals.edited} changed, ${proposals.rejected} rejected`} />
              <Figure name="Waiting for a decision" value={proposals.pending} />
              <Figure name="A run takes" value={record.median_seconds === null || record.median_seconds === undefined ? "–" : duration(record.median_seconds)} hint="median" />
              <Figure name="Cost" value={dollars(record.cost_micros)} hint={`${tokens(record.input_tokens + record.output_tokens)} tokens`} />
            </SimpleGrid>
            <SimpleGrid cols={{ base: 1, md: 2 }}>
              <div className="panel" style={{ padding: 16 }}>
                <Title order={2} mb="xs">
                  Runs by week
                </Title>
                <Chart
                  title="Runs by week"
                  categories={categories}
                  series={[
                    { name: "Succeeded", values: weeks.map(({ succeeded }) => succeeded), stack: "runs", color: "#12b886" },
                    { name: "Failed", values: weeks.map(({ failed }) => failed), stack: "runs", color: "#fa5252" },
                    { name: "Other", values: weeks.map(({ runs, succeeded, failed }) => runs - succeeded - failed), stack: "runs", color: "#868e96" },
                  ]}
                />
              </div>
              <div className="panel" style={{ padding: 16 }}>
                <Title order={2} mb="xs">
                  Cost by week
                </Title>
                <Chart title="Cost by week" categories={categories} series={[{ name: "Cost", values: weeks.map(({ cost_micros }) => cost_micros) }]} format={dollars} />
              </div>
            </SimpleGrid>
            <Text size="xs" c="dimmed">
              Counted are the spaces that you are a member of.
            </Text>
          </Stack>
        );
      }}
    </QueryView>
  );
}
