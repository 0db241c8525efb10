// The frame of a page.
import { Box, Group, Stack, Text, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import type { ReactNode } from "react";

/** A page's title, what can be done on it, and its content. */
export function Page({
  title,
  lead,
  actions,
  children,
  width = 1080,
}: {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  /** The most room the content takes, in pixels; "full" for all there is. */
  width?: number | "full";
}) {
  useDocumentTitle(`${title} · Heddle`);
  return (
    <Box px={{ base: "sm", sm: "lg" }} py="md" maw={width === "full" ? undefined : width} mx="auto" w="100%">
      <Group justify="space-between" align="flex-start" mb="md" gap="sm">
        {/* Where there is no room beside them, the title stands above what can be done. */}
        <Stack gap={2} style={{ minWidth: 0, flex: "1 1 260px" }}>
          <Title order={1}>{title}</Title>
          {lead !== undefined && (
            <Text c="dimmed" size="sm">
              {lead}
            </Text>
          )}
        </Stack>
        {actions && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Box>
  );
}
