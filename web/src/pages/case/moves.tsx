// The legal next steps of a case, as buttons; what cannot be done says why.
import { ActionIcon, Button, Group, Menu, Modal, Select, Stack, Text, Textarea } from "@mantine/core";
import { IconCheck, IconChevronDown, IconFlag, IconPlayerPlay, IconRotate, IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { body, v1, type Schemas } from "~/api/heddle.ts";
import { keys } from "~/api/keys.ts";
import { fieldErrors, useAct } from "~/api/query.ts";
import { capital, MotionMark, type Motion } from "~/ui/case-marks.tsx";
import { movesQuery, type Case } from "./queries.ts";

type Step = "commence" | "resolve" | "reopen" | "close";

const looks: Record<Step, { label: string; icon: typeof IconCheck; meaning: string }> = {
  commence: { label: "Commence", icon: IconPlayerPlay, meaning: "Begin work: the first stage becomes active" },
  resolve: { label: "Resolve", icon: IconCheck, meaning: "Solved; it can still be reopened" },
  reopen: { label: "Reopen", icon: IconRotate, meaning: "Back to work" },
  close: { label: "Close", icon: IconX, meaning: "Over for good" },
};

/** What a phase change sends. */
export async function step(id: string, name: Step, reason?: string): Promise<unknown> {
  const params = { path: { id } };
  switch (name) {
    case "commence":
      return body(v1.POST("/v1/cases/{id}/commence", { params }));
    case "resolve":
      return body(v1.POST("/v1/cases/{id}/resolve", { params, body: reason ? { summary: reason } : {} }));
    case "reopen":
      return body(v1.POST("/v1/cases/{id}/reopen", { params, body: { reason: reason ?? "" } }));
    case "close":
      return body(v1.POST("/v1/cases/{id}/close", { params }));
  }
}

/** The buttons. */
export function Moves({ case: found }: { case: Case }) {
  const { data } = useQuery(movesQuery(found.id));
  const [asking, setAsking] = useState<Step | "waiting" | null>(null);
  const [text, setText] = useState("");
  const moves = data ?? [];
  const of = (action: string) => moves.find((move) => move.action === action);
  const stale = [keys.case(found.id), keys.caseList(found.space_id), keys.inbox];

  const move = useAct<{ name: Step; reason?: string }>({
    run: ({ name, reason }) => step(found.id, name, reason),
    stale,
    done: () => setAsking(null),
    failed: (error) => Object.keys(fieldErrors(error)).length > 0 && asking !== null,
  });
  const setMotion = useAct<Schemas["SetMotion"]>({
    run: (wanted) => body(v1.PATCH("/v1/cases/{id}/motion", { params: { path: { id: found.id } }, body: wanted })),
    stale,
    done: () => setAsking(null),
  });

  const go = (name: Step) => {
    setText("");
    if (name === "reopen" || name === "resolve") setAsking(name);
    else move.mutate({ name });
  };
  const steps = (Object.keys(looks) as Step[]).filter((name) => of(name)?.allowed);
  // The usual next step comes first and is filled.
  const [main, ...others] = steps;
  const motions = moves.filter(({ action }) => action.startsWith("set_motion:"));

  return (
    <Group gap="xs">
      {motions.length > 0 && (
        <Menu position="bottom-start">
          <Menu.Target>
            <Button
              variant="default"
              size="compact-md"
              rightSection={<IconChevronDown size={14} />}
              aria-label={`Motion: ${found.motion}. Change it`}
              loading={setMotion.isPending}
            >
              <MotionMark motion={found.motion} reason={found.waiting_on?.reason ?? null} />
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {motions.map(({ action, allowed, why_not }) => {
              const motion = action.slice("set_motion:".length) as Motion;
              return (
                <Menu.Item
                  key={action}
                  disabled={!allowed}
                  onClick={() => {
                    setText("");
                    if (motion === "waiting") setAsking("waiting");
                    else setMotion.mutate({ motion });
                  }}
                >
                  <MotionMark motion={motion} />
                  {!allowed && why_not && motion !== found.motion && (
                    <Text size="xs" c="dimmed">
                      {why_not}
                    </Text>
                  )}
                </Menu.Item>
              );
            })}
          </Menu.Dropdown>
        </Menu>
      )}
      {main && <StepButton name={main} filled run={() => go(main)} busy={move.isPending} />}
      {others.map((name) => (
        <StepButton key={name} name={name} run={() => go(name)} busy={move.isPending} />
      ))}
      <WhyNot moves={moves} />
      <Modal
        opened={asking === "reopen" || asking === "resolve"}
        onClose={() => setAsking(null)}
        title={asking === "reopen" ? "Reopen the case" : "Resolve the case"}
      >
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (asking === "reopen" || asking === "resolve") move.mutate({ name: asking, reason: text });
          }}
        >
          <Stack>
            <Textarea
              label={asking === "reopen" ? "Why?" : "What came of it?"}
              {...(asking === "resolve" ? { description: "Optional; the summary of the case" } : {})}
              required={asking === "reopen"}
              autosize
              minRows={3}
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
              error={fieldErrors(move.error).reason ?? fieldErrors(move.error).summary}
              data-autofocus
            />
            <Group justify="flex-end">
              <Button type="submit" loading={move.isPending}>
                {asking === "reopen" ? "Reopen" : "Resolve"}
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
      <WaitingDialog
        opened={asking === "waiting"}
        close={() => setAsking(null)}
        busy={setMotion.isPending}
        run={(waiting_on) => setMotion.mutate({ motion: "waiting", waiting_on })}
      />
    </Group>
  );
}

