// The audit log: everything that was done, by whom, to what.
import { Box, Button, Center, Select, SimpleGrid, Stack, Table, Text, TextInput } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { infiniteQueryOptions, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { body, v1 } from "~/api/heddle.ts";
import { keys } from "~/api/keys.ts";
import { useSession } from "~/api/session.ts";
import type { AuditSearch } from "~/router.tsx";
import { spacesQuery } from "~/api/spaces.ts";
import { ActorName, actorsQuery } from "~/ui/actor.tsx";
import { Changes } from "~/ui/changes.tsx";
import { TextLink } from "~/ui/links.tsx";
import { Page } from "~/ui/page.tsx";
import { QueryView } from "~/ui/query-view.tsx";
import { Empty } from "~/ui/states.tsx";
import { moment } from "~/ui/time.tsx";

const route = getRouteApi("/$workspace/admin/audit");

type Search = AuditSearch;

/** The filters of the address as the API calls them. */
export function filters(search: Search): Record<string, string> {
  const day = (text: string, end: boolean) => {
    const at = new Date(`${text}T${end ? "23:59:59.999" : "00:00:00"}`);
    return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
  };
  const all = {
    actor_id: search.actor,
    verb: search.verb,
    space_id: search.space,
    case_id: search.case,
    from: search.from ? day(search.from, false) : undefined,
    to: search.to ? day(search.to, true) : undefined,
  };
  return Object.fromEntries(Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== undefined));
}

const auditQuery = (search: Search) =>
  infiniteQueryOptions({
    queryKey: [...keys.admin, "audit", search],
    initialPageParam: undefined as number | undefined,
    queryFn: ({ pageParam }) =>
      body(
        v1.GET("/v1/audit", {
          params: { query: { ...filters(search), per_page: 100, ...(pageParam === undefined ? {} : { before: pageParam }) } },
        }),
      ),
    getNextPageParam: ({ meta }) => meta.next_before ?? undefined,
  });

/** The page. */
export function AuditPage() {
  const search = route.useSearch();
  const navigate = useNavigate();
  const { workspace } = useSession();
  const query = useInfiniteQuery(auditQuery(search));
  const { data: actors } = useQuery(actorsQuery);
  const { data: spaces } = useQuery(spacesQuery);
  const set = (change: Partial<Search>) => {
    const next: Record<string, string> = {};
    for (const [name, value] of Object.entries({ ...search, ...change })) if (value) next[name] = value;
    void navigate({ to: ".", search: next, replace: true });
  };
  const address = (format: string) => `/v1/audit/export?${new URLSearchParams({ ...filters(search), format }).toString()}`;

  return (
    <Page
      title="Audit log"
      lead="Everything that was done, newest first. Nobody can change it."
      width="full"
      actions={
        <>
          <Button component="a" href={address("csv")} variant="default" leftSection={<IconDownload size={16} />}>
            CSV
          </Button>
          <Button component="a" href={address("jsonl")} variant="default" leftSection={<IconDownload size={16} />}>
            JSON lines
          </Button>
        </>
      }
    >
      <Stack>
        <SimpleGrid cols={{ base: 1, xs: 2, md: 5 }}>
          <Select
            label="Who"
            placeholder="Anybody"
            clearable
            searchable
            data={(actors ?? []).map(({ id, name }) => ({ value: id, label: name }))}
            value={search.actor ?? null}
            onChange={(actor) => set({ actor: actor ?? "" })}
          />
          <TextInput label="What" placeholder="case. or key.revoked" value={search.verb ?? ""} onChange={(event) => set({ verb: event.currentTarget.value })} />
          <Select
            label="Space"
            placeholder="Any"
            clearable
            data={(spaces ?? []).map(({ id, name }) => ({ value: id, label: name }))}
            value={search.space ?? null}
            onChange={(space) => set({ space: space ?? "" })}
          />
          <TextInput type="date" label="From" value={search.from ?? ""} onChange={(event) => set({ from: event.currentTarget.value })} />
          <TextInput type="date" label="To" value={search.to ?? ""} onChange={(event) => set({ to: event.currentTarget.value })} />
        </SimpleGrid>
        <QueryView query={query}>
          {({ pages }) => {
            const events = pages.flatMap(({ data }) => data);
            if (events.length === 0) return <Empty title="Nothing like that was done" />;
            return (
              <Box>
                <Table.ScrollContainer minWidth={720}>
                  <Table verticalSpacing={6} fz="sm">
                    <Table.Thead>
                      <Table.Tr>
                        <Table.Th w={170}>When</Table.Th>
                        <Table.Th w={180}>Who</Table.Th>
                        <Table.Th w={190}>What</Table.Th>
                        <Table.Th>To what</Table.Th>
                      </Table.Tr>
                    </Table.Thead>
                    <Table.Tbody>
                      {events.map((event) => (
                        <Table.Tr key={event.seq}>
                          <Table.Td style={{ verticalAlign: "top" }}>{moment(event.at)}</Table.Td>
                          <Table.Td style={{ verticalAlign: "top" }}>
                            <ActorName id={event.actor?.id} none="Heddle" size={20} />
                          </Table.Td>
                          <Table.Td style={{ verticalAlign: "top" }}>
                            <Text size="sm" ff="monospace">
                              {event.verb}
                            </Text>
                          </Table.Td>
                          <Table.Td>
                            {event.case_id && (
                              <TextLink to="/$workspace/cases/$case" params={{ workspace: workspace.slug, case: event.case_id }} size="sm">
                                {event.case_title ?? "A case"}
                              </TextLink>
                            )}
                            <Changes data={event.data} />
                          </Table.Td>
                        </Table.Tr>
                      ))}
                    </Table.Tbody>
                  </Table>
                </Table.ScrollContainer>
                {query.hasNextPage && (
                  <Center mt="md">
                    <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                      Earlier
                    </Button>
                  </Center>
                )}
              </Box>
            );
          }}
        </QueryView>
      </Stack>
    </Page>
  );
}

