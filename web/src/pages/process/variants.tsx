// The paths that finished cases took, the most frequent first.
import { Badge, Box, Button, Group, Stack, Text, Title, UnstyledButton } from "@mantine/core";
import { useState } from "react";
import type { Process } from "~/api/process.ts";
import { share, steps, took } from "./figures.ts";
import type { Drill } from "./map.tsx";
import classes from "./process.module.css";

/** How many are shown at first. */
const FIRST = 5;

/** The panel. */
export function Variants({ process, drill }: { process: Process; drill: Drill }) {
  const [all, setAll] = useState(false);
  const shown = all ? process.variants : process.variants.slice(0, FIRST);
  const most = Math.max(...process.variants.map(({ cases }) => cases), 1);
  return (
    <Box component="section" className="panel" p="md" aria-labelledby="variants">
      <Title order={2} id="variants">
        Paths
      </Title>
      <Text size="sm" c="dimmed" mb="xs">
        {process.variant_count.toLocaleString()} different {process.variant_count === 1 ? "path" : "paths"} of finished cases
        {process.variant_count > process.variants.length && `; the ${process.variants.length} most frequent can be shown`}
      </Text>
      <Stack gap={2} component="ol" p={0} m={0} style={{ listStyle: "none" }}>
        {shown.map(({ path, cases, share: part, median_seconds }, n) => (
          <li key={n}>
            <UnstyledButton className={classes.row} onClick={() => drill(`Path ${n + 1}`, { variant: JSON.stringify(path) })} aria-label={`Path ${n + 1}: ${cases.toLocaleString()} cases, ${share(part, 1)}: ${path.join(", ")}`}>
              <Group gap="sm" wrap="nowrap" mb={6}>
                <Box w={120} style={{ flexShrink: 0 }}>
                  <Box className={classes.bar} style={{ width: `${(100 * cases) / most}%` }} />
                </Box>
                <Text size="sm" fw={600} style={{ fontVariantNumeric: "tabular-nums" }}>
                  {cases.toLocaleString()}
                </Text>
                <Text size="sm" c="dimmed">
                  {share(part, 1)}
                  {median_seconds !== null && median_seconds !== undefined && ` · ${took(median_seconds)}`}
                </Text>
              </Group>
              <Group gap={4}>
                {steps(path).map(({ name, times }, m) => (
                  <Badge key={m} variant="default" tt="none" fw={500} maw={260} title={name}>
                    {name}
                    {times > 1 && ` ×${times}`}
                  </Badge>
                ))}
              </Group>
            </UnstyledButton>
          </li>
        ))}
      </Stack>
      {process.variants.length > FIRST && (
        <Button size="compact-sm" variant="subtle" mt="xs" onClick={() => setAll(!all)} aria-expanded={all}>
          {all ? "Show fewer" : `Show ${process.variants.length - FIRST} more`}
        </Button>
      )}
    </Box>
  );
}
