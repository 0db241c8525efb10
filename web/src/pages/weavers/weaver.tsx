// A sandbox and its terminal.
import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import type { SocketState } from "@heddle/sdk";
import { IconPlayerStop } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useCallback, useState } from "react";
import { loom } from "~/api/coding.ts";
import { keys } from "~/api/keys.ts";
import { queries, useAct } from "~/api/query.ts";
import { useSession } from "~/api/session.ts";
import { weaverQuery, type Weaver } from "~/api/weavers.ts";
import { confirm } from "~/ui/confirm.tsx";
import { Page } from "~/ui/page.tsx";
import { QueryView } from "~/ui/query-view.tsx";
import { TimeAgo } from "~/ui/time.tsx";
import { TerminalView } from "./terminal.tsx";
import { StatusBadge } from "./weavers.tsx";

const route = getRouteApi("/$workspace/weavers/$weaver");

/** The page. */
export function WeaverPage() {
  const { weaver: id } = route.useParams();
  const query = useQuery(weaverQuery(id));
  return (
    <QueryView query={query} what="weaver">
      {(weaver) => <View key={id} weaver={weaver} />}
    </QueryView>
  );
}

const STATES: Partial<Record<SocketState, string>> = {
  connecting: "Connecting…",
  lost: "The connection was lost. It comes back by itself.",
};

function View({ weaver }: { weaver: Weaver }) {
  const { workspace } = useSession();
  const navigate = useNavigate();
  const [state, setState] = useState<SocketState>("connecting");
  const [refused, setRefused] = useState<string | null>(null);
  const { id } = weaver;
  const end = useAct({
    run: () => loom.DELETE("/api/weaver/{id}", { params: { path: { id } } }),
    stale: [keys.weavers],
    done: () => navigate({ to: "/$workspace/weavers", params: { workspace: workspace.slug } }),
  });
  const onState = useCallback((next: SocketState, why?: string) => {
    setState(next);
    setRefused(next === "refused" ? (why ?? "The terminal cannot be reached.") : null);
  }, []);
  const onExit = useCallback(() => void queries.invalidateQueries({ queryKey: weaverQuery(id).queryKey }), [id]);
  return (
    <Page
      title={weaver.pod_name}
      width="full"
      lead={
        <>
          {weaver.image} · begun <TimeAgo time={weaver.created_at} /> · ends <TimeAgo time={weaver.expires_at} />
        </>
      }
      actions={
        <Button
          variant="default"
          color="red"
          leftSection={<IconPlayerStop size={16} />}
          loading={end.isPending}
          onClick={() =>
            confirm({ title: "End this weaver?", text: "What runs in it ends, and its files go with it.", action: "End", run: () => end.mutate() })
          }
        >
          End
        </Button>
      }
    >
      <Stack gap="sm">
        <Group gap="sm">
          <StatusBadge weaver={weaver} />
          {weaver.exit_code !== null && weaver.exit_code !== undefined && <Text size="sm">Its program ended with {weaver.exit_code}.</Text>}
          {STATES[state] && (
            <Text size="sm" c="dimmed" role="status">
              {STATES[state]}
            </Text>
          )}
        </Group>
        {weaver.reason && <Alert color={weaver.status === "failed" ? "red" : "gray"}>{weaver.reason}</Alert>}
        {refused && <Alert color="orange">{refused}</Alert>}
        <TerminalView id={id} onState={onState} onExit={onExit} />
      </Stack>
    </Page>
  );
}
