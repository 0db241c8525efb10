// One entry of a thread.
import { ActionIcon, Badge, Box, Button, Group, Menu, Stack, Text, Textarea, UnstyledButton } from "@mantine/core";
import { IconChevronDown, IconChevronRight, IconDots, IconPaperclip } from "@tabler/icons-react";
import { useState } from "react";
import { body, v1 } from "~/api/heddle.ts";
import { keys } from "~/api/keys.ts";
import { useAct } from "~/api/query.ts";
import { useSession } from "~/api/session.ts";
import { ActorAvatar, nameOf, useActors } from "~/ui/actor.tsx";
import { confirm } from "~/ui/confirm.tsx";
import { Written } from "~/ui/markdown.tsx";
import { TimeAgo } from "~/ui/time.tsx";
import type { Activity } from "./queries.ts";

const whoSees: Partial<Record<Activity["visibility"], string>> = {
  internal: "Internal",
  system: "Admins only",
};

/** Something said, or a file that was added. */
export function Entry({ activity, marked = false }: { activity: Activity; marked?: boolean }) {
  const actors = useActors();
  const { actor_id } = useSession();
  const [draft, setDraft] = useState<string | null>(null);
  const stale = [keys.thread(activity.thread_id)];
  const params = { path: { id: activity.id } };
  const save = useAct<string>({
    run: (content) => body(v1.PATCH("/v1/activities/{id}", { params, body: { content } })),
    stale,
    done: () => setDraft(null),
  });
  const remove = useAct({ run: () => body(v1.DELETE("/v1/activities/{id}", { params })), stale });
  const mine = activity.actor_id === actor_id && activity.type === "comment" && !activity.deleted_at;
  const internal = whoSees[activity.visibility];

  return (
    <Group
      data-entry={activity.id}
      gap="sm"
      wrap="nowrap"
      align="flex-start"
      p={marked ? "xs" : undefined}
      style={marked ? { background: "var(--mantine-color-yellow-light)", borderRadius: 8 } : undefined}
    >
      <ActorAvatar id={activity.actor_id} size={30} tooltip={false} />
      <Box flex={1} style={{ minWidth: 0 }}>
        <Group gap={8} wrap="nowrap">
          <Text size="sm" fw={600} truncate>
            {nameOf(actors, activity.actor_id)}
          </Text>
          <Text size="xs" c="dimmed" component="span" style={{ flexShrink: 0 }}>
            <TimeAgo time={activity.created_at} />
            {activity.edited_at && !activity.deleted_at && " · edited"}
          </Text>
          {internal && (
            <Badge size="xs" color="orange" variant="light" c="var(--mantine-color-text)" style={{ flexShrink: 0 }}>
              {internal}
            </Badge>
          )}
          {mine && draft === null && (
            <Menu position="bottom-end">
              <Menu.Target>
                <ActionIcon size="sm" ml="auto" aria-label="Change what you wrote">
                  <IconDots size={15} />
                </ActionIcon>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item onClick={() => setDraft(activity.content)}>Edit</Menu.Item>
                <Menu.Item
                  color="red"
                  onClick={() =>
                    confirm({
                      title: "Delete the entry?",
                      text: "The thread will say that something was deleted here.",
                      action: "Delete",
                      run: () => remove.mutate(),
                    })
                  }
                >
                  Delete
                </Menu.Item>
              </Menu.Dropdown>
            </Menu>
          )}
        </Group>
        {draft === null ? (
          <Content activity={activity} />
        ) : (
          <Stack gap={6}>
            <Textarea
              aria-label="Your entry"
              autosize
              minRows={2}
              autoFocus
              value={draft}
              onChange={(event) => setDraft(event.currentTarget.value)}
              onKeyDown={(event) => {
                if (event.key === "Escape") setDraft(null);
                if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save.mutate(draft);
              }}
            />
            <Group gap="xs" justify="flex-end">
              <Button size="xs" variant="default" onClick={() => setDraft(null)}>
                Cancel
              </Button>
              <Button size="xs" loading={save.isPending} disabled={draft.trim() === ""} onClick={() => save.mutate(draft)}>
                Save
              </Button>
            </Group>
          </Stack>
        )}
      </Box>
    </Group>
  );
}

function Content({ activity }: { activity: Activity }) {
  if (activity.deleted_at) {
    return (
      <Text size="sm" c="dimmed" fs="italic">
        Deleted
      </Text>
    );
  }
  if (activity.type === "artifact_added") {
    return (
      <Group gap={6}>
        <IconPaperclip size={15} aria-hidden />
        <Text size="sm">{activity.content}</Text>
      </Group>
    );
  }
  return <Written text={activity.content} />;
}

/** What Heddle noted by the way, folded into one line. */
export function Noted({ activities }: { activities: readonly Activity[] }) {
  const [open, setOpen] = useState(false);
  const actors = useActors();
  const last = activities.at(-1);
  if (!last) return null;
  const Mark = open ? IconChevronDown : IconChevronRight;
  return (
    <Box pl={42}>
      <UnstyledButton onClick={() => setOpen(!open)} aria-expanded={open} w="100%">
        <Group gap={6} wrap="nowrap" c="dimmed">
          <Mark size={14} aria-hidden style={{ flexShrink: 0 }} />
          <Text size="xs" truncate>
            {activities.length > 1 && `${activities.length} events, the last: `}
            {last.content}
          </Text>
          <Text size="xs" component="span" style={{ flexShrink: 0 }}>
            <TimeAgo time={last.created_at} />
          </Text>
        </Group>
      </UnstyledButton>
      {open && (
        <Stack gap={2} pl={20} pt={4}>
          {activities.map((activity) => (
            <Text key={activity.id} size="xs" c="dimmed" component="div" data-entry={activity.id}>
              <TimeAgo time={activity.created_at} /> · {nameOf(actors, activity.actor_id)}: {activity.content}
            </Text>
          ))}
        </Stack>
      )}
    </Box>
  );
}
