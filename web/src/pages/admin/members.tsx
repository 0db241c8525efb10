// Who is in the workspace, in which role, and who is invited.
import { ActionIcon, Alert, Badge, Box, Button, Group, Menu, Modal, MultiSelect, Select, Stack, Table, Text, TextInput, Title } from "@mantine/core";
import { IconDots, IconTrash, IconUserPlus } from "@tabler/icons-react";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { body, v1, type Schemas } from "~/api/heddle.ts";
import { keys } from "~/api/keys.ts";
import { explain, fieldErrors, useAct } from "~/api/query.ts";
import { useSession } from "~/api/session.ts";
import { spacesQuery } from "~/api/spaces.ts";
import { ActorAvatar } from "~/ui/actor.tsx";
import { capital } from "~/ui/case-marks.tsx";
import { confirm } from "~/ui/confirm.tsx";
import { Page } from "~/ui/page.tsx";
import { QueryView } from "~/ui/query-view.tsx";
import { ShownOnce } from "~/ui/shown-once.tsx";
import { TimeAgo } from "~/ui/time.tsx";

type Member = Schemas["WorkspaceMember"];
type Role = Member["role"];

const ROLES: readonly Role[] = ["owner", "admin", "member"];
const MEANING: Record<Role, string> = {
  owner: "Everything, and who else owns it",
  admin: "Members, agents, keys and the audit log",
  member: "Work in the spaces they are members of",
};

const workspaceMembersQuery = queryOptions({
  queryKey: [...keys.admin, "members"],
  queryFn: async () => (await body(v1.GET("/v1/members", { params: { query: { per_page: 200 } } }))).data,
});

const invitationsQuery = queryOptions({
  queryKey: [...keys.admin, "invitations"],
  queryFn: async () => (await body(v1.GET("/v1/invitations", { params: { query: { per_page: 200 } } }))).data,
});

/** The page. */
export function MembersPage() {
  const [inviting, setInviting] = useState(false);
  const query = useQuery(workspaceMembersQuery);
  const [words, setWords] = useState("");
  const wanted = words.trim().toLowerCase();
  return (
    <Page
      title="Members"
      actions={
        <Button leftSection={<IconUserPlus size={16} />} onClick={() => setInviting(true)}>
          Invite
        </Button>
      }
    >
      <Stack gap="xl">
        <Invitations />
        <Box>
          <TextInput aria-label="Find a member" placeholder="Name or address" maw={320} mb="sm" value={words} onChange={(event) => setWords(event.currentTarget.value)} />
          <QueryView query={query}>
            {(members) => (
              <Table.ScrollContainer minWidth={560}>
                <Table verticalSpacing="xs">
                  <Table.Thead>
                    <Table.Tr>
                      <Table.Th>Name</Table.Th>
                      <Table.Th>Role</Table.Th>
                      <Table.Th>Here since</Table.Th>
                      <Table.Th>Last seen</Table.Th>
                      <Table.Th aria-label="What can be done" />
                    </Table.Tr>
                  </Table.Thead>
                  <Table.Tbody>
                    {members
                      .filter(({ name, email }) => name.toLowerCase().includes(wanted) || email.includes(wanted))
                      .map((member) => (
                        <Line key={member.user_id} member={member} />
                      ))}
                  </Table.Tbody>
                </Table>
              </Table.ScrollContainer>
            )}
          </QueryView>
        </Box>
      </Stack>
      {inviting && <Invite close={() => setInviting(false)} />}
    </Page>
  );
}

