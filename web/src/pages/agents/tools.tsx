// Tools that agents call: scripts in a sandbox, services over HTTP, and Heddle's own actions.
import { Alert, Badge, Button, Group, JsonInput, Modal, MultiSelect, Stack, Table, TagsInput, Text, Textarea, TextInput } from "@mantine/core";
import { IconPlus, IconTool } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { secretsQuery, toolQuery, toolsQuery, type Tool } from "~/api/agents.ts";
import { body, slim, v1 } from "~/api/heddle.ts";
import { keys } from "~/api/keys.ts";
import { explain, fieldErrors, tell, useAct } from "~/api/query.ts";
import { isAdmin, useSession } from "~/api/session.ts";
import { Page } from "~/ui/page.tsx";
import { QueryView } from "~/ui/query-view.tsx";
import { Empty } from "~/ui/states.tsx";

/** The page. */
export function ToolsPage() {
  const query = useQuery(toolsQuery);
  const [opened, setOpened] = useState<Tool | "new" | null>(null);
  return (
    <Page
      title="Tools"
      lead="Scripts run in a sandbox: without a network but for the hosts an administrator allows, and with their own secrets only."
      actions={
        <Button leftSection={<IconPlus size={16} />} onClick={() => setOpened("new")}>
          New script
        </Button>
      }
    >
      <QueryView query={query}>
        {(tools) => {
          const own = tools.filter(({ type }) => type === "custom");
          const internal = tools.filter(({ type }) => type === "internal");
          return (
            <Stack gap="lg">
              {own.length === 0 ? (
                <Empty icon={<IconTool size={30} stroke={1.4} aria-hidden />} title="No tools of your own">
                  A script in Python reads its input as JSON and prints what came of it. Services over HTTP are registered in a space&apos;s settings.
                </Empty>
              ) : (
                <Lines tools={own} open={setOpened} />
              )}
              <div>
                <Text fw={600} mb={4} component="h2">
                  Actions of Heddle
                </Text>
                <Group gap={6}>
                  {internal.map(({ id, name }) => (
                    <Badge key={id} variant="default" tt="none" fw={500}>
                      {name.replaceAll("_", " ")}
                    </Badge>
                  ))}
                </Group>
              </div>
            </Stack>
          );
        }}
      </QueryView>
      {opened === "new" && <Script close={() => setOpened(null)} />}
      {opened !== null && opened !== "new" && <Opened tool={opened} close={() => setOpened(null)} />}
    </Page>
  );
}

