// How long cases have been open, by phase and motion. Each part of a bar is a button that shows its cases.
import { Box, Group, Stack, Text, Title, Tooltip } from "@mantine/core";
import type { Age, Process } from "~/api/process.ts";
import { capital } from "~/ui/case-marks.tsx";
import type { Drill } from "./map.tsx";
import classes from "./process.module.css";

/** From young to old, with a background and a text that can be read on it. */
const AGES: readonly { age: Age; said: string; background: string; color: string }[] = [
  { age: "<1d", said: "less than a day", background: "#c5dcee", color: "#10293f" },
  { age: "1-7d", said: "1 to 7 days", background: "#8db9dc", color: "#10293f" },
  { age: "7-30d", said: "7 to 30 days", background: "#2f6ea8", color: "#ffffff" },
  { age: "30-90d", said: "30 to 90 days", background: "#f0a04b", color: "#2b1700" },
  { age: ">90d", said: "more than 90 days", background: "#b3342d", color: "#ffffff" },
];

/** The panel. */
export function Ageing({ process, drill }: { process: Process; drill: Drill }) {
  const rows = process.ageing.map((row) => ({ ...row, total: row.buckets.reduce((sum, { count }) => sum + count, 0) })).filter(({ total }) => total > 0);
  const most = Math.max(1, ...rows.map(({ total }) => total));
  return (
    <Box component="section" className="panel" p="md" aria-labelledby="ageing">
      <Title order={2} id="ageing" mb="xs">
        How long cases have been open
      </Title>
      {rows.length === 0 ? (
        <Text size="sm" c="dimmed">
          No case is open.
        </Text>
      ) : (
        <>
          <Group gap="sm" mb="sm">
            {AGES.map(({ age, said, background }) => (
              <Group key={age} gap={5} wrap="nowrap">
                <span className={classes.key} style={{ background }} aria-hidden />
                <Text size="xs">{said}</Text>
              </Group>
            ))}
          </Group>
          <Stack gap="xs">
            {rows.map(({ phase, motion, buckets, total }) => (
              <Box key={`${phase} ${motion}`} role="group" aria-label={`${capital(phase)}, ${motion}`}>
                <Group justify="space-between" mb={2}>
                  <Text size="sm">
                    {capital(phase)}, {motion}
                  </Text>
                  <Text size="sm" c="dimmed" style={{ fontVariantNumeric: "tabular-nums" }}>
                    {total.toLocaleString()}
                  </Text>
                </Group>
                <Box className={classes.stack} style={{ width: `max(${(100 * total) / most}%, ${22 * buckets.filter(({ count }) => count > 0).length}px)` }}>
                  {AGES.map(({ age, said, background, color }) => {
                    const count = buckets.find(({ label }) => label === age)?.count ?? 0;
                    if (count === 0) return null;
                    return (
                      <Tooltip key={age} label={`${count.toLocaleString()} open for ${said}`}>
                        <button
                          type="button"
                          className={classes.part}
                          style={{ flex: `${count} 0 0`, background, color }}
                          aria-label={`${count.toLocaleString()} open for ${said}`}
                          onClick={() => drill(`${capital(phase)}, ${motion}, open for ${said}`, { phase, motion, age })}
                        >
                          {count / most > 0.04 ? count.toLocaleString() : ""}
                        </button>
                      </Tooltip>
                    );
                  })}
                </Box>
              </Box>
            ))}
          </Stack>
        </>
      )}
    </Box>
  );
}
