// What an event says: before and after where it has both, else its values.
import { Box, Code, Group, Text } from "@mantine/core";
import { IconArrowRight } from "@tabler/icons-react";
import { useActors } from "./actor.tsx";

type Data = Record<string, unknown>;

function isObject(value: unknown): value is Data {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** One changed thing. */
export interface Changed {
  name: string;
  before: unknown;
  after: unknown;
}

/** What changed from before to after; what stayed the same is left out. */
export function changed(data: unknown): Changed[] {
  if (!isObject(data) || !("before" in data) || !("after" in data)) return [];
  const { before, after } = data;
  if (!isObject(before) || !isObject(after)) return [{ name: "", before, after }];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => JSON.stringify(before[name] ?? null) !== JSON.stringify(after[name] ?? null))
    .map((name) => ({ name, before: before[name], after: after[name] }));
}

/** The values. */
export function Changes({ data }: { data: unknown }) {
  const actors = useActors();
  const show = (value: unknown): string => {
    if (value === null || value === undefined || value === "") return "none";
    if (typeof value === "string") return actors.get(value)?.name ?? value;
    return JSON.stringify(value);
  };
  const changes = changed(data);
  if (changes.length > 0) {
    return (
      <Box>
        {changes.map(({ name, before, after }) => (
          <Group key={name} gap={6} wrap="wrap">
            {name !== "" && (
              <Text size="xs" c="dimmed">
                {name.replaceAll("_", " ")}
              </Text>
            )}
            <Code>{show(before)}</Code>
            <IconArrowRight size={13} aria-label="became" />
            <Code>{show(after)}</Code>
          </Group>
        ))}
      </Box>
    );
  }
  const rest = isObject(data) ? Object.entries(data).filter(([, value]) => value !== null) : [];
  if (rest.length === 0) return null;
  return (
    <Text size="xs" c="dimmed">
      {rest.map(([name, value]) => `${name.replaceAll("_", " ")}: ${show(value)}`).join(" · ")}
    </Text>
  );
}
