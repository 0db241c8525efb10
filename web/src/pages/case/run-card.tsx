// A run of an agent within the thread: each step, what went in and came out, what it cost.
import { Alert, Badge, Box, Button, Group, Stack, Text, UnstyledButton } from "@mantine/core";
import {
  IconAlertTriangle,
  IconBrain,
  IconChevronDown,
  IconChevronRight,
  IconMessage,
  IconPlayerStop,
  IconRefresh,
  IconTool,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { body, v1 } from "~/api/heddle.ts";
import { keys } from "~/api/keys.ts";
import { useAct } from "~/api/query.ts";
import { ActorAvatar, nameOf, useActors } from "~/ui/actor.tsx";
import { Json } from "~/ui/json.tsx";
import { QueryView } from "~/ui/query-view.tsx";
import { duration, TimeAgo } from "~/ui/time.tsx";
import { inWords } from "./proposal-card.tsx";
import { stepsQuery, type Run, type Step } from "./queries.ts";

const colors: Record<Run["state"], string> = {
  queued: "gray",
  running: "heddle",
  waiting: "orange",
  succeeded: "teal",
  failed: "red",
  cancelled: "gray",
};

const waits: Record<NonNullable<Run["waiting_for"]>, string> = {
  person: "Waits for a person's answer in this thread",
  proposal: "Waits for a decision",
  pause: "Waits until the case is no longer paused",
  case: "Waits with its case",
};

/** Millionths of a dollar, as money. */
export function dollars(micros: number): string {
  const value = micros / 1e6;
  return value === 0 ? "$0" : value < 0.01 ? "< $0.01" : `$${value.toFixed(2)}`;
}

/** A number of tokens, short. */
export function tokens(n: number): string {
  return n < 1000 ? String(n) : n < 1e6 ? `${(n / 1000).toFixed(1)}k` : `${(n / 1e6).toFixed(1)}M`;
}

/** The card. */
export function RunCard({ run, opened = false }: { run: Run; opened?: boolean }) {
  const actors = useActors();
  const [open, setOpen] = useState(opened);
  const unfinished = run.state === "queued" || run.state === "running" || run.state === "waiting";
  const params = { path: { id: run.id } };
  const stale = [keys.case(run.case_id), keys.run(run.id)];
  const cancel = useAct({ run: () => body(v1.POST("/v1/runs/{id}/cancel", { params })), stale });
  const retry = useAct({ run: () => body(v1.POST("/v1/runs/{id}/retry", { params })), stale });
  const Mark = open ? IconChevronDown : IconChevronRight;
  const took = run.started_at && run.ended_at ? (Date.parse(run.ended_at) - Date.parse(run.started_at)) / 1000 : null;

  return (
    <Box className="panel" data-run={run.id} bg="var(--heddle-surface)">
      <Group gap="sm" wrap="nowrap" p="xs" align="flex-start">
        <ActorAvatar id={run.actor_id} size={30} tooltip={false} />
        <UnstyledButton flex={1} onClick={() => setOpen(!open)} aria-expanded={open} style={{ minWidth: 0 }}>
          <Group gap={8}>
            <Text size="sm" fw={600}>
              {nameOf(actors, run.actor_id)}
            </Text>
            <Badge size="sm" variant="light" color={colors[run.state]} tt="none" c="var(--mantine-color-text)">
              {run.state}
            </Badge>
            <Text size="xs" c="dimmed" component="span">
              <TimeAgo time={run.created_at} />
            </Text>
          </Group>
          <Group gap={4} c="dimmed">
            <Mark size={14} aria-hidden />
            <Text size="xs">
              {run.steps} steps · {run.model_id || "default model"} · {tokens(run.input_tokens)} in, {tokens(run.output_tokens)} out ·{" "}
              {dollars(run.cost_micros)}
              {took !== null && ` · ${duration(took)}`}
            </Text>
          </Group>
        </UnstyledButton>
        {unfinished && (
          <Button size="compact-xs" variant="default" leftSection={<IconPlayerStop size={14} />} loading={cancel.isPending} onClick={() => cancel.mutate()}>
            Cancel
          </Button>
        )}
        {(run.state === "failed" || run.state === "cancelled") && (
          <Button size="compact-xs" variant="default" leftSection={<IconRefresh size={14} />} loading={retry.isPending} onClick={() => retry.mutate()}>
            Retry
          </Button>
        )}
      </Group>
      {run.waiting_for && (
        <Text size="xs" px="sm" pb="xs" pl={52}>
          {waits[run.waiting_for]}.
        </Text>
      )}
      {run.error && (
        <Alert color="red" mx="xs" mb="xs" p="xs" icon={<IconAlertTriangle size={16} />}>
          {run.error}
        </Alert>
      )}
      {open && <Steps run={run.id} />}
    </Box>
  );
}

/** The steps of a run, one below the other. */
export function Steps({ run }: { run: string }) {
  const query = useQuery(stepsQuery(run));
  return (
    <Box px="sm" pb="sm">
      <QueryView query={query}>
        {(steps) => (
          <Stack gap={4}>
            {steps.map((step) => (
              <StepLine key={step.n} step={step} />
            ))}
          </Stack>
        )}
      </QueryView>
    </Box>
  );
}

const icons = { message: IconMessage, model: IconBrain, tool: IconTool } as const;

function title(step: Step): string {
  if (step.kind === "tool") return inWords(step.tool ?? "a tool");
  return step.kind === "model" ? "The model answered" : "Told to the model";
}

/** What a step says in a line. */
function gist(step: Step): string {
  const value: unknown = step.kind === "tool" ? step.input : (step.output ?? step.input);
  const text = typeof value === "string" ? value : JSON.stringify(value ?? "");
  return text === '""' || text === "{}" ? "" : text;
}

function StepLine({ step }: { step: Step }) {
  const [open, setOpen] = useState(false);
  const Icon = icons[step.kind];
  return (
    <Box className="panel">
      <UnstyledButton w="100%" p={6} onClick={() => setOpen(!open)} aria-expanded={open}>
        <Group gap={8} wrap="nowrap">
          <Icon size={15} aria-hidden style={{ flexShrink: 0 }} color={step.is_error ? "var(--mantine-color-red-6)" : undefined} />
          <Text size="xs" fw={600} style={{ flexShrink: 0 }}>
            {title(step)}
          </Text>
          {step.is_error && (
            <Badge size="xs" color="red" variant="light" c="var(--mantine-color-text)">
              refused
            </Badge>
          )}
          <Text size="xs" c="dimmed" truncate>
            {gist(step)}
          </Text>
          {step.input_tokens + step.output_tokens > 0 && (
            <Text size="xs" c="dimmed" ml="auto" style={{ flexShrink: 0 }}>
              {tokens(step.input_tokens)} / {tokens(step.output_tokens)} · {dollars(step.cost_micros)}
            </Text>
          )}
        </Group>
      </UnstyledButton>
      {open && (
        <Stack gap="xs" px="sm" pb="sm">
          {step.input !== null && step.input !== undefined && (
            <Box>
              <Text size="xs" c="dimmed">
                In
              </Text>
              <Json value={step.input} />
            </Box>
          )}
          {step.output !== null && step.output !== undefined && (
            <Box>
              <Text size="xs" c="dimmed">
                Out
              </Text>
              <Json value={step.output} />
            </Box>
          )}
        </Stack>
      )}
    </Box>
  );
}
