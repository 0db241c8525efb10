// Who works in the space, and as what.
import { ActionIcon, Button, Group, Select, Stack, Table, Text } from "@mantine/core";
import { IconUserMinus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { body, v1 } from "~/api/heddle.ts";
import { keys } from "~/api/keys.ts";
import { tell, useAct } from "~/api/query.ts";
import { useSession } from "~/api/session.ts";
import type { Space, SpaceMember } from "~/api/spaces.ts";
import { ActorName, actorsQuery } from "~/ui/actor.tsx";
import { capital } from "~/ui/case-marks.tsx";
import { confirm } from "~/ui/confirm.tsx";
import type { Role } from "../queries.ts";

const ROLES: readonly Role[] = ["owner", "admin", "member", "observer"];

function roleOf(value: string | null): Role | undefined {
  return ROLES.find((role) => role === value);
}

/** The table, and adding somebody. `mine` is the role of the user. */
export function Members({ space, members, mine }: { space: Space; members: readonly SpaceMember[]; mine: Role | undefined }) {
  const { actor_id, workspace } = useSession();
  const { data: actors } = useQuery(actorsQuery);
  const [adding, setAdding] = useState<{ actor: string | null; role: Role }>({ actor: null, role: "member" });
  const manages = mine === "owner" || mine === "admin";
  // Owners are made by owners.
  const roles = mine === "owner" ? ROLES : ROLES.filter((role) => role !== "owner");
  const options = roles.map((value) => ({ value, label: capital(value) }));
  const stale = [keys.members(space.id), keys.spaces];
  const put = useAct<{ actor: string; role: Role }>({
    run: ({ actor, role }) =>
      body(v1.POST("/v1/spaces/{id}/members", { params: { path: { id: space.id } }, body: { actor_id: actor, role } })),
    stale,
    done: () => setAdding({ actor: null, role: "member" }),
  });
  const remove = useAct<SpaceMember>({
    run: (member) =>
      body(v1.DELETE("/v1/spaces/{id}/members/{actor_id}", { params: { path: { id: space.id, actor_id: member.actor_id } } })),
    stale,
    done: (_, member) => {
      tell(`${member.name} is no longer a member`);
      // Whoever removed themselves has nothing more to see here.
      if (member.actor_id === actor_id) window.location.assign(`/${workspace.slug}/spaces`);
    },
  });
  const others = (actors ?? []).filter(({ id }) => !members.some((member) => member.actor_id === id));

  return (
    <Stack gap="sm">
      <Table verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Name</Table.Th>
            <Table.Th>Role</Table.Th>
            <Table.Th aria-label="What can be done" />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {members.map((member) => {
            const above = member.role === "owner" && mine !== "owner";
            return (
              <Table.Tr key={member.actor_id}>
                <Table.Td>
                  <Group gap={8} wrap="nowrap">
                    <ActorName id={member.actor_id} />
                    {member.actor_type === "ai" && (
                      <Text span size="xs" c="dimmed">
                        agent
                      </Text>
                    )}
                  </Group>
                </Table.Td>
                <Table.Td w={150}>
                  {manages && !above ? (
                    <Select
                      size="xs"
                      aria-label={`Role of ${member.name}`}
                      allowDeselect={false}
                      data={options}
                      value={member.role}
                      onChange={(value) => {
                        const role = roleOf(value);
                        if (role && role !== member.role) put.mutate({ actor: member.actor_id, role });
                      }}
                    />
                  ) : (
                    <Text size="sm">{capital(member.role)}</Text>
                  )}
                </Table.Td>
                <Table.Td w={40}>
                  {manages && !above && (
                    <ActionIcon
                      aria-label={`Remove ${member.name}`}
                      onClick={() =>
                        confirm({
                          title: member.actor_id === actor_id ? "Leave the space?" : `Remove ${member.name}?`,
                          text: "What they did stays. They see the space no longer.",
                          action: member.actor_id === actor_id ? "Leave" : "Remove",
                          run: () => remove.mutate(member),
                        })
                      }
                    >
                      <IconUserMinus size={16} />
                    </ActionIcon>
                  )}
                </Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
      {manages && (
        <Group gap="xs" align="flex-end">
          <Select
            size="xs"
            label="Add somebody"
            placeholder={others.length === 0 ? "Everybody is here" : "A person or an agent"}
            searchable
            flex={1}
            maw={320}
            data={others.map(({ id, name, type }) => ({ value: id, label: type === "ai" ? `${name} (agent)` : name }))}
            value={adding.actor}
            onChange={(actor) => setAdding({ ...adding, actor })}
          />
          <Select
            size="xs"
            w={120}
            aria-label="As what"
            allowDeselect={false}
            data={options}
            value={adding.role}
            onChange={(value) => setAdding({ ...adding, role: roleOf(value) ?? "member" })}
          />
          <Button
            size="xs"
            disabled={!adding.actor}
            loading={put.isPending}
            onClick={() => {
              if (adding.actor) put.mutate({ actor: adding.actor, role: adding.role });
            }}
          >
            Add
          </Button>
        </Group>
      )}
    </Stack>
  );
}
