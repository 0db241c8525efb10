// The stages of a case, with their instructions as a checklist.
import { ActionIcon, Badge, Box, Button, Checkbox, Collapse, Group, Menu, Modal, Select, Stack, Text, TextInput, Title, UnstyledButton } from "@mantine/core";
import {
  IconCircle,
  IconCircleCheck,
  IconCircleDot,
  IconCircleMinus,
  IconDots,
  IconRobot,
  IconSubtask,
  IconUser,
  IconWand,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { body, v1 } from "~/api/heddle.ts";
import { keys } from "~/api/keys.ts";
import { fieldErrors, queries, useAct } from "~/api/query.ts";
import { membersQuery } from "~/api/spaces.ts";
import { useSession } from "~/api/session.ts";
import { ActorName } from "~/ui/actor.tsx";
import { MotionMark } from "~/ui/case-marks.tsx";
import { TextLink } from "~/ui/links.tsx";
import { QueryView } from "~/ui/query-view.tsx";
import { TimeAgo } from "~/ui/time.tsx";
import { stagesQuery, type Case, type Instruction, type StageWithInstructions } from "./queries.ts";
import { ApplyProcedure } from "./apply-procedure.tsx";

/** The panel. */
export function Stages({ case: found }: { case: Case }) {
  const query = useQuery(stagesQuery(found.id));
  return (
    <Box component="section" aria-labelledby="stages" className="panel" p="md" mb="md">
      <Group justify="space-between" mb="xs">
        <Title order={2} id="stages">
          Stages
        </Title>
        {(found.phase === "intake" || found.phase === "active") && <ApplyProcedure case={found} />}
      </Group>
      <QueryView query={query}>
        {(stages) =>
          stages.length === 0 ? (
            <Text size="sm" c="dimmed">
              No stages yet. Apply a procedure to say what is to be done.
            </Text>
          ) : (
            <Stack gap={0} component="ol" p={0} m={0} style={{ listStyle: "none" }}>
              {stages.map((stage) => (
                <StageLine key={stage.id} case={found} stage={stage} />
              ))}
            </Stack>
          )
        }
      </QueryView>
    </Box>
  );
}

const marks = {
  pending: { icon: IconCircle, color: "var(--mantine-color-dimmed)", word: "Pending" },
  active: { icon: IconCircleDot, color: "var(--mantine-primary-color-filled)", word: "Active" },
  completed: { icon: IconCircleCheck, color: "var(--mantine-color-teal-6)", word: "Completed" },
  skipped: { icon: IconCircleMinus, color: "var(--mantine-color-dimmed)", word: "Skipped" },
} as const;

function StageLine({ case: found, stage }: { case: Case; stage: StageWithInstructions }) {
  const [open, setOpen] = useState<boolean | null>(null);
  const [assigning, setAssigning] = useState(false);
  const [spawning, setSpawning] = useState(false);
  const shown = open ?? stage.phase === "active";
  const stale = [keys.case(found.id), keys.inbox, keys.caseList(found.space_id)];
  const complete = useAct({ run: () => body(v1.POST("/v1/stages/{id}/complete", { params: { path: { id: stage.id } } })), stale });
  const skip = useAct({ run: () => body(v1.POST("/v1/stages/{id}/skip", { params: { path: { id: stage.id } } })), stale });
  const { icon: Icon, color, word } = marks[stage.phase];
  const done = stage.instructions.filter(({ satisfied }) => satisfied).length;
  const ended = stage.phase === "completed" || stage.phase === "skipped";
  const open_ = stage.instructions.length - done;

  return (
    <Box component="li" py={4}>
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <Icon size={19} color={color} aria-label={word} style={{ marginTop: 2, flexShrink: 0 }} />
        <UnstyledButton flex={1} onClick={() => setOpen(!shown)} aria-expanded={shown} style={{ minWidth: 0 }}>
          <Group gap={6} wrap="nowrap">
            <Text size="sm" fw={stage.phase === "active" ? 650 : 500} td={stage.phase === "skipped" ? "line-through" : undefined}>
              {stage.name}
            </Text>
            {stage.required_actor_type === "ai" && <IconRobot size={14} aria-label="for agents" />}
            {stage.required_actor_type === "human" && <IconUser size={14} aria-label="for people" />}
            {stage.instructions.length > 0 && (
              <Badge size="xs" variant="default" ml="auto">
                {done}/{stage.instructions.length}
              </Badge>
            )}
          </Group>
          <Group gap="xs">
            {stage.assigned_actor_id && (
              <Text size="xs" c="dimmed" component="div">
                <ActorName id={stage.assigned_actor_id} size={16} />
              </Text>
            )}
            {stage.phase === "active" && <MotionMark motion={stage.motion} bare reason={stage.waiting_on?.reason ?? null} />}
            {stage.ended_at && (
              <Text size="xs" c="dimmed" component="span">
                <TimeAgo time={stage.ended_at} />
              </Text>
            )}
          </Group>
        </UnstyledButton>
        {!ended && found.phase !== "closed" && (
          <Menu position="bottom-end">
            <Menu.Target>
              <ActionIcon aria-label={`What can be done with the stage ${stage.name}`}>
                <IconDots size={16} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => setAssigning(true)}>Assign…</Menu.Item>
              {stage.phase === "active" && (
                <Menu.Item disabled={open_ > 0} onClick={() => complete.mutate()}>
                  Complete
                  {open_ > 0 && (
                    <Text size="xs" c="dimmed">
                      {open_} open {open_ === 1 ? "instruction" : "instructions"}
                    </Text>
                  )}
                </Menu.Item>
              )}
              <Menu.Item onClick={() => setSpawning(true)}>Open a subcase…</Menu.Item>
              <Menu.Item onClick={() => skip.mutate()}>Skip</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )}
      </Group>
      <Collapse expanded={shown}>
        <Box pl={29} pt={4}>
          {stage.description && (
            <Text size="sm" c="dimmed" mb={4}>
              {stage.description}
            </Text>
          )}
          <Stack gap={6}>
            {stage.instructions.map((instruction) => (
              <InstructionLine key={instruction.id} case={found} stage={stage} instruction={instruction} spawn={() => setSpawning(true)} />
            ))}
          </Stack>
          {!ended && found.phase !== "closed" && <NewInstruction case={found} stage={stage} />}
          {stage.phase === "active" && open_ === 0 && (
            <Button size="compact-sm" mt="xs" onClick={() => complete.mutate()} loading={complete.isPending}>
              Complete the stage
            </Button>
          )}
        </Box>
      </Collapse>
      <AssignStage case={found} stage={stage} opened={assigning} close={() => setAssigning(false)} />
      <Spawn case={found} stage={stage} opened={spawning} close={() => setSpawning(false)} />
    </Box>
  );
}

