// What an agent wants to do and a person decides.
import { Alert, Badge, Box, Button, Group, JsonInput, Stack, Text, TextInput } from "@mantine/core";
import { IconHandStop } from "@tabler/icons-react";
import { useState } from "react";
import { body, v1 } from "~/api/heddle.ts";
import { keys } from "~/api/keys.ts";
import { explain, tell, useAct } from "~/api/query.ts";
import { nameOf, useActors } from "~/ui/actor.tsx";
import { Json } from "~/ui/json.tsx";
import { TimeAgo } from "~/ui/time.tsx";

/** What is shown of a proposal; pages get it from different answers. */
export interface Pending {
  id: string;
  case_id: string;
  actor_id: string;
  action: string;
  input: Record<string, unknown>;
  created_at: string;
}

/** "set_priority" as words. */
export function inWords(action: string): string {
  return action.replaceAll("_", " ");
}

/** The card: approve, change and approve, or reject. */
export function ProposalCard({ proposal }: { proposal: Pending }) {
  const actors = useActors();
  const [edited, setEdited] = useState<string | null>(null);
  const [note, setNote] = useState("");
  const decide = useAct<"approve" | "edit" | "reject">({
    run: (decision) =>
      body(
        v1.POST("/v1/proposals/{id}/decide", {
          params: { path: { id: proposal.id } },
          body: {
            decision,
            ...(decision === "edit" ? { input: JSON.parse(edited ?? "{}") as Record<string, never> } : {}),
            ...(note.trim() ? { note: note.trim() } : {}),
          },
        }),
      ),
    stale: [keys.case(proposal.case_id), keys.proposals, keys.inbox],
    failed: () => true,
    done: (_, decision) => tell(decision === "reject" ? "Rejected" : "Approved and done"),
  });
  const valid = edited === null || isObject(edited);

  return (
    <Box className="panel" p="sm" data-proposal={proposal.id} style={{ borderColor: "var(--mantine-color-orange-6)" }}>
      <Group gap={8} mb={6}>
        <IconHandStop size={18} color="var(--mantine-color-orange-6)" aria-hidden />
        <Text size="sm">
          <Text span fw={600}>
            {nameOf(actors, proposal.actor_id)}
          </Text>{" "}
          wants to{" "}
          <Text span fw={600}>
            {inWords(proposal.action)}
          </Text>
        </Text>
        <Badge size="xs" color="orange" variant="light" c="var(--mantine-color-text)">
          Waits for a decision
        </Badge>
        <Text size="xs" c="dimmed" ml="auto" component="span">
          <TimeAgo time={proposal.created_at} />
        </Text>
      </Group>
      <Stack gap="xs">
        {edited === null ? (
          <Json value={proposal.input} />
        ) : (
          <JsonInput
            label="What will be done instead"
            autosize
            minRows={3}
            maxRows={14}
            formatOnBlur
            value={edited}
            onChange={setEdited}
            error={valid ? undefined : "This is not a JSON object"}
            styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
          />
        )}
        <TextInput
          size="xs"
          aria-label="A word to the agent"
          placeholder="A word to the agent (optional)"
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        {decide.error && <Alert color="red">{explain(decide.error)}</Alert>}
        <Group gap="xs">
          <Button size="xs" loading={decide.isPending} disabled={!valid} onClick={() => decide.mutate(edited === null ? "approve" : "edit")}>
            {edited === null ? "Approve" : "Approve as changed"}
          </Button>
          <Button
            size="xs"
            variant="default"
            onClick={() => setEdited(edited === null ? JSON.stringify(proposal.input, null, 2) : null)}
          >
            {edited === null ? "Change…" : "Do not change"}
          </Button>
          <Button size="xs" variant="subtle" color="red" disabled={decide.isPending} onClick={() => decide.mutate("reject")}>
            Reject
          </Button>
        </Group>
      </Stack>
    </Box>
  );
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
