// What the procedure, as it is now, would do to a case. Nothing is changed by asking.
import { Alert, Badge, Box, Button, Group, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconCircle, IconCircleCheck, IconCircleDot, IconX } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import type { DryRun } from "~/api/designs.ts";
import { body, v1 } from "~/api/heddle.ts";
import { explain } from "~/api/query.ts";
import { CasePicker } from "./case-picker.tsx";
import { toBody, type Draft, type DraftBody } from "./draft.ts";
import type { TryCase } from "./editing.ts";
import { FOR } from "./words.ts";

/** The form and what came of it. */
export function DryRunPanel({ draft, space, value, onChange }: { draft: Draft; space: string; value: TryCase | null; onChange: (value: TryCase | null) => void }) {
  const now = toBody(draft);
  const run = useMutation({
    mutationFn: async ({ design, on }: { design: DraftBody; on: TryCase }) => ({
      told: (await body(v1.POST("/v1/procedures/dry-run", { body: { case_id: on.id, design } }))).data,
      design,
      on,
    }),
  });
  const { data } = run;
  const old = data && (data.on.id !== value?.id || JSON.stringify(data.design) !== JSON.stringify(now));
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        Conditions are shown with what they give for the case, and you can see what would become of each stage. Nothing is changed.
      </Text>
      <CasePicker space={space} value={value} onChange={onChange} />
      <Button
        disabled={!value}
        loading={run.isPending}
        onClick={() => {
          if (value) run.mutate({ design: now, on: value });
        }}
      >
        Try it
      </Button>
      {run.error && (
        <Alert color="red" role="alert">
          {explain(run.error)}
        </Alert>
      )}
      {data && (
        <Box role="region" aria-label={`What would happen to ${data.on.title}`} aria-live="polite">
          {old && (
            <Text size="xs" c="dimmed" mb="xs">
              From before your last change. Try it again.
            </Text>
          )}
          <Told run={data.told} />
        </Box>
      )}
    </Stack>
  );
}

const fates = {
  activate: { icon: IconCircleDot, color: "var(--mantine-primary-color-filled)", word: "Would be active" },
  wait: { icon: IconCircle, color: "var(--mantine-color-dimmed)", word: "Would wait" },
  complete_at_once: { icon: IconCircleCheck, color: "var(--mantine-color-teal-6)", word: "Would be completed at once" },
} as const;

const lines = {
  satisfied: { icon: IconCircleCheck, color: "var(--mantine-color-teal-6)", word: "done at once" },
  open: { icon: IconCircle, color: "var(--mantine-color-dimmed)", word: "open" },
  error: { icon: IconX, color: "var(--mantine-color-error)", word: "fails" },
} as const;

function Told({ run }: { run: DryRun }) {
  return (
    <Stack gap="sm">
      {run.problems.map((problem) => (
        <Problem key={problem} text={problem} />
      ))}
      {run.stages.length === 0 && run.problems.length === 0 && <Text size="sm">The case would get no stages.</Text>}
      {run.stages.map((stage, n) => {
        const { icon: Icon, color, word } = fates[stage.would];
        return (
          <Group key={n} gap={8} wrap="nowrap" align="flex-start">
            <Icon size={18} color={color} aria-hidden style={{ flexShrink: 0, marginTop: 2 }} />
            <Box flex={1} style={{ minWidth: 0 }}>
              <Text size="sm" fw={600}>
                {stage.name || `Stage ${n + 1}`}
              </Text>
              <Group gap={6}>
                <Badge size="sm" variant="default" tt="none">
                  {word}
                </Badge>
                <Text size="xs" c="dimmed">
                  {stage.assigned ? stage.assigned.name : FOR[stage.required_actor_type]}
                </Text>
              </Group>
              {stage.problems.map((problem) => (
                <Problem key={problem} text={problem} />
              ))}
              <Stack gap={2} mt={4}>
                {stage.instructions.map((line, m) => {
                  const look = lines[line.would];
                  return (
                    <Group key={m} gap={6} wrap="nowrap" align="flex-start">
                      <look.icon size={14} color={look.color} aria-label={look.word} style={{ flexShrink: 0, marginTop: 3 }} />
                      <Box style={{ minWidth: 0 }}>
                        <Text size="xs">{line.text || `Instruction ${m + 1}`}</Text>
                        {line.message && (
                          <Text size="xs" c="var(--mantine-color-error)">
                            {line.message}
                          </Text>
                        )}
                      </Box>
                    </Group>
                  );
                })}
              </Stack>
            </Box>
          </Group>
        );
      })}
    </Stack>
  );
}

function Problem({ text }: { text: string }) {
  return (
    <Group gap={5} wrap="nowrap" align="flex-start" mt={2}>
      <IconAlertTriangle size={14} color="var(--mantine-color-error)" aria-hidden style={{ flexShrink: 0, marginTop: 2 }} />
      <Text size="xs" c="var(--mantine-color-error)">
        {text}
      </Text>
    </Group>
  );
}
