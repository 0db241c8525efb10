// The services over HTTP of the space.
import { Alert, Button, Group, JsonInput, Menu, Modal, Stack, Table, Text, Textarea, TextInput } from "@mantine/core";
import { IconPlus, IconRobot } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { body, v1 } from "~/api/heddle.ts";
import { keys } from "~/api/keys.ts";
import { explain, fieldErrors, tell, useAct } from "~/api/query.ts";
import { membersQuery } from "~/api/spaces.ts";
import { QueryView } from "~/ui/query-view.tsx";
import { spaceToolsQuery, type SpaceTool } from "../queries.ts";

/** The list. */
export function Tools({ space, mayChange }: { space: string; mayChange: boolean }) {
  const query = useQuery(spaceToolsQuery(space));
  const [making, setMaking] = useState(false);
  return (
    <Stack gap="sm">
      <QueryView query={query}>
        {(tools) =>
          tools.length === 0 ? (
            <Text size="sm" c="dimmed">
              No tools yet. Scripts, which every space can use, are under Tools in the menu.
            </Text>
          ) : (
            <Table verticalSpacing={6}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Tool</Table.Th>
                  <Table.Th visibleFrom="sm">Called at</Table.Th>
                  <Table.Th aria-label="What can be done" />
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {tools.map((tool) => (
                  <Table.Tr key={tool.id}>
                    <Table.Td>
                      <Text size="sm" ff="monospace">
                        {tool.name}
                      </Text>
                      <Text size="xs" c="dimmed">
                        {tool.description}
                      </Text>
                    </Table.Td>
                    <Table.Td visibleFrom="sm">
                      <Text size="xs" ff="monospace">
                        {tool.url}
                      </Text>
                    </Table.Td>
                    <Table.Td w={130}>{mayChange && <Attach space={space} tool={tool} />}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          )
        }
      </QueryView>
      {mayChange && (
        <Group>
          <Button size="xs" variant="default" leftSection={<IconPlus size={15} />} onClick={() => setMaking(true)}>
            Register a tool
          </Button>
        </Group>
      )}
      {making && <Register space={space} close={() => setMaking(false)} />}
    </Stack>
  );
}

function Attach({ space, tool }: { space: string; tool: SpaceTool }) {
  const { data: members } = useQuery(membersQuery(space));
  const agents = (members ?? []).filter(({ actor_type }) => actor_type === "ai");
  const attach = useAct<{ id: string; name: string }>({
    run: ({ id }) => body(v1.POST("/v1/tools/{id}/attach", { params: { path: { id: tool.id } }, body: { actor_id: id } })),
    stale: ({ id }) => [keys.actor(id)],
    done: (_, { name }) => tell(`${name} may call ${tool.name}`),
  });
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button size="compact-xs" variant="default" leftSection={<IconRobot size={14} />} loading={attach.isPending} aria-label={`Give ${tool.name} to an agent`}>
          Give to
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {agents.length === 0 && <Menu.Label>No agent is a member of the space</Menu.Label>}
        {agents.map(({ actor_id, name }) => (
          <Menu.Item key={actor_id} onClick={() => attach.mutate({ id: actor_id, name })}>
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

const SCHEMA = `{
  "type": "object",
  "properties": {
    "parcel": { "type": "string" }
  },
  "required": ["parcel"]
}`;

/** The object that a text says; none when it says something else. */
export function objectOf(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function Register({ space, close }: { space: string; close: () => void }) {
  const [form, setForm] = useState({ name: "", description: "", url: "", schema: SCHEMA });
  const schema = objectOf(form.schema);
  const register = useAct<Record<string, unknown>>({
    run: (input_schema) =>
      body(
        v1.POST("/v1/spaces/{id}/tools", {
          params: { path: { id: space } },
          body: { name: form.name, description: form.description, url: form.url, input_schema },
        }),
      ),
    stale: [keys.tools],
    failed: () => true,
    done: close,
  });
  const wrong = fieldErrors(register.error);
  const field = (name: "name" | "description" | "url") => ({
    required: true,
    value: form[name],
    onChange: (event: { currentTarget: { value: string } }) => setForm({ ...form, [name]: event.currentTarget.value }),
    error: wrong[name],
  });
  return (
    <Modal opened onClose={close} title="Register a tool" size="lg" closeOnClickOutside={false}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (schema) register.mutate(schema);
        }}
      >
        <Stack>
          {register.error && Object.keys(wrong).length === 0 && <Alert color="red">{explain(register.error)}</Alert>}
          <TextInput label="Name" placeholder="look_up_parcel" description="Small letters, digits and _" data-autofocus {...field("name")} />
          <Textarea label="What it does, and when to use it" description="Agents read this." autosize minRows={2} {...field("description")} />
          <TextInput label="Address" type="url" placeholder="https://registry.example/parcels" description="Calls are posted there as JSON." {...field("url")} />
          <JsonInput
            label="Input"
            description="A JSON Schema of an object"
            autosize
            minRows={6}
            maxRows={16}
            formatOnBlur
            styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: 13 } }}
            value={form.schema}
            onChange={(value) => setForm({ ...form, schema: value })}
            error={schema ? wrong.input_schema : "This is no JSON object"}
          />
          <Group justify="flex-end">
            <Button type="submit" loading={register.isPending} disabled={!schema}>
              Register
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
