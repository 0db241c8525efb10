// The process map as tables: everything that is in it, for those who would rather read.
import { Box, Button, Group, Stack, Table, Title, UnstyledButton } from "@mantine/core";
import { useState, type ReactNode } from "react";
import type { Process } from "~/api/process.ts";
import { took } from "./figures.ts";
import type { Drill } from "./map.tsx";

/** How many rows are shown at first. */
const FIRST = 20;

/** The tables. */
export function ProcessTables({ process, drill, choice }: { process: Process; drill: Drill; choice: ReactNode }) {
  return (
    <Stack gap="md">
      <Rows
        title="Activities"
        choice={choice}
        head={["Activity", "Done", "Cases", "By people", "By agents", "Takes (median)"]}
        rows={process.activities.map(({ name, count, cases, people, agents, median_seconds }) => ({
          key: name,
          name: <Open label={name} open={() => drill(name, { activity: name })} />,
          cells: [count.toLocaleString(), cases.toLocaleString(), people.toLocaleString(), agents.toLocaleString(), took(median_seconds)],
        }))}
      />
      <Rows
        title="What leads to what"
        head={["From", "To", "How often", "Between them (median)"]}
        rows={process.edges.map(({ from, to, count, median_wait_seconds }) => ({
          key: `${from}\u0000${to}`,
          name: <Open label={from} said={`${from} to ${to}`} open={() => drill(`${from} → ${to}`, { from_activity: from, to_activity: to })} />,
          cells: [to, count.toLocaleString(), took(median_wait_seconds)],
        }))}
      />
      <Rows
        title="What cases begin and end with"
        head={["Activity", "Begins with", "Ends with"]}
        rows={[...new Set([...process.starts, ...process.ends].map(({ name }) => name))].map((name) => ({
          key: name,
          name,
          cells: [process.starts, process.ends].map((list) => (list.find((one) => one.name === name)?.count ?? 0).toLocaleString()),
        }))}
      />
    </Stack>
  );
}

function Open({ label, said = label, open }: { label: string; said?: string; open: () => void }) {
  return (
    <UnstyledButton fz="sm" td="underline" onClick={open} aria-label={`Cases of ${said}`}>
      {label}
    </UnstyledButton>
  );
}

function Rows({ title, head, rows, choice }: { title: string; choice?: ReactNode; head: readonly string[]; rows: readonly { key: string; name: ReactNode; cells: readonly string[] }[] }) {
  const [all, setAll] = useState(false);
  return (
    <Box component="section" className="panel" p="md">
      <Group gap="sm" mb="xs">
        <Title order={2}>{title}</Title>
        {choice}
      </Group>
      <Table.ScrollContainer minWidth={560}>
        <Table verticalSpacing={5} aria-label={title}>
          <Table.Thead>
            <Table.Tr>
              {head.map((name, n) => (
                <Table.Th key={name} ta={n === 0 || name === "To" ? "left" : "right"} style={{ whiteSpace: "nowrap" }}>
                  {name}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {(all ? rows : rows.slice(0, FIRST)).map(({ key, name, cells }) => (
              <Table.Tr key={key}>
                <Table.Td>{name}</Table.Td>
                {cells.map((cell, n) => (
                  <Table.Td key={n} ta={head[n + 1] === "To" ? "left" : "right"} style={{ fontVariantNumeric: "tabular-nums", whiteSpace: head[n + 1] === "To" ? undefined : "nowrap" }}>
                    {cell}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {rows.length > FIRST && (
        <Button size="compact-sm" variant="subtle" onClick={() => setAll(!all)} aria-expanded={all}>
          {all ? "Show fewer" : `Show all ${rows.length}`}
        </Button>
      )}
    </Box>
  );
}
