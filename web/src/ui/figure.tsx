// A number and what it is.
import { Box, Text } from "@mantine/core";
import type { ReactNode } from "react";

/** The number. */
export function Figure({ name, value, hint }: { name: string; value: ReactNode; hint?: string }) {
  return (
    <Box className="panel" p="sm">
      <Text size="xs" c="dimmed">
        {name}
      </Text>
      <Text size="xl" fw={620} lh={1.3} style={{ fontVariantNumeric: "tabular-nums" }}>
        {value}
      </Text>
      {hint && (
        <Text size="xs" c="dimmed">
          {hint}
        </Text>
      )}
    </Box>
  );
}
