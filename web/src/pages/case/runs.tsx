// The runs of a case.
import { Stack } from "@mantine/core";
import { IconRobot } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { QueryView } from "~/ui/query-view.tsx";
import { Empty } from "~/ui/states.tsx";
import { runsQuery, type Case } from "./queries.ts";
import { RunCard } from "./run-card.tsx";

/** The list. */
export function Runs({ case: found }: { case: Case }) {
  const query = useQuery(runsQuery(found.id));
  return (
    <QueryView query={query}>
      {(runs) =>
        runs.length === 0 ? (
          <Empty icon={<IconRobot size={30} stroke={1.4} aria-hidden />} title="No agent has worked on this case">
            Assign a stage to an agent; it begins when the stage is active.
          </Empty>
        ) : (
          <Stack gap="sm">
            {runs.map((run, n) => (
              <RunCard key={run.id} run={run} opened={n === 0} />
            ))}
          </Stack>
        )
      }
    </QueryView>
  );
}
