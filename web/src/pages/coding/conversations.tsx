// The conversations with coding agents: one's own, and those that others share.
import { Badge, Box, Button, Group, SegmentedControl, Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconCode, IconSearch } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { conversationsQuery, foundQuery, SHOWN, type ConversationSummary, type Scope } from "~/api/coding.ts";
import { isAdmin, useSession } from "~/api/session.ts";
import { nameOf, useActors } from "~/ui/actor.tsx";
import { Page } from "~/ui/page.tsx";
import { QueryView } from "~/ui/query-view.tsx";
import { Empty } from "~/ui/states.tsx";
import { TimeAgo } from "~/ui/time.tsx";

const route = getRouteApi("/$workspace/coding");

/** The scope in the address, which leaves one's own away. */
function scoped(scope: Scope): { scope?: "shared" | "all" } {
  return scope === "own" ? {} : { scope };
}

/** The page. */
export function ConversationsPage() {
  const { q = "", scope = "own", page = 1 } = route.useSearch();
  const session = useSession();
  const navigate = useNavigate();
  const [words, setWords] = useState(q);
  const offset = (page - 1) * SHOWN;
  const list = useQuery({ ...conversationsQuery(scope, offset), enabled: q === "", placeholderData: keepPreviousData });
  const found = useQuery({ ...foundQuery(q, offset), enabled: q !== "", placeholderData: keepPreviousData });
  const set = (next: { q?: string; scope?: Scope; page?: number }) => {
    void navigate({
      to: ".",
      search: {
        ...((next.q ?? q) ? { q: next.q ?? q } : {}),
        ...scoped(next.scope ?? scope),
        ...(next.page && next.page > 1 ? { page: next.page } : {}),
      },
      replace: true,
    });
  };
  const ask = useDebouncedCallback((text: string) => set({ q: text.trim() }), 200);
  const scopes: { value: Scope; label: string }[] = [
    { value: "own", label: "Mine" },
    { value: "shared", label: "Shared with me" },
    ...(isAdmin(session) ? [{ value: "all" as const, label: "Everybody's" }] : []),
  ];

  return (
    <Page title="Conversations" lead="What people and coding agents said to each other: in a terminal, in an editor.">
      <Stack>
        <Group gap="sm">
          <TextInput
            flex="1 1 220px"
            aria-label="Words"
            placeholder="Search in what was said, in branches and commits"
            leftSection={<IconSearch size={16} />}
            value={words}
            onChange={(event) => {
              setWords(event.currentTarget.value);
              ask(event.currentTarget.value);
            }}
          />
          {q === "" && <SegmentedControl aria-label="Whose" value={scope} onChange={(value) => set({ scope: value })} data={scopes} />}
        </Group>
        {q === "" ? (
          <QueryView query={list}>
            {({ threads, total }) => <List threads={threads} total={total} page={page} setPage={(next) => set({ page: next })} none={scope} />}
          </QueryView>
        ) : (
          <QueryView query={found}>
            {({ threads, total }) => <List threads={threads} total={total} page={page} setPage={(next) => set({ page: next })} none="found" />}
          </QueryView>
        )}
      </Stack>
    </Page>
  );
}

const NONE: Record<Scope | "found", { title: string; text: string }> = {
  own: { title: "No conversations yet", text: "Run heddle agent in a folder, or set an editor up to use it. What is said comes here." },
  shared: { title: "Nobody shares a conversation", text: "Conversations that others share with the workspace come here." },
  all: { title: "No conversations yet", text: "Nobody has talked to a coding agent yet." },
  found: { title: "Nothing has all of these words", text: "Try fewer or shorter words." },
};

type Listed = ConversationSummary & { snippet?: string | null };

function List({ threads, total, page, setPage, none }: { threads: Listed[]; total: number; page: number; setPage: (page: number) => void; none: Scope | "found" }) {
  if (threads.length === 0) return <Empty icon={<IconCode size={32} stroke={1.4} aria-hidden />} title={NONE[none].title}>{NONE[none].text}</Empty>;
  const pages = Math.ceil(total / SHOWN);
  return (
    <Stack gap="sm">
      <Stack gap={6} component="ul" p={0} m={0} style={{ listStyle: "none" }}>
        {threads.map((thread) => (
          <Row key={`${thread.owner_id} ${thread.id}`} thread={thread} />
        ))}
      </Stack>
      {pages > 1 && (
        <Group justify="center" gap="sm">
          <Button variant="default" size="xs" disabled={page <= 1} onClick={() => setPage(page - 1)}>
            Newer
          </Button>
          <Text size="sm" c="dimmed">
            {page} of {pages}
          </Text>
          <Button variant="default" size="xs" disabled={page >= pages} onClick={() => setPage(page + 1)}>
            Older
          </Button>
        </Group>
      )}
    </Stack>
  );
}

function Row({ thread }: { thread: Listed }) {
  const { workspace, actor_id } = useSession();
  const actors = useActors();
  const own = thread.owner_id === actor_id;
  return (
    <Box component="li">
      <Box
        component={Link}
        {...({ to: "/$workspace/coding/$thread", params: { workspace: workspace.slug, thread: thread.id } } as object)}
        className="panel"
        display="block"
        p="sm"
        style={{ textDecoration: "none", color: "inherit" }}
      >
        <Group justify="space-between" wrap="nowrap" gap="sm">
          <Text fw={500} size="sm" truncate>
            {thread.title ?? "Untitled"}
          </Text>
          {thread.visibility !== "private" && <VisibilityBadge visibility={thread.visibility} />}
        </Group>
        {thread.snippet && (
          <Text size="sm" c="dimmed" lineClamp={2}>
            {thread.snippet}
          </Text>
        )}
        <Text size="xs" c="dimmed" component="div" truncate>
          {own ? "" : `${nameOf(actors, thread.owner_id)} · `}
          {thread.message_count} {thread.message_count === 1 ? "message" : "messages"}
          {thread.workspace ? ` · ${thread.workspace}` : ""} · <TimeAgo time={thread.updated_at} />
        </Text>
      </Box>
    </Box>
  );
}

/** Who may read a conversation, in a word. */
export function VisibilityBadge({ visibility }: { visibility: ConversationSummary["visibility"] }) {
  const words = { private: "private", shared: "shared with the workspace", public: "public by link" };
  return (
    <Badge size="sm" variant="light" color={visibility === "public" ? "orange" : "gray"} tt="none" c="var(--mantine-color-text)" style={{ flex: "none" }}>
      {words[visibility]}
    </Badge>
  );
}
