// My work: what waits for the user, and what changed meanwhile.
import { Badge, Box, Button, Group, Stack, Text, Title, UnstyledButton } from "@mantine/core";
import { IconChecks, IconEye } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { body, v1, type Schemas } from "~/api/heddle.ts";
import { inboxQuery, type Inbox } from "~/api/inbox.ts";
import { keys } from "~/api/keys.ts";
import { useAct } from "~/api/query.ts";
import { useSession } from "~/api/session.ts";
import { verbInWords } from "~/pages/case/history.tsx";
import { ProposalCard } from "~/pages/case/proposal-card.tsx";
import { ActorAvatar } from "~/ui/actor.tsx";
import { MotionMark, PhaseBadge, PriorityMark } from "~/ui/case-marks.tsx";
import { TextLink } from "~/ui/links.tsx";
import { Written } from "~/ui/markdown.tsx";
import { Page } from "~/ui/page.tsx";
import { QueryView } from "~/ui/query-view.tsx";
import { Empty } from "~/ui/states.tsx";
import { moment, TimeAgo, useNow } from "~/ui/time.tsx";

/** The page. */
export function WorkPage() {
  const { user } = useSession();
  const query = useQuery(inboxQuery);
  return (
    <Page title="My work" lead={`Hello ${user.name.split(" ")[0] ?? user.name}. This is what waits for you.`}>
      <QueryView query={query}>{(inbox) => <Sections inbox={inbox} />}</QueryView>
    </Page>
  );
}

function Sections({ inbox }: { inbox: Inbox }) {
  const seen = useAct({
    run: () => body(v1.POST("/v1/inbox/seen", { body: { seq: inbox.last_seq } })),
    stale: [keys.inbox],
  });
  const { counts } = inbox;
  const nothing = counts.stages + counts.proposals + counts.questions + counts.mentions + counts.changes === 0;
  if (nothing) {
    return (
      <Empty icon={<IconChecks size={34} stroke={1.4} aria-hidden />} title="Nothing waits for you">
        Stages that are given to you, decisions, questions of agents and mentions appear here.
      </Empty>
    );
  }
  return (
    <Stack gap="xl">
      <Section title="Decisions" count={counts.proposals}>
        {inbox.proposals.map((proposal) => (
          <Box key={proposal.id}>
            <Where found={proposal.case} space={proposal.space.name} />
            <ProposalCard proposal={{ ...proposal, case_id: proposal.case.id, actor_id: proposal.actor?.id ?? "" }} />
          </Box>
        ))}
      </Section>
      <Section title="Questions of agents" count={counts.questions}>
        {inbox.questions.map((question) => (
          <Box key={question.run_id} className="panel" p="sm">
            <Where found={question.case} space={question.space.name} />
            <Group gap="sm" wrap="nowrap" align="flex-start">
              <ActorAvatar id={question.actor?.id} />
              <Box flex={1} style={{ minWidth: 0 }}>
                <Text size="sm" fw={600}>
                  {question.actor?.name ?? "An agent"} asks
                </Text>
                <Written text={question.question ?? "It waits for an answer in the thread."} />
                <OpenCase id={question.case.id}>Answer in the thread</OpenCase>
              </Box>
            </Group>
          </Box>
        ))}
      </Section>
      <Section title="Stages" count={counts.stages}>
        {inbox.stages.map((entry) => (
          <StageCard key={entry.stage.id} entry={entry} />
        ))}
      </Section>
      <Section title="Mentions" count={counts.mentions}>
        {inbox.mentions.map((mention) => (
          <Group key={mention.activity_id} gap="sm" wrap="nowrap" align="flex-start" className="panel" p="sm">
            <ActorAvatar id={mention.actor?.id} />
            <Box flex={1} style={{ minWidth: 0 }}>
              <Group gap={8}>
                <Text size="sm" fw={600}>
                  {mention.actor?.name ?? "Somebody"}
                </Text>
                {!mention.read && <Badge size="xs">new</Badge>}
                <Text size="xs" c="dimmed" component="span">
                  <TimeAgo time={mention.created_at} />
                </Text>
              </Group>
              <Written text={mention.content} />
              {mention.case && (
                <OpenCase id={mention.case.id} activity={mention.activity_id}>
                  {mention.case.title}
                </OpenCase>
              )}
            </Box>
          </Group>
        ))}
      </Section>
      <Section
        title="Changed since you were last here"
        count={counts.changes}
        action={
          counts.changes + counts.mentions > 0 && (
            <Button size="compact-sm" variant="default" leftSection={<IconEye size={15} />} loading={seen.isPending} onClick={() => seen.mutate()}>
              I have seen this
            </Button>
          )
        }
      >
        {inbox.changes.map((change) => (
          <Group key={change.case.id} gap="sm" wrap="nowrap" className="panel" p="sm">
            <MotionMark motion={change.case.motion} bare />
            <Box flex={1} style={{ minWidth: 0 }}>
              <OpenCase id={change.case.id}>{change.case.title}</OpenCase>
              <Text size="xs" c="dimmed">
                {change.actors.map(({ name }) => name).join(", ") || "Heddle"}: {change.verbs.map(verbInWords).join(", ")}
              </Text>
            </Box>
            <Badge size="sm" variant="default" aria-label={`${change.events} events`}>
              {change.events}
            </Badge>
            <Text size="xs" c="dimmed" component="span" style={{ flexShrink: 0 }}>
              <TimeAgo time={change.last_at} />
            </Text>
          </Group>
        ))}
      </Section>
    </Stack>
  );
}

