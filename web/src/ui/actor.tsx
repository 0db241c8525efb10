// People and agents, as they are shown everywhere.
import { Avatar, Group, Text, Tooltip } from "@mantine/core";
import { IconRobot, IconSettings } from "@tabler/icons-react";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { body, v1, type Schemas } from "~/api/heddle.ts";
import { keys } from "~/api/keys.ts";
import { everyPage } from "~/api/pages.ts";

export type Actor = Schemas["Actor"];

/** Heddle itself acts under this id. */
export const SYSTEM = "00000000-0000-0000-0000-000000000000";

/** Everybody who works in the workspace, people and agents. */
export const actorsQuery = queryOptions({
  queryKey: [...keys.actors, "all"],
  queryFn: () => everyPage((query) => body(v1.GET("/v1/actors", { params: { query } }))),
});

/** Everybody by id. */
export function useActors(): ReadonlyMap<string, Actor> {
  const { data } = useQuery(actorsQuery);
  return useMemo(() => new Map((data ?? []).map((actor) => [actor.id, actor])), [data]);
}

/** The name of an actor, also of Heddle itself. */
export function nameOf(actors: ReadonlyMap<string, Actor>, id: string | null | undefined): string {
  if (!id || id === SYSTEM) return "Heddle";
  return actors.get(id)?.name ?? "Somebody";
}

const colors = ["heddle", "teal", "grape", "orange", "cyan", "pink", "lime", "indigo"];

function colorOf(id: string): string {
  let sum = 0;
  for (const char of id) sum = (sum * 31 + char.charCodeAt(0)) % 997;
  return colors[sum % colors.length] ?? "gray";
}

/** A round mark: initials of a person, a robot for an agent. */
export function ActorAvatar({ id, size = 24, tooltip = true }: { id: string | null | undefined; size?: number; tooltip?: boolean }) {
  const actors = useActors();
  const actor = id ? actors.get(id) : undefined;
  const name = nameOf(actors, id);
  const system = !id || id === SYSTEM;
  const mark = system ? <IconSettings size={size * 0.62} /> : actor?.type === "ai" ? <IconRobot size={size * 0.66} /> : undefined;
  return (
    <Tooltip label={actor?.type === "ai" ? `${name} (agent)` : name} disabled={!tooltip}>
      <Avatar
        size={size}
        radius="xl"
        {...(mark ? {} : { name })}
        color={system ? "gray" : colorOf(id)}
        variant="light"
        aria-hidden={!tooltip}
        {...(tooltip ? { role: "img", "aria-label": name } : {})}
        styles={{ placeholder: { color: "var(--mantine-color-text)", fontSize: size * 0.4 } }}
      >
        {mark}
      </Avatar>
    </Tooltip>
  );
}

/** Mark and name. */
export function ActorName({ id, size = 22, none = "Nobody" }: { id: string | null | undefined; size?: number; none?: string }) {
  const actors = useActors();
  if (!id) {
    return (
      <Text span c="dimmed" size="sm">
        {none}
      </Text>
    );
  }
  return (
    <Group gap={7} wrap="nowrap" component="span" display="inline-flex" maw="100%">
      <ActorAvatar id={id} size={size} tooltip={false} />
      <Text span size="sm" truncate>
        {nameOf(actors, id)}
      </Text>
    </Group>
  );
}
