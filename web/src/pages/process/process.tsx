// How the work of a space goes: what is done in which order, how fast, by whom, and what has been open for long.
import { Box, Group, Select, SegmentedControl, SimpleGrid, Stack, TextInput, Title, Button, Code, Text } from "@mantine/core";
import { IconRoute } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { lazy, Suspense, useCallback, useMemo, useState } from "react";
import { proceduresQuery } from "~/api/procedures.ts";
import { processQuery, type Figure as Wanted, type Period, type Process } from "~/api/process.ts";
import { useSession } from "~/api/session.ts";
import { spaceQuery } from "~/api/spaces.ts";
import { Chart } from "~/ui/chart.tsx";
import { Figure } from "~/ui/figure.tsx";
import { QueryView } from "~/ui/query-view.tsx";
import { Empty, Loading } from "~/ui/states.tsx";
import { Ageing } from "./ageing.tsx";
import { CasesDrawer, type Opened } from "./cases-drawer.tsx";
import { dayEnd, dayStart, share, throughputTime, took, weeks, weekWithin } from "./figures.ts";
import { ProcessTables } from "./tables.tsx";
import { Variants } from "./variants.tsx";
import { Workers } from "./workers.tsx";

const ProcessMap = lazy(async () => ({ default: (await import("./map.tsx")).ProcessMap }));

const route = getRouteApi("/$workspace/spaces/$space/process");

/** The page. */
export function ProcessPage() {
  const { space } = route.useParams();
  const { from, to, procedure } = route.useSearch();
  const period = useMemo((): Period => {
    const [start, end] = [dayStart(from), dayEnd(to)];
    return { ...(start ? { from: start } : {}), ...(end ? { to: end } : {}), ...(procedure ? { procedure_id: procedure } : {}) };
  }, [from, to, procedure]);
  const query = useQuery(processQuery(space, period));
  const filtered = Object.keys(period).length > 0;
  return (
    <Stack gap="md" px={{ base: "sm", sm: "lg" }} py="md" maw={1440} mx="auto">
      <QueryView query={query}>
        {(process) =>
          process.cases === 0 && !filtered ? (
            <Nothing space={space} />
          ) : (
            <>
              <Filters space={space} />
              {process.cases === 0 ? (
                <Empty icon={<IconRoute size={32} stroke={1.4} aria-hidden />} title="No case fits">
                  Nothing was opened in this time, or nothing the procedure was applied to.
                </Empty>
              ) : (
                <Shown space={space} process={process} period={period} />
              )}
            </>
          )
        }
      </QueryView>
    </Stack>
  );
}

function Nothing({ space }: { space: string }) {
  const { workspace } = useSession();
  const { data } = useQuery(spaceQuery(space));
  return (
    <Empty icon={<IconRoute size={32} stroke={1.4} aria-hidden />} title="No cases yet">
      How work goes is drawn from what cases go through. Open cases and apply a procedure to them, or read the log of another system on the server:
      <Code block mt="xs" ta="left">
        {`heddle admin import-log FILE --space "${data?.name ?? ""}" --workspace ${workspace.slug}`}
      </Code>
      XES, CSV and JSON lines are understood.
    </Empty>
  );
}

