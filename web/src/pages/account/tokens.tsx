// Personal tokens: keys with which programs act as the user. The command line opens this page to get one.
import { ActionIcon, Alert, Badge, Button, Code, Group, Modal, Select, Stack, Table, Text, TextInput } from "@mantine/core";
import { IconKey, IconPlus, IconTrash } from "@tabler/icons-react";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { body, v1, type Schemas } from "~/api/heddle.ts";
import { keys } from "~/api/keys.ts";
import { explain, fieldErrors, useAct } from "~/api/query.ts";
import { confirm } from "~/ui/confirm.tsx";
import { Page } from "~/ui/page.tsx";
import { QueryView } from "~/ui/query-view.tsx";
import { ShownOnce } from "~/ui/shown-once.tsx";
import { Empty } from "~/ui/states.tsx";
import { TimeAgo } from "~/ui/time.tsx";

const route = getRouteApi("/$workspace/personal-tokens");

type Key = Schemas["Key"];

/** The keys of the user, or with `all` of everybody. */
export const apiKeysQuery = (all: boolean) =>
  queryOptions({
    queryKey: [...keys.admin, "keys", all],
    queryFn: async () =>
      (await body(v1.GET("/v1/keys", { params: { query: { per_page: 200, ...(all ? { all: true } : {}) } } }))).data,
  });

/** The page. */
export function TokensPage() {
  const { autoCreate, name } = route.useSearch();
  const navigate = useNavigate();
  const query = useQuery(apiKeysQuery(false));
  // Opened by the command line: the form is there at once, with the name it gave.
  const [making, setMaking] = useState(autoCreate === true);
  const close = () => {
    setMaking(false);
    if (autoCreate) void navigate({ to: ".", search: {}, replace: true });
  };
  return (
    <Page
      title="Personal tokens"
      lead="Programs that carry one act as you. Treat them like your password."
      width={860}
      actions={
        <Button leftSection={<IconPlus size={16} />} onClick={() => setMaking(true)}>
          New token
        </Button>
      }
    >
      <QueryView query={query}>{(found) => <Keys found={found} />}</QueryView>
      {making && <NewKey name={name ?? ""} close={close} />}
    </Page>
  );
}

/** The list of keys; with `whose`, also whom they belong to. */
export function Keys({ found, whose = false }: { found: readonly Key[]; whose?: boolean }) {
  const revoke = useAct<string>({
    run: (id) => body(v1.DELETE("/v1/keys/{id}", { params: { path: { id } } })),
    stale: [[...keys.admin, "keys"]],
  });
  if (found.length === 0) {
    return (
      <Empty icon={<IconKey size={30} stroke={1.4} aria-hidden />} title="No tokens">
        Make one for the command line, a script or another program.
      </Empty>
    );
  }
  return (
    <Table.ScrollContainer minWidth={560}>
      <Table verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Name</Table.Th>
            {whose && <Table.Th>Of</Table.Th>}
            <Table.Th>Begins with</Table.Th>
            <Table.Th>Made</Table.Th>
            <Table.Th>Last used</Table.Th>
            <Table.Th>Until</Table.Th>
            <Table.Th aria-label="What can be done" />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {found.map((key) => {
            const over = key.revoked_at !== null && key.revoked_at !== undefined;
            return (
              <Table.Tr key={key.id}>
                <Table.Td>
                  <Group gap={8}>
                    <Text size="sm" fw={500}>
                      {key.name}
                    </Text>
                    {over && (
                      <Badge size="xs" variant="default">
                        revoked
                      </Badge>
                    )}
                  </Group>
                </Table.Td>
                {whose && <Table.Td>{key.user.name}</Table.Td>}
                <Table.Td>
                  <Code>{key.prefix}…</Code>
                </Table.Td>
                <Table.Td>
                  <TimeAgo time={key.created_at} />
                </Table.Td>
                <Table.Td>{key.last_used_at ? <TimeAgo time={key.last_used_at} /> : "never"}</Table.Td>
                <Table.Td>{key.expires_at ? <TimeAgo time={key.expires_at} /> : "for good"}</Table.Td>
                <Table.Td>
                  {!over && (
                    <ActionIcon
                      aria-label={`Revoke ${key.name}`}
                      onClick={() =>
                        confirm({
                          title: `Revoke ${key.name}?`,
                          text: "Programs that carry it are refused from now on.",
                          action: "Revoke",
                          run: () => revoke.mutate(key.id),
                        })
                      }
                    >
                      <IconTrash size={16} />
                    </ActionIcon>
                  )}
                </Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

const LIVES = [
  { value: "0", label: "No end" },
  { value: "7", label: "A week" },
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "A year" },
];

function NewKey({ name: given, close }: { name: string; close: () => void }) {
  const [name, setName] = useState(given);
  const [days, setDays] = useState("0");
  const make = useAct({
    run: async () => {
      const expires_at = days === "0" ? undefined : new Date(Date.now() + Number(days) * 86_400_000).toISOString();
      return (await body(v1.POST("/v1/keys", { body: { name, ...(expires_at ? { expires_at } : {}) } }))).data;
    },
    stale: [[...keys.admin, "keys"]],
    failed: () => true,
  });
  if (make.data) {
    return (
      <Modal opened onClose={close} title="Your new token" closeOnClickOutside={false}>
        <Stack>
          <Text size="sm">Copy it now: it is shown this once.</Text>
          <ShownOnce value={make.data.key} what="token" testId="token" />
          <Group justify="flex-end">
            <Button onClick={close}>I have it</Button>
          </Group>
        </Stack>
      </Modal>
    );
  }
  const wrong = fieldErrors(make.error);
  return (
    <Modal opened onClose={close} title="New token">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          make.mutate();
        }}
      >
        <Stack>
          {make.error && Object.keys(wrong).length === 0 && <Alert color="red">{explain(make.error)}</Alert>}
          <TextInput label="What is it for?" required data-autofocus value={name} onChange={(event) => setName(event.currentTarget.value)} error={wrong.name} />
          <Select label="It works" data={LIVES} value={days} allowDeselect={false} onChange={(value) => setDays(value ?? "0")} error={wrong.expires_at} />
          <Group justify="flex-end">
            <Button type="submit" loading={make.isPending}>
              Make it
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
