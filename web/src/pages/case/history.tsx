// What happened to a case: who, what, when, before and after.
import { Box, Button, Center, Group, Stack, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import type { Schemas } from "~/api/heddle.ts";
import { ActorAvatar } from "~/ui/actor.tsx";
import { Changes } from "~/ui/changes.tsx";
import { QueryView } from "~/ui/query-view.tsx";
import { TimeAgo } from "~/ui/time.tsx";
import { historyQuery, type Case } from "./queries.ts";

/** "stage.put_back" as words. */
export function verbInWords(verb: string): string {
  const [subject = "", act = ""] = verb.split(".");
  return `${subject} ${act}`.replaceAll("_", " ");
}

/** The list, newest first. */
export function History({ case: found }: { case: Case }) {
  const query = useInfiniteQuery(historyQuery(found.id));
  return (
    <QueryView query={query}>
      {({ pages }) => (
        <Stack gap="xs">
          {pages
            .flatMap(({ data }) => data)
            // Each step of a run is in its card.
            .filter(({ verb }) => verb !== "run.step")
            .map((event) => (
              <Happened key={event.seq} event={event} />
            ))}
          {query.hasNextPage && (
            <Center>
              <Button variant="default" size="compact-sm" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                Earlier
              </Button>
            </Center>
          )}
        </Stack>
      )}
    </QueryView>
  );
}

function Happened({ event }: { event: Schemas["CaseEvent"] }) {
  return (
    <Group gap="sm" wrap="nowrap" align="flex-start">
      <ActorAvatar id={event.actor?.id} size={24} />
      <Box flex={1} style={{ minWidth: 0 }}>
        <Text size="sm" component="div">
          <Text span fw={600}>
            {event.actor?.name ?? "Heddle"}
          </Text>{" "}
          {verbInWords(event.verb)}{" "}
          <Text span size="xs" c="dimmed">
            · <TimeAgo time={event.at} />
          </Text>
        </Text>
        <Changes data={event.data} />
      </Box>
    </Group>
  );
}