function Lines({ tools, open }: { tools: readonly Tool[]; open: (tool: Tool) => void }) {
  return (
    <Table verticalSpacing="xs">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Name</Table.Th>
          <Table.Th aria-label="What can be done" />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {tools.map((tool) => (
          <Table.Tr key={tool.id}>
            <Table.Td>
              <Text ff="monospace" size="sm">
                {tool.name}
              </Text>
            </Table.Td>
            <Table.Td ta="right">
              <Button size="compact-xs" variant="default" onClick={() => open(tool)}>
                {tool.is_editable ? "Change" : "Look"}
              </Button>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Opened({ tool, close }: { tool: Tool; close: () => void }) {
  // A form begins with what it is given: what was read before must not be it.
  const query = useQuery({ ...toolQuery(tool.id), gcTime: 0 });
  const known = useQuery({
    gcTime: 0,
    queryKey: [...keys.tools, tool.id, "v1"],
    queryFn: async () => (await body(v1.GET("/v1/tools/{id}", { params: { path: { id: tool.id } } }))).data,
  });
  const source = useQuery({
    gcTime: 0,
    queryKey: [...keys.tools, tool.id, "script"],
    queryFn: async () => (await body(v1.GET("/v1/tools/{id}/script", { params: { path: { id: tool.id } } }))).data.script,
    enabled: tool.is_editable,
  });
  if (tool.is_editable && source.isPending) return null;
  return (
    <QueryView query={query} loading={null}>
      {(found) => (
        <QueryView query={known} loading={null}>
          {({ kind, url, hosts }) =>
            kind === "http" ? (
              <Modal opened onClose={close} title={found.name}>
                <Stack gap="xs">
                  <Text size="sm">{found.description}</Text>
                  <Text size="sm" ff="monospace">
                    POST {url}
                  </Text>
                </Stack>
              </Modal>
            ) : (
              <Script
                tool={{
                  id: found.id,
                  name: found.name,
                  description: found.description,
                  script: source.data ?? "",
                  input_schema: found.input_schema,
                  secret_ids: found.secrets.map(({ id }) => id),
                  hosts,
                  editable: found.is_editable,
                }}
                close={close}
              />
            )
          }
        </QueryView>
      )}
    </QueryView>
  );
}

interface Editable {
  id: string;
  name: string;
  description: string;
  script: string;
  input_schema: Record<string, unknown>;
  secret_ids: string[];
  hosts: string[];
  editable: boolean;
}

const BEGINNING = `import json, sys

asked = json.load(sys.stdin)
print(json.dumps({"answer": asked}))
`;

const ANYTHING = { type: "object", properties: {}, additionalProperties: true };

function Script({ tool, close }: { tool?: Editable; close: () => void }) {
  const session = useSession();
  const [form, setForm] = useState({
    name: tool?.name ?? "",
    description: tool?.description ?? "",
    script: tool?.script ?? BEGINNING,
    schema: JSON.stringify(tool?.input_schema ?? ANYTHING, null, 2),
    secret_ids: tool?.secret_ids ?? [],
    hosts: tool?.hosts ?? [],
  });
  const { data: secrets } = useQuery(secretsQuery);
  const admin = isAdmin(session);
  const editable = tool?.editable ?? true;
  const save = useAct({
    run: async () => {
      const sent = {
        name: form.name,
        description: form.description,
        script: form.script,
        input_schema: JSON.parse(form.schema) as Record<string, never>,
        secret_ids: form.secret_ids,
      };
      const saved = tool
        ? await body(slim.PATCH("/api/v1/public/tools/{tool_id}", { params: { path: { tool_id: tool.id } }, body: sent }))
        : await body(slim.POST("/api/v1/public/tools", { body: sent }));
      if (admin && JSON.stringify(form.hosts) !== JSON.stringify(tool?.hosts ?? [])) {
        await body(v1.PUT("/v1/tools/{id}/hosts", { params: { path: { id: saved.id } }, body: { hosts: form.hosts } }));
      }
    },
    stale: [keys.tools],
    failed: () => true,
    done: () => {
      tell("Saved");
      close();
    },
  });
  const wrong = fieldErrors(save.error);
  const field = (name: "name" | "description" | "script") => ({
    value: form[name],
    onChange: (event: { currentTarget: { value: string } }) => setForm({ ...form, [name]: event.currentTarget.value }),
    error: wrong[name],
    required: true,
  });
  const mono = { input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: 13 } };
  const valid = isJson(form.schema);
  return (
    <Modal opened onClose={close} title={tool ? tool.name : "New script"} size="xl" closeOnClickOutside={false}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Stack>
          {!editable && <Alert>Only the one who manages this tool changes it.</Alert>}
          {save.error && Object.keys(wrong).length === 0 && <Alert color="red">{explain(save.error)}</Alert>}
          <TextInput label="Name" placeholder="look_up_parcel" data-autofocus {...field("name")} />
          <Textarea label="What it does, and when to use it" description="Agents read this." autosize minRows={2} {...field("description")} />
          {editable && (
            <Textarea
              label="Script"
              description="Python. Its input comes as JSON on standard input."
              autosize
              minRows={10}
              maxRows={26}
              styles={mono}
              spellCheck={false}
              {...field("script")}
            />
          )}
          <JsonInput
            label="Input"
            description="A JSON Schema"
            autosize
            minRows={5}
            maxRows={16}
            formatOnBlur
            styles={mono}
            value={form.schema}
            onChange={(schema) => setForm({ ...form, schema })}
            error={valid ? wrong.input_schema : "This is not JSON"}
          />
          <MultiSelect
            label="Secrets"
            description="In its environment, under their names"
            searchable
            data={(secrets ?? []).map(({ id, name }) => ({ value: id, label: name }))}
            value={form.secret_ids}
            onChange={(secret_ids) => setForm({ ...form, secret_ids })}
            error={wrong.secret_ids}
          />
          <TagsInput
            label="Hosts it may reach"
            description={admin ? "Such as api.example.com; none means no network" : "An administrator sets them"}
            disabled={!admin}
            value={form.hosts}
            onChange={(hosts) => setForm({ ...form, hosts })}
            error={wrong.hosts}
          />
          {editable && (
            <Group justify="flex-end">
              <Button type="submit" loading={save.isPending} disabled={!valid}>
                Save
              </Button>
            </Group>
          )}
        </Stack>
      </form>
    </Modal>
  );
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
