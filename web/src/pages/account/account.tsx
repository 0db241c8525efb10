// The user's own account: name, password, where they are signed in.
import { ActionIcon, Alert, Badge, Box, Button, Group, PasswordInput, SegmentedControl, Stack, Table, Text, TextInput, Title, useMantineColorScheme } from "@mantine/core";
import { IconLogout } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { body, v1 } from "~/api/heddle.ts";
import { explain, fieldErrors, tell, useAct } from "~/api/query.ts";
import { keepSession, useSession } from "~/api/session.ts";
import { Page } from "~/ui/page.tsx";
import { QueryView } from "~/ui/query-view.tsx";
import { TimeAgo } from "~/ui/time.tsx";

/** The page. */
export function AccountPage() {
  const { user } = useSession();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Page title="Account" lead={user.email} width={680}>
      <Stack gap="xl">
        <Name />
        <Box component="section" aria-label="Look">
          <Title order={2} mb="xs">
            Look
          </Title>
          <SegmentedControl
            aria-label="Light or dark"
            value={colorScheme}
            onChange={(value) => setColorScheme(value)}
            data={[
              { value: "light", label: "Light" },
              { value: "dark", label: "Dark" },
              { value: "auto", label: "As the system" },
            ]}
          />
        </Box>
        <Password key={String(user.has_password)} />
        <Sessions />
      </Stack>
    </Page>
  );
}

function Name() {
  const { user } = useSession();
  const [name, setName] = useState(user.name);
  const save = useAct({
    run: () => body(v1.PATCH("/v1/session/user", { body: { name } })),
    failed: (error) => Object.keys(fieldErrors(error)).length > 0,
    done: ({ data }) => {
      keepSession(data);
      tell("Saved");
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Group align="flex-end">
        <TextInput label="Name" flex={1} required autoComplete="name" value={name} onChange={(event) => setName(event.currentTarget.value)} error={fieldErrors(save.error).name} />
        <Button type="submit" variant="default" disabled={name.trim() === user.name} loading={save.isPending}>
          Save
        </Button>
      </Group>
    </form>
  );
}

function Password() {
  const { user } = useSession();
  const [form, setForm] = useState({ current: "", new: "" });
  const save = useAct({
    run: () =>
      body(v1.PUT("/v1/session/password", { body: { new: form.new, ...(user.has_password ? { current: form.current } : {}) } })),
    failed: () => true,
    done: ({ data }) => {
      keepSession(data);
      setForm({ current: "", new: "" });
      tell("The password is set; your other sessions are over");
    },
  });
  const wrong = fieldErrors(save.error);
  return (
    <Box component="section" aria-label="Password">
      <Title order={2} mb="xs">
        Password
      </Title>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Stack>
          {save.error && Object.keys(wrong).length === 0 && <Alert color="red">{explain(save.error)}</Alert>}
          <input type="text" name="username" autoComplete="username" value={user.email} readOnly hidden />
          {user.has_password && (
            <PasswordInput label="The one you have" autoComplete="current-password" required value={form.current} onChange={(event) => setForm({ ...form, current: event.currentTarget.value })} error={wrong.current} />
          )}
          <PasswordInput label="New password" description="At least 10 characters" autoComplete="new-password" required value={form.new} onChange={(event) => setForm({ ...form, new: event.currentTarget.value })} error={wrong.new} />
          <Group>
            <Button type="submit" variant="default" loading={save.isPending}>
              {user.has_password ? "Change the password" : "Set a password"}
            </Button>
          </Group>
        </Stack>
      </form>
    </Box>
  );
}

/** A browser's own description, short: "Chromium on Linux". */
export function browser(agent: string | null | undefined): string {
  if (!agent) return "Unknown";
  const name = /(Edg|OPR|Firefox|Chrome|Safari)\//.exec(agent)?.[1];
  const names: Record<string, string> = { Edg: "Edge", OPR: "Opera", Chrome: "Chrome" };
  const system = /(Windows|Android|iPhone|iPad|Mac OS X|Linux)/.exec(agent)?.[1];
  if (!name && !system) return agent.slice(0, 60);
  return [name ? (names[name] ?? name) : "A browser", system ? `on ${system === "Mac OS X" ? "macOS" : system}` : ""].join(" ").trim();
}

function Sessions() {
  const query = useQuery({ queryKey: ["sessions"], queryFn: async () => (await body(v1.GET("/v1/sessions"))).data });
  const end = useAct<string>({
    run: (id) => body(v1.DELETE("/v1/sessions/{id}", { params: { path: { id } } })),
    stale: [["sessions"]],
  });
  return (
    <Box component="section" aria-label="Where you are signed in">
      <Title order={2} mb="xs">
        Where you are signed in
      </Title>
      <QueryView query={query}>
        {(sessions) => (
          <Table verticalSpacing="xs">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Browser</Table.Th>
                <Table.Th>Since</Table.Th>
                <Table.Th>Last seen</Table.Th>
                <Table.Th aria-label="What can be done" />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {sessions.map((session) => (
                <Table.Tr key={session.id}>
                  <Table.Td>
                    <Group gap={8}>
                      <Text size="sm">{browser(session.user_agent)}</Text>
                      {session.current && <Badge size="xs">this one</Badge>}
                    </Group>
                  </Table.Td>
                  <Table.Td>
                    <TimeAgo time={session.created_at} />
                  </Table.Td>
                  <Table.Td>{session.last_seen_at ? <TimeAgo time={session.last_seen_at} /> : "–"}</Table.Td>
                  <Table.Td w={40}>
                    {!session.current && (
                      <ActionIcon aria-label="End this session" onClick={() => end.mutate(session.id)}>
                        <IconLogout size={16} />
                      </ActionIcon>
                    )}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
      </QueryView>
    </Box>
  );
}
