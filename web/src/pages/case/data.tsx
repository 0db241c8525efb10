// Data tables at a place, as a grid: filter, sort, page by page.
import { Alert, Box, Button, FileButton, Group, NavLink, Pagination, SimpleGrid, Stack, Table, Text, TextInput, UnstyledButton } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconArrowDown, IconArrowUp, IconTable, IconUpload } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { body, HeddleError, v1 } from "~/api/heddle.ts";
import { keys } from "~/api/keys.ts";
import { explain, tell, useAct } from "~/api/query.ts";
import { QueryView } from "~/ui/query-view.tsx";
import { Empty } from "~/ui/states.tsx";
import { datatablesQuery, type Datatable } from "./queries.ts";
import type { Place } from "./upload.ts";

const ROWS = 100;

/** The tables. */
export function Data({ place }: { place: Place }) {
  const query = useQuery(datatablesQuery(place.kind, place.id));
  const [chosen, setChosen] = useState<string | null>(null);
  const send = useAct<File>({
    run: async (file) => {
      const form = new FormData();
      form.append(place.kind, place.id);
      form.append("file", file, file.name);
      const { data } = await body(
        v1.POST("/v1/datatables", {
          body: form as unknown as { file: string },
          bodySerializer: (sent) => sent as unknown as FormData,
        }),
      );
      setChosen(data.id);
    },
    stale: [keys.datatables(place.id)],
    done: () => tell("The table is there"),
  });
  return (
    <Stack gap="sm">
      <Group>
        <FileButton accept=".csv,.json,text/csv,application/json" onChange={(file) => file && send.mutate(file)}>
          {(props) => (
            <Button {...props} size="xs" variant="default" leftSection={<IconUpload size={15} />} loading={send.isPending}>
              Upload CSV or JSON
            </Button>
          )}
        </FileButton>
      </Group>
      <QueryView query={query}>
        {(tables) => {
          const table = tables.find(({ id }) => id === chosen) ?? tables[0];
          if (!table) {
            return (
              <Empty icon={<IconTable size={30} stroke={1.4} aria-hidden />} title="No data tables">
                Upload a CSV or JSON file; its columns and their types are found by themselves.
              </Empty>
            );
          }
          return (
            <Box>
              {tables.length > 1 && (
                <SimpleGrid cols={{ base: 1, xs: 2, sm: 3 }} spacing={4} mb="sm">
                  {tables.map((one) => (
                    <NavLink
                      key={one.id}
                      component="button"
                      label={one.name}
                      description={`${one.row_count.toLocaleString()} rows`}
                      active={one.id === table.id}
                      onClick={() => setChosen(one.id)}
                    />
                  ))}
                </SimpleGrid>
              )}
              <Grid key={table.id} table={table} />
            </Box>
          );
        }}
      </QueryView>
    </Stack>
  );
}

/** A column's name as it stands in filters and sorts. */
function quoted(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : `\`${name}\``;
}

function Grid({ table }: { table: Datatable }) {
  const [filter, setFilter] = useState("");
  const [asked] = useDebouncedValue(filter.trim(), 300);
  const [sort, setSort] = useState<{ column: string; down: boolean } | null>(null);
  const [page, setPage] = useState(1);
  const query = useQuery({
    queryKey: ["datatable-rows", table.id, asked, sort, page],
    queryFn: () =>
      body(
        v1.GET("/v1/datatables/{id}/rows", {
          params: {
            path: { id: table.id },
            query: {
              page,
              per_page: ROWS,
              ...(asked ? { filter: asked } : {}),
              ...(sort ? { sort: `${sort.down ? "-" : ""}${quoted(sort.column)}` } : {}),
            },
          },
        }),
      ),
    placeholderData: keepPreviousData,
    retry: false,
  });
  const wrong = query.error instanceof HeddleError && query.error.status === 422 ? explain(query.error) : undefined;
  const numeric = new Set(table.columns.filter(({ type }) => type === "integer" || type === "number").map(({ name }) => name));
  const toggle = (column: string) => {
    setPage(1);
    setSort(sort?.column !== column ? { column, down: false } : sort.down ? null : { column, down: true });
  };

  return (
    <Stack gap="xs">
      <TextInput
        aria-label="Filter"
        placeholder={`Filter, such as: ${quoted(table.columns[0]?.name ?? "name")} ${numeric.has(table.columns[0]?.name ?? "") ? ">= 100" : 'contains "x"'}`}
        value={filter}
        onChange={(event) => {
          setFilter(event.currentTarget.value);
          setPage(1);
        }}
        error={wrong}
        styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
      />
      {query.error && !wrong && <Alert color="red">{explain(query.error)}</Alert>}
      {query.data && (
        <>
          <Table.ScrollContainer minWidth={400} maxHeight="62vh">
            <Table stickyHeader withColumnBorders striped highlightOnHover fz="sm">
              <Table.Thead>
                <Table.Tr>
                  {table.columns.map(({ name, type }) => (
                    <Table.Th
                      key={name}
                      aria-sort={sort?.column === name ? (sort.down ? "descending" : "ascending") : "none"}
                      style={{ whiteSpace: "nowrap" }}
                    >
                      <UnstyledButton onClick={() => toggle(name)} title={`${type}: sort by ${name}`}>
                        <Group gap={4} wrap="nowrap">
                          <Text size="sm" fw={600}>
                            {name}
                          </Text>
                          {sort?.column === name && (sort.down ? <IconArrowDown size={14} aria-hidden /> : <IconArrowUp size={14} aria-hidden />)}
                        </Group>
                      </UnstyledButton>
                    </Table.Th>
                  ))}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {query.data.data.map((row, n) => {
                  const values = row as Record<string, unknown>;
                  return (
                    <Table.Tr key={n}>
                      {table.columns.map(({ name }) => (
                        <Table.Td key={name} ta={numeric.has(name) ? "right" : undefined}>
                          {show(values[name])}
                        </Table.Td>
                      ))}
                    </Table.Tr>
                  );
                })}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
          <Group justify="space-between">
            <Text size="sm" c="dimmed">
              {query.data.meta.total.toLocaleString()} of {table.row_count.toLocaleString()} rows
            </Text>
            <Pagination size="sm" value={page} onChange={setPage} total={Math.max(1, Math.ceil(query.data.meta.total / ROWS))} getControlProps={(control) => ({ "aria-label": `${control} page` })} />
          </Group>
        </>
      )}
    </Stack>
  );
}

function show(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : typeof value === "number" ? value.toLocaleString() : JSON.stringify(value);
}
