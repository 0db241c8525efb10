// The thread of a case or of a space.
import { Button, Center, Stack } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useMemo, useRef } from "react";
import { QueryView } from "~/ui/query-view.tsx";
import { Empty, Loading } from "~/ui/states.tsx";
import { Entry, Noted } from "./entry.tsx";
import { ProposalCard } from "./proposal-card.tsx";
import { entriesQuery, proposalsQuery, runsQuery, type Case, type Proposal, type Run } from "./queries.ts";
import { RunCard } from "./run-card.tsx";
import { threadItems } from "./thread-items.ts";

// The editor is large; what was said is read first.
const Composer = lazy(async () => ({ default: (await import("./composer.tsx")).Composer }));

const none: never[] = [];

/** The thread of a case, with its runs and proposals. */
export function CaseThread({ case: found, shown }: { case: Case; shown?: string }) {
  const runs = useQuery(runsQuery(found.id));
  const proposals = useQuery(proposalsQuery(found.id));
  return (
    <Thread
      thread={found.thread_id}
      space={found.space_id}
      runs={runs.data ?? none}
      proposals={proposals.data ?? none}
      {...(shown ? { shown } : {})}
    />
  );
}

/** A thread, oldest first, and the field to write into it. */
export function Thread({
  thread,
  space,
  runs = none,
  proposals = none,
  shown,
}: {
  thread: string;
  space: string;
  runs?: readonly Run[];
  proposals?: readonly Proposal[];
  /** The entry to bring into view. */
  shown?: string;
}) {
  const query = useInfiniteQuery(entriesQuery(thread));
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const entries = useMemo(() => {
    // An entry that came in between moves others to the next page: no one twice.
    const byId = new Map((query.data?.pages ?? []).flatMap(({ data }) => data).map((entry) => [entry.id, entry]));
    return [...byId.values()].reverse();
  }, [query.data]);
  const items = useMemo(() => threadItems(entries, runs, proposals), [entries, runs, proposals]);

  const list = useRef<HTMLDivElement>(null);
  const ready = query.data !== undefined;
  useEffect(() => {
    if (ready && shown) list.current?.querySelector(`[data-entry="${CSS.escape(shown)}"]`)?.scrollIntoView({ block: "center" });
  }, [ready, shown]);

  return (
    <Stack gap="md">
      <QueryView query={query}>
        {() => (
          <Stack gap="sm" ref={list} role="log" aria-label="Thread" aria-live="polite">
            {hasNextPage && (
              <Center>
                <Button variant="default" size="compact-sm" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
                  Earlier entries
                </Button>
              </Center>
            )}
            {items.length === 0 && <Empty title="Nothing was said yet">Write the first entry below.</Empty>}
            {items.map((item) => {
              switch (item.kind) {
                case "said":
                  return <Entry key={item.id} activity={item.activity} marked={item.id === shown} />;
                case "noted":
                  return <Noted key={item.id} activities={item.activities} />;
                case "run":
                  return <RunCard key={item.id} run={item.run} />;
                case "proposal":
                  return <ProposalCard key={item.id} proposal={item.proposal} />;
              }
            })}
          </Stack>
        )}
      </QueryView>
      <Suspense fallback={<Loading label="Loading the editor" />}>
        <Composer thread={thread} space={space} />
      </Suspense>
    </Stack>
  );
}
