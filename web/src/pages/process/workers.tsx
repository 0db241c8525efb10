// Who completes how much, people and agents.
import { Box, Button, Group, Table, Text, Title, UnstyledButton } from "@mantine/core";
import { IconRobot, IconUser } from "@tabler/icons-react";
import { useState } from "react";
import type { Process } from "~/api/process.ts";
import { took } from "./figures.ts";
import type { Drill } from "./map.tsx";
import classes from "./process.module.css";

/** How many are shown at first. */
const FIRST = 8;

/** The panel. */
export function Workers({ process, drill }: { process: Process; drill: Drill }) {
  const [all, setAll] = useState(false);
  const shown = all ? process.actors : process.actors.slice(0, FIRST);
  const most = Math.max(1, ...process.actors.map(({ completed }) => completed));
  const people = process.activities.reduce((sum, one) => sum + one.people, 0);
  const agents = process.activities.reduce((sum, one) => sum + one.agents, 0);
  return (
    <Box component="section" className="panel" p="md" aria-labelledby="workers">
      <Title order={2} id="workers">
        Who does the work
      </Title>
      <Text size="sm" c="dimmed" mb="xs">
        Stages completed: {people.toLocaleString()} by people, {agents.toLocaleString()} by agents
      </Text>
      <Table.ScrollContainer minWidth={340}>
        <Table verticalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Name</Table.Th>
              <Table.Th ta="right" style={{ whiteSpace: "nowrap" }}>
                Completed
              </Table.Th>
              <Table.Th w="40%" visibleFrom="sm" aria-hidden />
              <Table.Th ta="right">Takes (median)</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map(({ actor, completed, median_seconds }) => (
              <Table.Tr key={actor.id}>
                <Table.Td>
                  <UnstyledButton onClick={() => drill(`Worked on by ${actor.name}`, { actor_id: actor.id })} aria-label={`Cases worked on by ${actor.name}`}>
                    <Group gap={7} wrap="nowrap">
                      {actor.type === "ai" ? <IconRobot size={16} aria-label="agent" /> : <IconUser size={16} aria-label="person" />}
                      <Text size="sm" td="underline" style={{ whiteSpace: "nowrap" }}>
                        {actor.name}
                      </Text>
                    </Group>
                  </UnstyledButton>
                </Table.Td>
                <Table.Td ta="right" style={{ fontVariantNumeric: "tabular-nums" }}>
                  {completed.toLocaleString()}
                </Table.Td>
                <Table.Td visibleFrom="sm" aria-hidden>
                  <Box className={classes.bar} style={{ width: `${(100 * completed) / most}%` }} />
                </Table.Td>
                <Table.Td ta="right">{took(median_seconds)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {process.actors.length > FIRST && (
        <Button size="compact-sm" variant="subtle" onClick={() => setAll(!all)} aria-expanded={all}>
          {all ? "Show fewer" : `Show ${process.actors.length - FIRST} more`}
        </Button>
      )}
    </Box>
  );
}