function Section({ title, count, action, children }: { title: string; count: number; action?: ReactNode; children: ReactNode }) {
  if (count === 0) return null;
  return (
    <Box component="section" aria-label={title}>
      <Group justify="space-between" mb="xs">
        <Group gap={8}>
          <Title order={2}>{title}</Title>
          <Badge size="sm" variant="default">
            {count}
          </Badge>
        </Group>
        {action}
      </Group>
      <Stack gap="xs">{children}</Stack>
    </Box>
  );
}

function OpenCase({ id, activity, children }: { id: string; activity?: string; children: ReactNode }) {
  const { workspace } = useSession();
  return (
    <TextLink
      to="/$workspace/cases/$case"
      params={{ workspace: workspace.slug, case: id }}
      search={activity ? { activity } : {}}
      size="sm"
      fw={500}
    >
      {children}
    </TextLink>
  );
}

function Where({ found, space }: { found: Schemas["CaseBrief"]; space: string }) {
  return (
    <Group gap={8} mb={6}>
      <OpenCase id={found.id}>{found.title}</OpenCase>
      <Text size="xs" c="dimmed">
        {space}
      </Text>
      <PriorityMark priority={found.priority} />
    </Group>
  );
}

function StageCard({ entry }: { entry: Inbox["stages"][number] }) {
  const { stage, case: found, space, instructions, since } = entry;
  const now = useNow();
  const tick = useAct<string>({
    run: (id) => body(v1.POST("/v1/instructions/{id}/complete", { params: { path: { id } } })),
    stale: [keys.inbox, keys.case(found.id)],
  });
  const overdue = found.due_at !== null && found.due_at !== undefined && Date.parse(found.due_at) < now;
  return (
    <Box className="panel" p="sm">
      <Group gap={10} wrap="nowrap">
        <MotionMark motion={stage.motion} bare />
        <Box flex={1} style={{ minWidth: 0 }}>
          <OpenCase id={found.id}>{found.title}</OpenCase>
          <Text size="xs" c="dimmed" component="div">
            {space.name} · stage {stage.name}
            {since && (
              <>
                {" "}
                · <TimeAgo time={since} />
              </>
            )}
          </Text>
        </Box>
        <PriorityMark priority={found.priority} />
        {found.due_at && (
          <Text size="xs" c={overdue ? "red" : "dimmed"} fw={overdue ? 600 : undefined}>
            {overdue ? "was due " : "due "}
            {moment(found.due_at)}
          </Text>
        )}
        <PhaseBadge phase={found.phase} />
      </Group>
      {instructions.some(({ satisfied }) => !satisfied) && (
        <Stack gap={2} mt={6} pl={25}>
          {instructions
            .filter(({ satisfied }) => !satisfied)
            .map((instruction) => (
              <Group key={instruction.id} gap={8} wrap="nowrap">
                {instruction.type === "todo" ? (
                  <UnstyledButton
                    aria-label={`Done: ${instruction.text}`}
                    onClick={() => tick.mutate(instruction.id)}
                    style={{ width: 18, height: 18, border: "1.5px solid var(--mantine-color-dimmed)", borderRadius: 4, flexShrink: 0 }}
                  />
                ) : (
                  <Box w={18} style={{ flexShrink: 0 }} />
                )}
                <Text size="sm">{instruction.text}</Text>
              </Group>
            ))}
        </Stack>
      )}
    </Box>
  );
}

