// What is done with all selected cases, and what came of it.
import { Box, Button, CloseButton, Group, List, Menu, Modal, ScrollArea, Stack, Text, Textarea } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { changeCases, type BulkOutcome, type CaseChange } from "~/api/cases.ts";
import { keys } from "~/api/keys.ts";
import { tell, useAct } from "~/api/query.ts";
import { labelsQuery, membersQuery } from "~/api/spaces.ts";
import { LabelBadge, MotionMark, PRIORITIES, PriorityMark, type Motion } from "~/ui/case-marks.tsx";
import { confirm } from "~/ui/confirm.tsx";
import classes from "./cases.module.css";
import type { Selected, Selection } from "./selection.ts";

const MOTIONS: readonly Motion[] = ["working", "blocked", "paused"];

/** "3 cases". */
export function cases(n: number): string {
  return `${n.toLocaleString()} ${n === 1 ? "case" : "cases"}`;
}

/** The bar below the cases, while some are selected. */
export function Bulk({ space, selection }: { space: string; selection: Selection }) {
  const { selected, clear } = selection;
  const [asking, setAsking] = useState<"reopen" | "waiting" | null>(null);
  const [outcome, setOutcome] = useState<{ outcome: BulkOutcome; titles: Selected } | null>(null);
  const { data: labels } = useQuery(labelsQuery(space));
  const { data: members } = useQuery(membersQuery(space));
  const act = useAct<CaseChange, BulkOutcome>({
    run: (change) => changeCases([...selected.keys()], change),
    stale: [keys.caseList(space), keys.inbox],
    done: (done) => {
      setAsking(null);
      if (done.refused > 0) setOutcome({ outcome: done, titles: selected });
      else {
        tell(`${cases(done.changed)} changed`);
        clear();
      }
    },
  });
  const n = selected.size;
  const run = (change: CaseChange) => act.mutate(change);
  const button = (label: string) => (
    <Button size="compact-sm" variant="default" rightSection={<IconChevronDown size={13} />} disabled={act.isPending}>
      {label}
    </Button>
  );
  const labelItems = (change: (id: string) => CaseChange) =>
    (labels ?? []).map(({ id, name, color }) => (
      <Menu.Item key={id} onClick={() => run(change(id))}>
        <LabelBadge name={name} color={color} />
      </Menu.Item>
    ));

  return (
    <>
      {n > 0 && (
        <div className={classes.bulk} role="toolbar" aria-label="What to do with the selected cases">
          <Text size="sm" fw={600} mr={4} aria-live="polite">
            {cases(n)} selected
          </Text>
          <Button size="compact-sm" variant="default" disabled={act.isPending} onClick={() => run({ commence: {} })}>
            Commence
          </Button>
          <Button size="compact-sm" variant="default" disabled={act.isPending} onClick={() => run({ resolve: {} })}>
            Resolve
          </Button>
          <Button size="compact-sm" variant="default" disabled={act.isPending} onClick={() => setAsking("reopen")}>
            Reopen
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            disabled={act.isPending}
            onClick={() =>
              confirm({
                title: `Close ${cases(n)}?`,
                text: "They are over for good then: they cannot be changed or reopened.",
                action: "Close them",
                run: () => run({ close: {} }),
              })
            }
          >
            Close
          </Button>
          <Menu position="top-start">
            <Menu.Target>{button("Motion")}</Menu.Target>
            <Menu.Dropdown>
              {MOTIONS.map((motion) => (
                <Menu.Item key={motion} onClick={() => run({ motion: { motion } })}>
                  <MotionMark motion={motion} />
                </Menu.Item>
              ))}
              <Menu.Item onClick={() => setAsking("waiting")}>
                <MotionMark motion="waiting" />
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
          <Menu position="top-start">
            <Menu.Target>{button("Priority")}</Menu.Target>
            <Menu.Dropdown>
              {PRIORITIES.map((priority) => (
                <Menu.Item key={priority} onClick={() => run({ priority })}>
                  <PriorityMark priority={priority} bare={false} />
                </Menu.Item>
              ))}
              <Menu.Item onClick={() => run({ priority: null })}>None</Menu.Item>
            </Menu.Dropdown>
          </Menu>
          <Menu position="top-start">
            <Menu.Target>{button("Assign")}</Menu.Target>
            <Menu.Dropdown mah={320} style={{ overflowY: "auto" }}>
              <Menu.Item onClick={() => run({ assigned_actor_id: null })}>Nobody</Menu.Item>
              {(members ?? [])
                .filter(({ role }) => role !== "observer")
                .map(({ actor_id, name, actor_type }) => (
                  <Menu.Item key={actor_id} onClick={() => run({ assigned_actor_id: actor_id })}>
                    {actor_type === "ai" ? `${name} (agent)` : name}
                  </Menu.Item>
                ))}
            </Menu.Dropdown>
          </Menu>
          {(labels?.length ?? 0) > 0 && (
            <Menu position="top-start">
              <Menu.Target>{button("Labels")}</Menu.Target>
              <Menu.Dropdown mah={360} style={{ overflowY: "auto" }}>
                <Menu.Label>Put on</Menu.Label>
                {labelItems((id) => ({ add_label_ids: [id] }))}
                <Menu.Label>Take off</Menu.Label>
                {labelItems((id) => ({ remove_label_ids: [id] }))}
              </Menu.Dropdown>
            </Menu>
          )}
          <CloseButton size="sm" ml="auto" aria-label="Select nothing" onClick={clear} />
        </div>
      )}
      {asking && (
        <Reason
          title={asking === "reopen" ? `Reopen ${cases(n)}` : `Let ${cases(n)} wait`}
          label={asking === "reopen" ? "Why?" : "For what?"}
          action={asking === "reopen" ? "Reopen" : "Let them wait"}
          busy={act.isPending}
          close={() => setAsking(null)}
          run={(reason) => run(asking === "reopen" ? { reopen: { reason } } : { motion: { motion: "waiting", waiting_on: { kind: "external", reason } } })}
        />
      )}
      {outcome && (
        <Outcome
          {...outcome}
          close={() => {
            // What was refused stays selected: something else may be done with it.
            const { results } = outcome.outcome;
            const refused = new Set(results.filter(({ ok }) => !ok).map(({ id }) => id));
            selection.keep(refused);
            setOutcome(null);
          }}
        />
      )}
    </>
  );
}