function InstructionLine({
  case: found,
  stage,
  instruction,
  spawn,
}: {
  case: Case;
  stage: StageWithInstructions;
  instruction: Instruction;
  spawn: () => void;
}) {
  const { workspace } = useSession();
  const tick = useAct({
    run: async () => {
      // Shown at once: ticking is safe, and undone on the page when it is refused.
      const key = stagesQuery(found.id).queryKey;
      await queries.cancelQueries({ queryKey: key });
      queries.setQueryData(key, (stages) =>
        stages?.map((one) =>
          one.id === stage.id
            ? { ...one, instructions: one.instructions.map((line) => (line.id === instruction.id ? { ...line, satisfied: true } : line)) }
            : one,
        ),
      );
      try {
        return await body(v1.POST("/v1/instructions/{id}/complete", { params: { path: { id: instruction.id } } }));
      } catch (error) {
        await queries.invalidateQueries({ queryKey: key });
        throw error;
      }
    },
    stale: [keys.case(found.id), keys.inbox],
  });
  const by = instruction.satisfied && instruction.satisfied_by ? instruction.satisfied_by : null;
  if (instruction.type === "todo") {
    return (
      <Checkbox
        size="sm"
        checked={instruction.satisfied}
        disabled={!instruction.satisfied && stage.phase !== "active"}
        onChange={() => {
          if (!instruction.satisfied) tick.mutate();
        }}
        label={instruction.text}
        description={by ? <ActorName id={by} size={14} /> : undefined}
        styles={{ label: { textDecoration: instruction.satisfied ? "line-through" : undefined, color: "var(--mantine-color-text)" } }}
      />
    );
  }
  const Kind = instruction.type === "subcase" ? IconSubtask : IconWand;
  return (
    <Group gap={8} wrap="nowrap" align="flex-start">
      {instruction.satisfied ? (
        <IconCircleCheck size={18} color="var(--mantine-color-teal-6)" aria-label="Done" style={{ flexShrink: 0 }} />
      ) : (
        <Kind size={18} aria-label={instruction.type === "subcase" ? "Needs a subcase" : "Happens by itself"} style={{ flexShrink: 0 }} />
      )}
      <Box style={{ minWidth: 0 }}>
        <Text size="sm" td={instruction.satisfied ? "line-through" : undefined}>
          {instruction.text}
        </Text>
        {instruction.type === "implicit" && instruction.condition && (
          <Text size="xs" c="dimmed" ff="monospace">
            {instruction.condition}
          </Text>
        )}
        {instruction.subcase_id && (
          <TextLink to="/$workspace/cases/$case" params={{ workspace: workspace.slug, case: instruction.subcase_id }} fz="xs">
            Open the subcase
          </TextLink>
        )}
        {instruction.type === "subcase" && !instruction.subcase_id && !instruction.satisfied && stage.phase !== "skipped" && (
          <Button size="compact-xs" variant="default" onClick={spawn}>
            Open a subcase
          </Button>
        )}
      </Box>
    </Group>
  );
}

