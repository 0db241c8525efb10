// The cases behind a figure.
import { Box, Drawer, Group, Pagination, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { processCasesQuery, type Figure } from "~/api/process.ts";
import { useSession } from "~/api/session.ts";
import { MotionMark, PhaseBadge, PriorityMark } from "~/ui/case-marks.tsx";
import { TextLink } from "~/ui/links.tsx";
import { QueryView } from "~/ui/query-view.tsx";
import { TimeAgo } from "~/ui/time.tsx";

/** Which figure. */
export interface Opened {
  title: string;
  figure: Figure;
}

/** The drawer. */
export function CasesDrawer({ space, opened, close }: { space: string; opened: Opened; close: () => void }) {
  const { workspace } = useSession();
  const [page, setPage] = useState(1);
  const query = useQuery(processCasesQuery(space, opened.figure, page));
  return (
    <Drawer opened onClose={close} position="right" size="md" title={opened.title} closeButtonProps={{ "aria-label": "Close" }}>
      <QueryView query={query}>
        {({ data, meta }) => (
          <Stack gap="sm">
            <Text size="sm" c="dimmed" role="status">
              {meta.total.toLocaleString()} {meta.total === 1 ? "case" : "cases"}, newest first
            </Text>
            <Stack gap={0} component="ul" p={0} m={0} style={{ listStyle: "none", opacity: query.isPlaceholderData ? 0.6 : 1 }}>
              {data.map((found) => (
                <Box key={found.id} component="li" py={8} style={{ borderBottom: "1px solid var(--heddle-line)" }}>
                  <TextLink to="/$workspace/cases/$case" params={{ workspace: workspace.slug, case: found.id }} fw={500} c="var(--mantine-color-text)">
                    {found.title}
                  </TextLink>
                  <Group gap="xs" mt={2}>
                    <PhaseBadge phase={found.phase} size="xs" />
                    {found.phase !== "closed" && <MotionMark motion={found.motion} />}
                    <PriorityMark priority={found.priority} />
                    <Text size="xs" c="dimmed">
                      opened <TimeAgo time={found.created_at} />
                    </Text>
                  </Group>
                </Box>
              ))}
            </Stack>
            {meta.total > meta.per_page && (
              <Pagination
                size="sm"
                siblings={0}
                total={Math.ceil(meta.total / meta.per_page)}
                value={page}
                onChange={setPage}
                getItemProps={(n) => ({ "aria-label": `Page ${n}` })}
                getControlProps={(control) => ({ "aria-label": `${control} page` })}
              />
            )}
          </Stack>
        )}
      </QueryView>
    </Drawer>
  );
}
