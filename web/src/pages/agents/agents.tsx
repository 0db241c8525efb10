// The agents of the workspace.
import { Button, Group, Modal, SimpleGrid, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { IconPlus, IconRobot } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { body, v1 } from "~/api/heddle.ts";
import { keys } from "~/api/keys.ts";
import { fieldErrors, useAct } from "~/api/query.ts";
import { isAdmin, useSession } from "~/api/session.ts";
import { ActorAvatar, actorsQuery } from "~/ui/actor.tsx";
import { TextLink } from "~/ui/links.tsx";
import { Page } from "~/ui/page.tsx";
import { QueryView } from "~/ui/query-view.tsx";
import { Empty } from "~/ui/states.tsx";
import { ModelSelect } from "./model-select.tsx";

/** The page. */
export function AgentsPage() {
  const session = useSession();
  const query = useQuery(actorsQuery);
  const [making, setMaking] = useState(false);
  const make = isAdmin(session) && (
    <Button leftSection={<IconPlus size={16} />} onClick={() => setMaking(true)}>
      New agent
    </Button>
  );
  return (
    <Page title="Agents" lead="They work stages like people do: under their own name, with their own rights." actions={make}>
      <QueryView query={query}>
        {(actors) => {
          const agents = actors.filter(({ type }) => type === "ai");
          if (agents.length === 0) {
            return (
              <Empty icon={<IconRobot size={32} stroke={1.4} aria-hidden />} title="No agents yet">
                An agent works the stages it is given. Without a provider's key the built-in rules agent stands in.
              </Empty>
            );
          }
          return (
            <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
              {agents.map((agent) => (
                <Group key={agent.id} className="panel" p="md" gap="sm" wrap="nowrap" align="flex-start">
                  <ActorAvatar id={agent.id} size={38} tooltip={false} />
                  <Stack gap={2} style={{ minWidth: 0 }}>
                    <TextLink to="/$workspace/agents/$agent" params={{ workspace: session.workspace.slug, agent: agent.id }} fw={600} c="var(--mantine-color-text)">
                      {agent.name}
                    </TextLink>
                    <Text size="xs" c="dimmed">
                      {agent.model_id ?? "The server's default model"}
                      {agent.review.length > 0 && (agent.review.includes("*") ? " · asks before it changes anything" : ` · asks before ${agent.review.length} actions`)}
                    </Text>
                    {agent.system_prompt && (
                      <Text size="sm" lineClamp={2}>
                        {agent.system_prompt}
                      </Text>
                    )}
                  </Stack>
                </Group>
              ))}
            </SimpleGrid>
          );
        }}
      </QueryView>
      {making && <NewAgent close={() => setMaking(false)} />}
    </Page>
  );
}

function NewAgent({ close }: { close: () => void }) {
  const { workspace } = useSession();
  const navigate = useNavigate();
  const [agent, setAgent] = useState({ name: "", system_prompt: "", model_id: null as string | null });
  const make = useAct({
    run: () =>
      body(
        v1.POST("/v1/actors", {
          body: {
            type: "ai",
            name: agent.name,
            ...(agent.system_prompt ? { system_prompt: agent.system_prompt } : {}),
            ...(agent.model_id ? { model_id: agent.model_id } : {}),
          },
        }),
      ),
    stale: [keys.actors],
    failed: (error) => Object.keys(fieldErrors(error)).length > 0,
    done: ({ data }) => navigate({ to: "/$workspace/agents/$agent", params: { workspace: workspace.slug, agent: data.id } }),
  });
  const wrong = fieldErrors(make.error);
  return (
    <Modal opened onClose={close} title="New agent">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          make.mutate();
        }}
      >
        <Stack>
          <TextInput label="Name" required data-autofocus value={agent.name} onChange={(event) => setAgent({ ...agent, name: event.currentTarget.value })} error={wrong.name} />
          <Textarea
            label="What is its job?"
            description="It is told this before each run."
            autosize
            minRows={3}
            value={agent.system_prompt}
            onChange={(event) => setAgent({ ...agent, system_prompt: event.currentTarget.value })}
            error={wrong.system_prompt}
          />
          <ModelSelect value={agent.model_id} onChange={(model_id) => setAgent({ ...agent, model_id })} error={wrong.model_id} />
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
