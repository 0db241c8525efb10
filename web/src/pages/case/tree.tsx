// The cases that a case is part of, and those that are part of it.
import { Box, Group, Stack, Text } from "@mantine/core";
import { IconSubtask } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useSession } from "~/api/session.ts";
import { MotionMark, PhaseBadge } from "~/ui/case-marks.tsx";
import { TextLink } from "~/ui/links.tsx";
import { QueryView } from "~/ui/query-view.tsx";
import { Empty } from "~/ui/states.tsx";
import { treeQuery, type Case } from "./queries.ts";

/** The tree. */
export function Tree({ case: found }: { case: Case }) {
  const { workspace } = useSession();
  const query = useQuery(treeQuery(found.id));
  return (
    <QueryView query={query}>
      {(cases) =>
        cases.length < 2 ? (
          <Empty icon={<IconSubtask size={30} stroke={1.4} aria-hidden />} title="No subcases">
            A stage can open one: see its menu.
          </Empty>
        ) : (
          <Stack gap={4} component="ul" p={0} m={0} style={{ listStyle: "none" }}>
            {cases.map((one) => (
              <Box
                component="li"
                key={one.id}
                className="panel"
                p={8}
                ml={one.depth * 22}
                bg={one.id === found.id ? "var(--mantine-primary-color-light)" : undefined}
              >
                <Group gap="sm" wrap="nowrap">
                  <MotionMark motion={one.motion} bare />
                  {one.id === found.id ? (
                    <Text size="sm" fw={600} aria-current="page">
                      {one.title}
                    </Text>
                  ) : (
                    <TextLink to="/$workspace/cases/$case" params={{ workspace: workspace.slug, case: one.id }} size="sm">
                      {one.title}
                    </TextLink>
                  )}
                  <Box ml="auto">
                    <PhaseBadge phase={one.phase} />
                  </Box>
                </Group>
              </Box>
            ))}
          </Stack>
        )
      }
    </QueryView>
  );
}
