// A conversation with a coding agent, as it grows.
import { ActionIcon, Alert, Badge, Button, Group, Menu, Select, Stack, Text } from "@mantine/core";
import { followSession, type SocketState } from "@heddle/sdk";
import { IconDots, IconHistory, IconShare, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { conversationQuery, loom, versionsQuery, type Conversation } from "~/api/coding.ts";
import { heddle } from "~/api/heddle.ts";
import { keys } from "~/api/keys.ts";
import { queries, useAct } from "~/api/query.ts";
import { isAdmin, useSession } from "~/api/session.ts";
import { ActorName } from "~/ui/actor.tsx";
import { confirm } from "~/ui/confirm.tsx";
import { Page } from "~/ui/page.tsx";
import { QueryView } from "~/ui/query-view.tsx";
import { Empty } from "~/ui/states.tsx";
import { moment, TimeAgo } from "~/ui/time.tsx";
import { VisibilityBadge } from "./conversations.tsx";
import { grown } from "./messages.ts";
import { ShareDialog } from "./share.tsx";
import { Transcript } from "./transcript.tsx";

const route = getRouteApi("/$workspace/coding/$thread");

/** The page. */
export function ConversationPage() {
  const { thread } = route.useParams();
  const [version, setVersion] = useState<number | null>(null);
  const query = useQuery(conversationQuery(thread, version));
  const live = useLive(thread);
  return (
    <QueryView query={query} what="conversation">
      {(conversation) => <View conversation={conversation} version={version} setVersion={setVersion} live={live} />}
    </QueryView>
  );
}

/** Follows the conversation while it is on screen. */
function useLive(id: string): SocketState {
  const [state, setState] = useState<SocketState>("connecting");
  useEffect(() => {
    const end = new AbortController();
    const key = conversationQuery(id).queryKey;
    void followSession(heddle, id, {
      signal: end.signal,
      onState: setState,
      // Whatever was missed before the connection was there.
      onReady: (session) => {
        const known = queries.getQueryData<Conversation>(key);
        if (known && known.version !== session.version) void queries.invalidateQueries({ queryKey: key });
      },
      onEvent: ({ event, data, messages }) => {
        if (!event.startsWith("coding_thread.")) return;
        const before = queries.getQueryData<Conversation>(key);
        const next = before && data.version === before.version + 1 ? grown(before.messages, data.changed_from, messages) : null;
        if (before && next) {
          queries.setQueryData<Conversation>(key, {
            ...before,
            messages: next as Conversation["messages"],
            version: data.version as number,
            message_count: next.length,
            title: data.title as string | null,
            visibility: data.visibility_of_thread as Conversation["visibility"],
            updated_at: new Date().toISOString(),
          });
          void queries.invalidateQueries({ queryKey: versionsQuery(id).queryKey });
        } else if (before?.version !== data.version) {
          void queries.invalidateQueries({ queryKey: keys.conversation(id) });
        }
      },
    }).done;
    return () => end.abort();
  }, [id]);
  return state;
}

function View({ conversation, version, setVersion, live }: { conversation: Conversation; version: number | null; setVersion: (version: number | null) => void; live: SocketState }) {
  const session = useSession();
  const navigate = useNavigate();
  const [sharing, setSharing] = useState(false);
  const [history, setHistory] = useState(false);
  const { id, owner_id, title } = conversation;
  const own = owner_id === session.actor_id;
  const remove = useAct({
    run: () => loom.DELETE("/api/threads/{id}", { params: { path: { id } } }),
    stale: [keys.coding],
    done: () => navigate({ to: "/$workspace/coding", params: { workspace: session.workspace.slug } }),
  });
  const git = conversation as { git?: { branch?: unknown; commit?: unknown } };
  const branch = typeof git.git?.branch === "string" ? git.git.branch : null;
  return (
    <Page
      title={title ?? "Untitled conversation"}
      width={920}
      lead={
        <>
          {conversation.workspace ? `${conversation.workspace} · ` : ""}
          {branch ? `${branch} · ` : ""}
          {conversation.message_count} {conversation.message_count === 1 ? "message" : "messages"} · saved <TimeAgo time={conversation.updated_at} />
        </>
      }
      actions={
        <>
          {own && (
            <Button variant="default" leftSection={<IconShare size={16} />} onClick={() => setSharing(true)}>
              Share
            </Button>
          )}
          <Menu position="bottom-end">
            <Menu.Target>
              <ActionIcon variant="default" size="lg" aria-label="More">
                <IconDots size={18} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item leftSection={<IconHistory size={16} />} onClick={() => setHistory(true)}>
                Earlier versions
              </Menu.Item>
              {(own || isAdmin(session)) && (
                <Menu.Item
                  color="red"
                  leftSection={<IconTrash size={16} />}
                  onClick={() =>
                    confirm({
                      title: "Delete this conversation?",
                      text: "All its versions and links go with it. What the agent's own folder keeps stays there.",
                      action: "Delete",
                      run: () => remove.mutate(),
                    })
                  }
                >
                  Delete
                </Menu.Item>
              )}
            </Menu.Dropdown>
          </Menu>
        </>
      }
    >
      <Stack>
        <Group gap="sm">
          <ActorName id={owner_id} />
          <VisibilityBadge visibility={conversation.visibility} />
          {version === null && live === "open" && (
            <Badge size="sm" variant="dot" tt="none" c="var(--mantine-color-text)">
              live
            </Badge>
          )}
        </Group>
        {(history || version !== null) && <Versions id={id} version={version} setVersion={setVersion} />}
        {conversation.messages.length === 0 ? <Empty title="Nothing has been said yet" /> : <Transcript messages={conversation.messages} />}
      </Stack>
      {sharing && <ShareDialog conversation={conversation} close={() => setSharing(false)} />}
    </Page>
  );
}

function Versions({ id, version, setVersion }: { id: string; version: number | null; setVersion: (version: number | null) => void }) {
  const query = useQuery(versionsQuery(id));
  return (
    <QueryView query={query}>
      {({ versions }) => (
        <Alert variant="light" color="gray" p="sm">
          <Group gap="sm">
            <Select
              aria-label="Version"
              value={version === null ? "" : String(version)}
              onChange={(value) => setVersion(value ? Number(value) : null)}
              allowDeselect={false}
              w={320}
              data={[
                { value: "", label: "As it is now" },
                ...versions.slice(1).map((one) => ({
                  value: String(one.version),
                  label: `Version ${one.version} · ${one.message_count} messages · ${moment(one.updated_at)}`,
                })),
              ]}
            />
            <Text size="sm" c="dimmed">
              {version === null ? "Pick a version to see the conversation as it was." : "This is how it was; nothing changes."}
            </Text>
          </Group>
        </Alert>
      )}
    </QueryView>
  );
}
