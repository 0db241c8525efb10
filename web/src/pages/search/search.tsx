// Search over everything the user can see.
import { Box, Group, Highlight, SegmentedControl, Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { hitTarget, searchQuery } from "~/api/search.ts";
import { useSession } from "~/api/session.ts";
import { spacesQuery } from "~/api/spaces.ts";
import { KindIcon } from "~/shell/palette.tsx";
import { Page } from "~/ui/page.tsx";
import { QueryView } from "~/ui/query-view.tsx";
import { Empty } from "~/ui/states.tsx";
import { TimeAgo } from "~/ui/time.tsx";

const route = getRouteApi("/$workspace/search");

const KINDS = [
  { value: "", label: "Everything" },
  { value: "case", label: "Cases" },
  { value: "comment", label: "Threads" },
  { value: "document", label: "Documents" },
  { value: "email", label: "E-mail" },
  { value: "datatable", label: "Data" },
  { value: "coding_thread", label: "Coding" },
  { value: "actor", label: "People" },
];

/** The page. */
export function SearchPage() {
  const { q = "", kinds } = route.useSearch();
  const { workspace } = useSession();
  const navigate = useNavigate();
  const [words, setWords] = useState(q);
  const query = useQuery({ ...searchQuery(q, kinds, 100), enabled: q.trim() !== "", placeholderData: keepPreviousData });
  const { data: spaces } = useQuery(spacesQuery);
  const set = (change: { q?: string; kinds?: string }) => {
    const next = { q, ...(kinds ? { kinds } : {}), ...change };
    void navigate({ to: ".", search: { ...(next.q ? { q: next.q } : {}), ...(next.kinds ? { kinds: next.kinds } : {}) }, replace: true });
  };
  const ask = useDebouncedCallback((text: string) => set({ q: text.trim() }), 200);

  return (
    <Page title="Search" width={860}>
      <Stack>
        <TextInput
          aria-label="Words"
          placeholder="Every word must be there; a part of a word is enough"
          leftSection={<IconSearch size={18} />}
          size="md"
          autoFocus
          value={words}
          onChange={(event) => {
            setWords(event.currentTarget.value);
            ask(event.currentTarget.value);
          }}
        />
        <Box style={{ overflowX: "auto" }}>
          <SegmentedControl size="xs" aria-label="Kind" value={kinds ?? ""} onChange={(value) => set({ kinds: value })} data={KINDS} />
        </Box>
        {q.trim() !== "" && (
          <QueryView query={query}>
            {(hits) =>
              hits.length === 0 ? (
                <Empty title="Nothing has all of these words">Try fewer or shorter words.</Empty>
              ) : (
                <Stack gap={4} component="ul" p={0} m={0} style={{ listStyle: "none" }}>
                  {hits.map((hit) => (
                    <Box component="li" key={`${hit.kind} ${hit.id}`}>
                      <Box
                        component={Link}
                        {...(hitTarget(workspace.slug, hit) as object)}
                        className="panel"
                        display="block"
                        p="sm"
                        style={{ textDecoration: "none", color: "inherit" }}
                      >
                        <Group gap="sm" wrap="nowrap" align="flex-start">
                          <KindIcon kind={hit.kind} />
                          <Box flex={1} style={{ minWidth: 0 }}>
                            <Highlight highlight={q.split(/\s+/)} size="sm" fw={500}>
                              {hit.title}
                            </Highlight>
                            {hit.snippet && (
                              <Highlight highlight={q.split(/\s+/)} size="sm" c="dimmed" lineClamp={2}>
                                {hit.snippet}
                              </Highlight>
                            )}
                            <Text size="xs" c="dimmed" component="div">
                              {spaces?.find(({ id }) => id === hit.space_id)?.name ?? ""} · <TimeAgo time={hit.updated_at} />
                            </Text>
                          </Box>
                        </Group>
                      </Box>
                    </Box>
                  ))}
                </Stack>
              )
            }
          </QueryView>
        )}
      </Stack>
    </Page>
  );
}
