// Who may read a conversation, and its links.
import { Button, Group, Modal, Radio, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { linksQuery, loom, type Conversation, type Visibility } from "~/api/coding.ts";
import { body } from "~/api/heddle.ts";
import { keys } from "~/api/keys.ts";
import { useAct } from "~/api/query.ts";
import { QueryView } from "~/ui/query-view.tsx";
import { ShownOnce } from "~/ui/shown-once.tsx";
import { moment } from "~/ui/time.tsx";

/** The dialog. */
export function ShareDialog({ conversation, close }: { conversation: Conversation; close: () => void }) {
  const { id, visibility } = conversation;
  const [url, setUrl] = useState<string | null>(null);
  const params = { path: { id } };
  const stale = [keys.conversation(id), [...keys.coding, "list"]];
  // Shown at once; what is refused goes back.
  const [chosen, setChosen] = useState(visibility);
  const set = useAct({
    run: (next: Visibility) => body(loom.PATCH("/api/threads/{id}", { params, body: { visibility: next } })),
    stale,
    failed: () => {
      setChosen(visibility);
      return false;
    },
  });
  const choose = (next: Visibility) => {
    setChosen(next);
    set.mutate(next);
  };
  const link = useAct({
    run: () => body(loom.POST("/api/threads/{id}/share", { params, body: { visibility: "public" } })),
    stale,
    done: (shared) => setUrl(shared.url),
  });
  return (
    <Modal opened onClose={close} title="Share this conversation" size="lg">
      <Stack>
        <Radio.Group label="Who may read it" value={chosen} onChange={choose}>
          <Stack gap="xs" mt="xs">
            <Radio value="private" label="Only I, and the workspace's administrators" />
            <Radio value="shared" label="Everybody in the workspace" />
            <Radio value="public" label="Everybody in the workspace, and whoever has a link" />
          </Stack>
        </Radio.Group>
        {visibility !== "private" && (
          <Text size="sm" c="dimmed">
            It shows what was said, what tools did in the folder, and what they found there.
          </Text>
        )}
        {visibility === "public" && <Links id={id} />}
        {url && (
          <Stack gap={4}>
            <Text size="sm">The link is shown this once:</Text>
            <ShownOnce value={url} what="link" testId="share-link" />
          </Stack>
        )}
        <Group justify="flex-end">
          {visibility === "public" && (
            <Button variant="default" loading={link.isPending} onClick={() => link.mutate()}>
              Make a link
            </Button>
          )}
          <Button onClick={close}>Done</Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function Links({ id }: { id: string }) {
  const query = useQuery(linksQuery(id));
  const withdraw = useAct({
    run: (link: string) => loom.DELETE("/api/threads/{id}/links/{link_id}", { params: { path: { id, link_id: link } } }),
    stale: [keys.conversation(id)],
  });
  return (
    <QueryView query={query}>
      {({ links }) => (
        <Stack gap={4}>
          {links.map((link) => (
            <Group key={link.id} justify="space-between" wrap="nowrap">
              <Text size="sm">
                Link of {moment(link.created_at)}
                {link.expires_at ? `, until ${moment(link.expires_at)}` : ""}
              </Text>
              <Button size="compact-xs" variant="subtle" color="red" loading={withdraw.isPending && withdraw.variables === link.id} onClick={() => withdraw.mutate(link.id)}>
                Withdraw
              </Button>
            </Group>
          ))}
        </Stack>
      )}
    </QueryView>
  );
}