function Line({ member }: { member: Member }) {
  const { user } = useSession();
  const params = { path: { user_id: member.user_id } };
  const stale = [keys.admin, keys.actors];
  const setRole = useAct<Role>({ run: (role) => body(v1.PATCH("/v1/members/{user_id}", { params, body: { role } })), stale });
  const deactivate = useAct({ run: () => body(v1.DELETE("/v1/members/{user_id}", { params })), stale });
  const reactivate = useAct({ run: () => body(v1.POST("/v1/members/{user_id}/reactivate", { params })), stale });
  const active = member.state === "active";
  return (
    <Table.Tr>
      <Table.Td>
        <Group gap="sm" wrap="nowrap">
          <ActorAvatar id={member.actor_id} size={28} tooltip={false} />
          <Box>
            <Group gap={6}>
              <Text size="sm" fw={500}>
                {member.name}
              </Text>
              {!active && (
                <Badge size="xs" variant="default">
                  deactivated
                </Badge>
              )}
            </Group>
            <Text size="xs" c="dimmed">
              {member.email}
            </Text>
          </Box>
        </Group>
      </Table.Td>
      <Table.Td>
        <Select
          aria-label={`Role of ${member.name}`}
          size="xs"
          w={120}
          disabled={!active || setRole.isPending}
          data={ROLES.map((value) => ({ value, label: capital(value) }))}
          value={member.role}
          allowDeselect={false}
          onChange={(value) => {
            const role = ROLES.find((known) => known === value);
            if (role) setRole.mutate(role);
          }}
        />
      </Table.Td>
      <Table.Td>
        <TimeAgo time={member.joined_at} />
      </Table.Td>
      <Table.Td>{member.last_seen_at ? <TimeAgo time={member.last_seen_at} /> : "–"}</Table.Td>
      <Table.Td w={40}>
        {member.user_id !== user.id && (
          <Menu position="bottom-end">
            <Menu.Target>
              <ActionIcon aria-label={`What can be done with ${member.name}`}>
                <IconDots size={16} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              {active ? (
                <Menu.Item
                  color="red"
                  onClick={() =>
                    confirm({
                      title: `Deactivate ${member.name}?`,
                      text: "Their sessions and keys end at once. What they did stays under their name.",
                      action: "Deactivate",
                      run: () => deactivate.mutate(),
                    })
                  }
                >
                  Deactivate
                </Menu.Item>
              ) : (
                <Menu.Item onClick={() => reactivate.mutate()}>Let back in</Menu.Item>
              )}
            </Menu.Dropdown>
          </Menu>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

function Invitations() {
  const query = useQuery(invitationsQuery);
  const withdraw = useAct<string>({
    run: (id) => body(v1.DELETE("/v1/invitations/{id}", { params: { path: { id } } })),
    stale: [[...keys.admin, "invitations"]],
  });
  if (!query.data || query.data.length === 0) return null;
  return (
    <Box component="section" aria-label="Invitations">
      <Title order={2} mb="xs">
        Invited
      </Title>
      <Table verticalSpacing="xs">
        <Table.Tbody>
          {query.data.map((invitation) => (
            <Table.Tr key={invitation.id}>
              <Table.Td>{invitation.email}</Table.Td>
              <Table.Td>{capital(invitation.role)}</Table.Td>
              <Table.Td>
                <Text size="sm" c="dimmed" component="span">
                  until <TimeAgo time={invitation.expires_at} />
                </Text>
              </Table.Td>
              <Table.Td w={40}>
                <ActionIcon aria-label={`Withdraw the invitation of ${invitation.email}`} onClick={() => withdraw.mutate(invitation.id)}>
                  <IconTrash size={16} />
                </ActionIcon>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Box>
  );
}

function Invite({ close }: { close: () => void }) {
  const { mail_configured } = useSession();
  const [form, setForm] = useState<{ email: string; role: Role; space_ids: string[] }>({ email: "", role: "member", space_ids: [] });
  const { data: spaces } = useQuery(spacesQuery);
  const invite = useAct({
    run: async () => (await body(v1.POST("/v1/invitations", { body: form }))).data,
    stale: [[...keys.admin, "invitations"]],
    failed: () => true,
  });
  if (invite.data) {
    return (
      <Modal opened onClose={close} title="Invited">
        <Stack>
          <Text size="sm">
            {mail_configured
              ? `The invitation is on its way to ${form.email}. This is its address, should the mail not arrive:`
              : `This server sends no mail. Give this address to ${form.email}:`}
          </Text>
          <ShownOnce value={invite.data.url} what="address" testId="invitation" />
          <Text size="xs" c="dimmed">
            It works once, for a week.
          </Text>
          <Group justify="flex-end">
            <Button onClick={close}>Done</Button>
          </Group>
        </Stack>
      </Modal>
    );
  }
  const wrong = fieldErrors(invite.error);
  return (
    <Modal opened onClose={close} title="Invite somebody">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          invite.mutate();
        }}
      >
        <Stack>
          {invite.error && Object.keys(wrong).length === 0 && <Alert color="red">{explain(invite.error)}</Alert>}
          <TextInput label="E-mail address" type="email" required data-autofocus value={form.email} onChange={(event) => setForm({ ...form, email: event.currentTarget.value })} error={wrong.email} />
          <Select
            label="Role"
            description={MEANING[form.role]}
            data={ROLES.map((value) => ({ value, label: capital(value) }))}
            value={form.role}
            allowDeselect={false}
            onChange={(value) => setForm({ ...form, role: ROLES.find((known) => known === value) ?? "member" })}
            error={wrong.role}
          />
          <MultiSelect
            label="Spaces"
            description="They become a member of these at once"
            data={(spaces ?? []).filter(({ kind }) => kind !== "private").map(({ id, name }) => ({ value: id, label: name }))}
            value={form.space_ids}
            onChange={(space_ids) => setForm({ ...form, space_ids })}
            error={wrong.space_ids}
          />
          <Group justify="flex-end">
            <Button type="submit" loading={invite.isPending}>
              Invite
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