function Filters({ space }: { space: string }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data } = useQuery(proceduresQuery(space));
  const set = (change: { from?: string; to?: string; procedure?: string }) => {
    const kept = Object.entries({ ...search, ...change }).filter(([, value]) => value !== "");
    void navigate({ search: Object.fromEntries(kept), replace: true });
  };
  return (
    <Group gap="sm" align="flex-end" component="fieldset" bd={0} p={0} m={0} aria-label="Which cases count">
      <TextInput type="date" size="xs" label="Opened from" value={search.from ?? ""} onChange={(event) => set({ from: event.currentTarget.value })} />
      <TextInput type="date" size="xs" label="to" value={search.to ?? ""} onChange={(event) => set({ to: event.currentTarget.value })} />
      <Select
        size="xs"
        w={240}
        label="Procedure"
        placeholder="Any"
        searchable
        clearable
        clearButtonProps={{ "aria-label": "Any procedure" }}
        data={(data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
        value={search.procedure ?? null}
        onChange={(procedure) => set({ procedure: procedure ?? "" })}
      />
      {Object.keys(search).length > 0 && (
        <Button size="xs" variant="subtle" color="gray" onClick={() => void navigate({ search: {}, replace: true })}>
          Show all
        </Button>
      )}
    </Group>
  );
}

function Shown({ space, process, period }: { space: string; process: Process; period: Period }) {
  const [opened, setOpened] = useState<Opened | null>(null);
  const [as, setAs] = useState<"map" | "table">("map");
  const drill = useCallback((title: string, figure: Wanted) => setOpened({ title, figure: { ...period, ...figure } }), [period]);
  const typical = throughputTime(process.variants);
  const choice = (
    <SegmentedControl
      size="xs"
      aria-label="How the process is shown"
      value={as}
      onChange={(value) => setAs(value === "table" ? "table" : "map")}
      data={[
        { value: "map", label: "Map" },
        { value: "table", label: "Table" },
      ]}
    />
  );
  const walked = process.activities.length > 0;
  return (
    <>
      <SimpleGrid cols={{ base: 2, md: 4 }} spacing="sm">
        <Figure name="Cases" value={process.cases.toLocaleString()} />
        <Figure name="Finished" value={process.finished.toLocaleString()} hint={share(process.finished, process.cases)} />
        <Figure name="From opening to end" value={took(typical)} hint={process.variant_count > process.variants.length ? "median of the frequent paths" : "median"} />
        <Figure name="Different paths" value={process.variant_count.toLocaleString()} hint={`${process.activities.length} activities`} />
      </SimpleGrid>
      {walked ? (
        as === "map" ? (
          <Suspense fallback={<Loading />}>
            <ProcessMap process={process} drill={drill} choice={choice} />
          </Suspense>
        ) : (
          <ProcessTables process={process} drill={drill} choice={choice} />
        )
      ) : (
        <Text size="sm" c="dimmed">
          No stage was completed yet, so there is nothing to draw a map from.
        </Text>
      )}
      {process.variants.length > 0 && <Variants process={process} drill={drill} />}
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        <Throughput process={process} period={period} open={setOpened} />
        <Ageing process={process} drill={drill} />
      </SimpleGrid>
      {process.actors.length > 0 && <Workers process={process} drill={drill} />}
      {opened && <CasesDrawer key={JSON.stringify(opened.figure)} space={space} opened={opened} close={() => setOpened(null)} />}
    </>
  );
}

function Throughput({ process, period, open }: { process: Process; period: Period; open: (opened: Opened) => void }) {
  const shown = useMemo(() => weeks(process.throughput), [process.throughput]);
  const series = useMemo(
    () => [
      { name: "Opened", values: shown.map(({ opened }) => opened) },
      { name: "Finished", values: shown.map(({ resolved }) => resolved), kind: "line" as const },
    ],
    [shown],
  );
  const categories = useMemo(() => shown.map(({ week }) => week), [shown]);
  const onClick = useCallback(
    (category: number) => {
      const week = categories[category];
      if (week && shown[category]?.opened) open({ title: `Opened in the week of ${week}`, figure: weekWithin(week, period) });
    },
    [categories, shown, open, period],
  );
  return (
    <Box component="section" className="panel" p="md" aria-labelledby="throughput">
      <Title order={2} id="throughput" mb="xs">
        Opened and finished each week
      </Title>
      <Chart title="Cases opened and finished by week" categories={categories} series={series} height={240} onClick={onClick} />
      <Group justify="space-between" mt={4}>
        <Text size="xs" c="dimmed">
          Weeks begin on Monday (UTC).
        </Text>
        <Select
          size="xs"
          w={210}
          aria-label="Cases opened in a week"
          placeholder="Cases of a week…"
          searchable
          value={null}
          data={shown.filter(({ opened }) => opened).map(({ week, opened }) => ({ value: week, label: `${week}: ${opened} opened` }))}
          onChange={(week) => {
            if (week) open({ title: `Opened in the week of ${week}`, figure: weekWithin(week, period) });
          }}
        />
      </Group>
    </Box>
  );
}
