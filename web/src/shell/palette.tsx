// Ctrl-K: find a case, a document, a person, or do something.
import "@mantine/spotlight/styles.css";
import { Highlight, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { Spotlight } from "@mantine/spotlight";
import {
  IconArrowRight,
  IconCode,
  IconFile,
  IconFolder,
  IconListCheck,
  IconMail,
  IconMessage,
  IconRoute,
  IconSearch,
  IconTable,
  IconTicket,
  IconUser,
} from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { hitTarget, searchQuery, type Hit } from "~/api/search.ts";
import { isAdmin, useSession } from "~/api/session.ts";
import { spacesQuery } from "~/api/spaces.ts";

const icons: Record<string, typeof IconFile> = {
  case: IconTicket,
  document: IconFile,
  datatable: IconTable,
  email: IconMail,
  comment: IconMessage,
  actor: IconUser,
  space: IconFolder,
  procedure: IconRoute,
  coding_thread: IconCode,
};

/** The icon of a kind of thing that is found. */
export function KindIcon({ kind, size = 18 }: { kind: string; size?: number }) {
  const Icon = icons[kind] ?? IconFile;
  return <Icon size={size} stroke={1.6} aria-label={kind} />;
}

/** The palette; opened by `spotlight.open()`. */
export function Palette() {
  const [words, setWords] = useState("");
  const [asked] = useDebouncedValue(words.trim(), 120);
  const session = useSession();
  const params = { workspace: session.workspace.slug };
  const navigate = useNavigate();
  const { data: spaces } = useQuery(spacesQuery);
  const { data: hits, isFetching } = useQuery({
    ...searchQuery(asked, undefined, 12),
    enabled: asked.length > 0,
    placeholderData: keepPreviousData,
  });

  const commands: { label: string; run: () => unknown }[] = [
    { label: "Go to my work", run: () => navigate({ to: "/$workspace/work", params }) },
    { label: "Go to spaces", run: () => navigate({ to: "/$workspace/spaces", params }) },
    { label: "Go to conversations", run: () => navigate({ to: "/$workspace/coding", params }) },
    { label: "Go to weavers", run: () => navigate({ to: "/$workspace/weavers", params }) },
    { label: "Go to agents", run: () => navigate({ to: "/$workspace/agents", params }) },
    { label: "Go to tools", run: () => navigate({ to: "/$workspace/tools", params }) },
    { label: "Go to secrets", run: () => navigate({ to: "/$workspace/secrets", params }) },
    { label: "Open my account", run: () => navigate({ to: "/$workspace/account", params }) },
    { label: "Make a personal token", run: () => navigate({ to: "/$workspace/personal-tokens", params }) },
    ...(isAdmin(session)
      ? [
          { label: "Administer members", run: () => navigate({ to: "/$workspace/admin/members", params }) },
          { label: "Look at the audit log", run: () => navigate({ to: "/$workspace/admin/audit", params }) },
        ]
      : []),
    ...(spaces ?? []).flatMap((space) => {
      const there = { ...params, space: space.id };
      return [
        { label: `Open the space ${space.name}`, run: () => navigate({ to: "/$workspace/spaces/$space", params: there }) },
        { label: `See the process of ${space.name}`, run: () => navigate({ to: "/$workspace/spaces/$space/process", params: there }) },
      ];
    }),
  ];
  const wanted = words.trim().toLowerCase();
  const shown = commands.filter(({ label }) => label.toLowerCase().includes(wanted)).slice(0, wanted ? 6 : 8);

  const open = (hit: Hit) => void navigate(hitTarget(params.workspace, hit));

  return (
    <Spotlight.Root query={words} onQueryChange={setWords} shortcut={null} scrollable maxHeight={460} size="lg" clearQueryOnClose>
      <Spotlight.Search placeholder="Cases, documents, people, or what to do" leftSection={<IconSearch size={18} />} aria-label="Find" />
      <Spotlight.ActionsList>
        {asked !== "" && hits && hits.length > 0 && (
          <Spotlight.ActionsGroup label="Found">
            {hits.map((hit) => (
              <Spotlight.Action key={`${hit.kind} ${hit.id}`} onClick={() => open(hit)} leftSection={<KindIcon kind={hit.kind} />}>
                <div style={{ minWidth: 0, flex: 1 }}>
                  <Highlight highlight={asked.split(/\s+/)} size="sm" truncate>
                    {hit.title}
                  </Highlight>
                  {hit.snippet && (
                    <Highlight highlight={asked.split(/\s+/)} size="xs" c="dimmed" lineClamp={1}>
                      {hit.snippet}
                    </Highlight>
                  )}
                </div>
              </Spotlight.Action>
            ))}
            <Spotlight.Action
              label={`All results for "${asked}"`}
              leftSection={<IconListCheck size={18} />}
              onClick={() => void navigate({ to: "/$workspace/search", params, search: { q: asked } })}
            />
          </Spotlight.ActionsGroup>
        )}
        {shown.length > 0 && (
          <Spotlight.ActionsGroup label="Do">
            {shown.map(({ label, run }) => (
              <Spotlight.Action key={label} label={label} leftSection={<IconArrowRight size={18} />} onClick={() => void run()} />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {asked !== "" && !isFetching && hits?.length === 0 && shown.length === 0 && (
          <Spotlight.Empty>
            <Text size="sm">Nothing has all of these words.</Text>
          </Spotlight.Empty>
        )}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}