function Reason({
  title,
  label,
  action,
  busy,
  close,
  run,
}: {
  title: string;
  label: string;
  action: string;
  busy: boolean;
  close: () => void;
  run: (reason: string) => void;
}) {
  const [reason, setReason] = useState("");
  return (
    <Modal opened onClose={close} title={title}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          run(reason);
        }}
      >
        <Stack>
          <Textarea label={label} required autosize minRows={3} data-autofocus value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
          <Group justify="flex-end">
            <Button type="submit" loading={busy}>
              {action}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** Which were refused, and why; those with the same reason together. */
export function refusals(outcome: BulkOutcome): { why: string; ids: string[] }[] {
  const byReason = new Map<string, string[]>();
  for (const { id, ok, error } of outcome.results) {
    if (ok) continue;
    const why = error?.message ?? "It was refused.";
    byReason.set(why, [...(byReason.get(why) ?? []), id]);
  }
  return [...byReason].map(([why, ids]) => ({ why, ids }));
}

function Outcome({ outcome, titles, close }: { outcome: BulkOutcome; titles: Selected; close: () => void }) {
  return (
    <Modal opened onClose={close} title={`${cases(outcome.changed)} changed, ${outcome.refused.toLocaleString()} refused`} size="lg">
      <Stack>
        {refusals(outcome).map(({ why, ids }) => (
          <Box key={why} className="panel" p="sm">
            <Text size="sm" fw={600} mb={4}>
              {why}
            </Text>
            <ScrollArea.Autosize mah={220}>
              <List size="sm">
                {ids.map((id) => (
                  <List.Item key={id}>{titles.get(id) ?? "A case"}</List.Item>
                ))}
              </List>
            </ScrollArea.Autosize>
          </Box>
        ))}
        <Group justify="space-between">
          <Text size="sm" c="dimmed">
            Those that were refused stay selected.
          </Text>
          <Button onClick={close}>Good</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
