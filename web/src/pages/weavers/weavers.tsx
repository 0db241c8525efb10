// The sandboxes with a terminal, and new ones.
import { Badge, Box, Button, Group, Modal, NumberInput, Stack, TagsInput, Text, Textarea, TextInput } from "@mantine/core";
import { IconPlus, IconTerminal2 } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { loom } from "~/api/coding.ts";
import { body } from "~/api/heddle.ts";
import { keys } from "~/api/keys.ts";
import { explain, useAct } from "~/api/query.ts";
import { useSession } from "~/api/session.ts";
import { SHOWN, weaversQuery, type Weaver } from "~/api/weavers.ts";
import { Page } from "~/ui/page.tsx";
import { QueryView } from "~/ui/query-view.tsx";
import { Empty } from "~/ui/states.tsx";
import { TimeAgo } from "~/ui/time.tsx";
import { first, ordered } from "./order.ts";

/** The page. */
export function WeaversPage() {
  const [page, setPage] = useState(1);
  const [asking, setAsking] = useState(false);
  const query = useQuery({ ...weaversQuery((page - 1) * SHOWN), placeholderData: keepPreviousData });
  return (
    <Page
      title="Weavers"
      lead="Sandboxes with a terminal, for people and coding agents. Each ends with its lifetime, and what is in it goes with it."
      actions={
        <Button leftSection={<IconPlus size={16} />} onClick={() => setAsking(true)}>
          New weaver
        </Button>
      }
    >
      <QueryView query={query}>
        {({ weavers, total }) =>
          weavers.length === 0 ? (
            <Empty icon={<IconTerminal2 size={32} stroke={1.4} aria-hidden />} title="No weavers">
              A weaver is there a moment after you ask for it.
            </Empty>
          ) : (
            <Stack gap={6} component="ul" p={0} m={0} style={{ listStyle: "none" }}>
              {weavers.map((weaver) => (
                <Row key={weaver.id} weaver={weaver} />
              ))}
              {total > SHOWN && (
                <Group justify="center" component="li">
                  <Button variant="default" size="xs" disabled={page <= 1} onClick={() => setPage(page - 1)}>
                    Newer
                  </Button>
                  <Button variant="default" size="xs" disabled={page * SHOWN >= total} onClick={() => setPage(page + 1)}>
                    Older
                  </Button>
                </Group>
              )}
            </Stack>
          )
        }
      </QueryView>
      {asking && <NewWeaver close={() => setAsking(false)} />}
    </Page>
  );
}

const COLORS: Record<Weaver["status"], string> = {
  pending: "gray",
  running: "teal",
  succeeded: "gray",
  failed: "red",
  terminating: "orange",
};

/** How a weaver stands, in a word. */
export function StatusBadge({ weaver }: { weaver: Weaver }) {
  return (
    <Badge size="sm" variant="light" color={COLORS[weaver.status]} tt="none" c="var(--mantine-color-text)" style={{ flex: "none" }}>
      {weaver.status}
    </Badge>
  );
}

function Row({ weaver }: { weaver: Weaver }) {
  const { workspace } = useSession();
  return (
    <Box component="li">
      <Box
        component={Link}
        {...({ to: "/$workspace/weavers/$weaver", params: { workspace: workspace.slug, weaver: weaver.id } } as object)}
        className="panel"
        display="block"
        p="sm"
        style={{ textDecoration: "none", color: "inherit" }}
      >
        <Group justify="space-between" wrap="nowrap" gap="sm">
          <Text fw={500} size="sm" truncate>
            {weaver.pod_name}
          </Text>
          <StatusBadge weaver={weaver} />
        </Group>
        <Text size="xs" c="dimmed" component="div" truncate>
          {weaver.image} · begun <TimeAgo time={weaver.created_at} /> · ends <TimeAgo time={weaver.expires_at} />
        </Text>
        {weaver.reason && (
          <Text size="xs" lineClamp={2}>
            {weaver.reason}
          </Text>
        )}
        {Object.keys(weaver.tags).length > 0 && (
          <Group gap={4} mt={4}>
            {Object.entries(weaver.tags).map(([name, value]) => (
              <Badge key={name} size="xs" variant="default" tt="none">
                {value === "" ? name : `${name}: ${value}`}
              </Badge>
            ))}
          </Group>
        )}
      </Box>
    </Box>
  );
}

function NewWeaver({ close }: { close: () => void }) {
  const { workspace } = useSession();
  const navigate = useNavigate();
  const [order, setOrder] = useState(first);
  const set = (change: Partial<typeof first>) => setOrder({ ...order, ...change });
  const create = useAct({
    run: () => body(loom.POST("/api/weaver", { body: ordered(order, workspace.id) })),
    stale: [keys.weavers],
    done: (weaver) => navigate({ to: "/$workspace/weavers/$weaver", params: { workspace: workspace.slug, weaver: weaver.id } }),
    // Said in the dialog.
    failed: () => true,
  });
  return (
    <Modal opened onClose={close} title="New weaver">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate();
        }}
      >
        <Stack>
          <TextInput
            label="Image"
            description="“local” is a sandbox on the server's own machine; with Kubernetes, the name of a container image."
            required
            data-autofocus
            value={order.image}
            onChange={(event) => set({ image: event.currentTarget.value })}
          />
          <Group grow align="flex-start">
            <NumberInput label="Hours it lives" min={1} max={48} value={order.hours} onChange={(value) => typeof value === "number" && set({ hours: value })} />
            <TextInput label="Memory" placeholder="such as 2Gi" value={order.memory} onChange={(event) => set({ memory: event.currentTarget.value })} />
            <TextInput label="Processors" placeholder="such as 2" value={order.processors} onChange={(event) => set({ processors: event.currentTarget.value })} />
          </Group>
          <TextInput label="Command" placeholder="a shell, when left empty" value={order.command} onChange={(event) => set({ command: event.currentTarget.value })} />
          <Textarea label="Environment" description="A line for each: NAME=value" autosize minRows={2} value={order.env} onChange={(event) => set({ env: event.currentTarget.value })} />
          <TagsInput label="Tags" description="Such as task:roof" value={order.tags} onChange={(tags) => set({ tags })} />
          {create.error && (
            <Text size="sm" c="red" role="alert">
              {explain(create.error)}
            </Text>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button type="submit" loading={create.isPending}>
              Begin
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
