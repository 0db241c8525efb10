// Secrets that scripts are given: names only, values never come back.
import { ActionIcon, Alert, Button, Group, Modal, PasswordInput, Stack, Table, Text, TextInput } from "@mantine/core";
import { IconKey, IconPlus, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { secretsQuery } from "~/api/agents.ts";
import { body, slim } from "~/api/heddle.ts";
import { keys } from "~/api/keys.ts";
import { explain, fieldErrors, tell, useAct } from "~/api/query.ts";
import { confirm } from "~/ui/confirm.tsx";
import { Page } from "~/ui/page.tsx";
import { QueryView } from "~/ui/query-view.tsx";
import { Empty } from "~/ui/states.tsx";

/** The page. */
export function SecretsPage() {
  const query = useQuery(secretsQuery);
  const [making, setMaking] = useState(false);
  const remove = useAct<string>({
    run: async (secret_id) => {
      await slim.DELETE("/api/v1/public/secrets/{secret_id}", { params: { path: { secret_id } } });
    },
    stale: [keys.secrets],
  });
  return (
    <Page
      title="Secrets"
      lead="Given to the scripts that name them, sealed at rest, and never shown again."
      width={760}
      actions={
        <Button leftSection={<IconPlus size={16} />} onClick={() => setMaking(true)}>
          New secret
        </Button>
      }
    >
      <QueryView query={query}>
        {(secrets) =>
          secrets.length === 0 ? (
            <Empty icon={<IconKey size={30} stroke={1.4} aria-hidden />} title="No secrets">
              Keep the keys of other services here, and give them to the scripts that need them.
            </Empty>
          ) : (
            <Table verticalSpacing="xs">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Name</Table.Th>
                  <Table.Th aria-label="What can be done" />
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {secrets.map((secret) => (
                  <Table.Tr key={secret.id}>
                    <Table.Td>
                      <Text ff="monospace" size="sm">
                        {secret.name}
                      </Text>
                    </Table.Td>
                    <Table.Td w={40}>
                      <ActionIcon
                        aria-label={`Delete ${secret.name}`}
                        onClick={() =>
                          confirm({
                            title: `Delete ${secret.name}?`,
                            text: "Scripts that use it no longer get it.",
                            action: "Delete",
                            run: () => remove.mutate(secret.id),
                          })
                        }
                      >
                        <IconTrash size={16} />
                      </ActionIcon>
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          )
        }
      </QueryView>
      {making && <NewSecret close={() => setMaking(false)} />}
    </Page>
  );
}

function NewSecret({ close }: { close: () => void }) {
  const [secret, setSecret] = useState({ name: "", value: "" });
  const make = useAct({
    run: () => body(slim.POST("/api/v1/public/secrets", { body: secret })),
    stale: [keys.secrets],
    failed: () => true,
    done: () => {
      tell("The secret is kept");
      close();
    },
  });
  const wrong = fieldErrors(make.error);
  return (
    <Modal opened onClose={close} title="New secret">
      <form
        autoComplete="off"
        onSubmit={(event) => {
          event.preventDefault();
          make.mutate();
        }}
      >
        <Stack>
          {make.error && Object.keys(wrong).length === 0 && <Alert color="red">{explain(make.error)}</Alert>}
          <TextInput label="Name" placeholder="REGISTRY_TOKEN" required data-autofocus value={secret.name} onChange={(event) => setSecret({ ...secret, name: event.currentTarget.value })} error={wrong.name} />
          <PasswordInput label="Value" required autoComplete="off" value={secret.value} onChange={(event) => setSecret({ ...secret, value: event.currentTarget.value })} error={wrong.value} />
          <Group justify="flex-end">
            <Button type="submit" loading={make.isPending}>
              Keep it
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