function StepButton({ name, filled = false, run, busy }: { name: Step; filled?: boolean; run: () => void; busy: boolean }) {
  const { label, icon: Icon, meaning } = looks[name];
  return (
    <Button
      size="compact-md"
      variant={filled ? "filled" : "default"}
      leftSection={<Icon size={16} />}
      title={meaning}
      onClick={run}
      disabled={busy}
    >
      {label}
    </Button>
  );
}

/** Why the other steps cannot be taken now. */
function WhyNot({ moves }: { moves: readonly Schemas["CaseMove"][] }) {
  const refused = moves.filter(({ action, allowed, why_not }) => action in looks && !allowed && why_not);
  if (refused.length === 0) return null;
  return (
    <Menu position="bottom-end" width={320}>
      <Menu.Target>
        <ActionIcon aria-label="What cannot be done now, and why" size="lg">
          <IconFlag size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Not possible now</Menu.Label>
        {refused.map(({ action, why_not }) => (
          <Menu.Item key={action} disabled style={{ opacity: 1 }}>
            <Text size="sm" fw={600} c="var(--mantine-color-text)">
              {looks[action as Step].label}
            </Text>
            <Text size="xs" c="dimmed">
              {why_not}
            </Text>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

const KINDS: readonly Schemas["WaitingKind"][] = ["external", "actor", "approval", "subcase"];

function WaitingDialog({
  opened,
  close,
  busy,
  run,
}: {
  opened: boolean;
  close: () => void;
  busy: boolean;
  run: (waiting: Schemas["WaitingOn"]) => void;
}) {
  const [kind, setKind] = useState<Schemas["WaitingKind"]>("external");
  const [reason, setReason] = useState("");
  return (
    <Modal opened={opened} onClose={close} title="What does it wait for?">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          run({ kind, reason: reason || null });
        }}
      >
        <Stack>
          <Select
            label="For"
            data={KINDS.map((value) => ({ value, label: capital(value) }))}
            value={kind}
            onChange={(value) => setKind(KINDS.find((known) => known === value) ?? "external")}
            allowDeselect={false}
          />
          <Textarea label="Reason" value={reason} onChange={(event) => setReason(event.currentTarget.value)} autosize minRows={2} data-autofocus />
          <Group justify="flex-end">
            <Button type="submit" loading={busy}>
              Let it wait
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