function NewInstruction({ case: found, stage }: { case: Case; stage: StageWithInstructions }) {
  const [text, setText] = useState<string | null>(null);
  const add = useAct<string>({
    run: (line) =>
      body(v1.POST("/v1/stages/{id}/instructions", { params: { path: { id: stage.id } }, body: { type: "todo", text: line } })),
    stale: [keys.case(found.id)],
    done: () => setText(""),
  });
  if (text === null) {
    return (
      <Button size="compact-xs" variant="subtle" color="gray" mt={6} onClick={() => setText("")}>
        Add an instruction
      </Button>
    );
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== "") add.mutate(text.trim());
      }}
    >
      <Group gap={6} mt={6} wrap="nowrap">
        <TextInput
          size="xs"
          flex={1}
          aria-label="New instruction"
          placeholder="What is to be done?"
          autoFocus
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Escape") setText(null);
          }}
          error={fieldErrors(add.error).text}
        />
        <Button size="xs" type="submit" loading={add.isPending}>
          Add
        </Button>
      </Group>
    </form>
  );
}

function AssignStage({ case: found, stage, opened, close }: { case: Case; stage: StageWithInstructions; opened: boolean; close: () => void }) {
  const { data: members } = useQuery({ ...membersQuery(found.space_id), enabled: opened });
  const assign = useAct<string | null>({
    run: (assigned_actor_id) =>
      body(v1.PATCH("/v1/stages/{id}", { params: { path: { id: stage.id } }, body: { assigned_actor_id } })),
    stale: [keys.case(found.id), keys.inbox],
    done: close,
  });
  const fits = (type: string) => stage.required_actor_type === "either" || stage.required_actor_type === type;
  return (
    <Modal opened={opened} onClose={close} title={`Who works the stage "${stage.name}"?`}>
      <Select
        label="Assigned to"
        placeholder="Nobody"
        clearable
        searchable
        data-autofocus
        data={(members ?? [])
          .filter(({ role, actor_type }) => role !== "observer" && fits(actor_type))
          .map(({ actor_id, name, actor_type }) => ({ value: actor_id, label: actor_type === "ai" ? `${name} (agent)` : name }))}
        value={stage.assigned_actor_id ?? null}
        onChange={(id) => assign.mutate(id)}
        description="An agent begins as soon as the stage is active."
      />
    </Modal>
  );
}

function Spawn({ case: found, stage, opened, close }: { case: Case; stage: StageWithInstructions; opened: boolean; close: () => void }) {
  const [title, setTitle] = useState("");
  const spawn = useAct({
    run: () => body(v1.POST("/v1/stages/{id}/spawn-subcase", { params: { path: { id: stage.id } }, body: { title } })),
    stale: [keys.case(found.id), keys.caseList(found.space_id)],
    failed: (error) => Object.keys(fieldErrors(error)).length > 0,
    done: () => {
      setTitle("");
      close();
    },
  });
  return (
    <Modal opened={opened} onClose={close} title="Open a subcase">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          spawn.mutate();
        }}
      >
        <Stack>
          <TextInput
            label="Title"
            required
            data-autofocus
            value={title}
            onChange={(event) => setTitle(event.currentTarget.value)}
            error={fieldErrors(spawn.error).title}
          />
          <Group justify="flex-end">
            <Button type="submit" loading={spawn.isPending}>
              Open
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
