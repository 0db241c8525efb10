// One agent: what it is told, what it may do, how it has done, and trying it. A person has a page too.
import { Anchor, Group, Stack, Tabs, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { actorQuery } from "~/api/agents.ts";
import { isAdmin, useSession } from "~/api/session.ts";
import { ActorAvatar } from "~/ui/actor.tsx";
import { Page } from "~/ui/page.tsx";
import { QueryView } from "~/ui/query-view.tsx";
import { Loading } from "~/ui/states.tsx";
import { TimeAgo } from "~/ui/time.tsx";
import { AgentSettings } from "./agent-settings.tsx";
import { AgentTools } from "./agent-tools.tsx";
import { Trial } from "./trial.tsx";

// Charts are large.
const Record_ = lazy(async () => ({ default: (await import("./record.tsx")).AgentRecord }));

const route = getRouteApi("/$workspace/agents/$agent");

/** The page. */
export function AgentPage() {
  const { agent: id } = route.useParams();
  const session = useSession();
  const query = useQuery(actorQuery(id));
  return (
    <QueryView query={query} what="agent">
      {(actor) =>
        actor.type === "human" ? (
          <Page title={actor.name}>
            <Group className="panel" p="md">
              <ActorAvatar id={actor.id} size={48} tooltip={false} />
              <Stack gap={2}>
                {actor.email && <Anchor href={`mailto:${actor.email}`}>{actor.email}</Anchor>}
                <Text size="sm" c="dimmed" component="div">
                  Here since <TimeAgo time={actor.created_at} />
                </Text>
              </Stack>
            </Group>
          </Page>
        ) : (
          <Page title={actor.name} lead={`Agent · ${actor.model_id ?? "the server's default model"}`}>
            <Tabs defaultValue="record" keepMounted={false}>
              <Tabs.List mb="md">
                <Tabs.Tab value="record">Record</Tabs.Tab>
                <Tabs.Tab value="settings">Settings</Tabs.Tab>
                <Tabs.Tab value="tools">Tools</Tabs.Tab>
                <Tabs.Tab value="trial">Try it</Tabs.Tab>
              </Tabs.List>
              <Suspense fallback={<Loading />}>
                <Tabs.Panel value="record">
                  <Record_ agent={actor.id} />
                </Tabs.Panel>
                <Tabs.Panel value="settings">
                  <AgentSettings key={actor.updated_at} agent={actor} mayChange={isAdmin(session)} />
                </Tabs.Panel>
                <Tabs.Panel value="tools">
                  <AgentTools agent={actor.id} mayChange={isAdmin(session)} />
                </Tabs.Panel>
                <Tabs.Panel value="trial">
                  <Trial agent={actor.id} />
                </Tabs.Panel>
              </Suspense>
            </Tabs>
          </Page>
        )
      }
    </QueryView>
  );
}
