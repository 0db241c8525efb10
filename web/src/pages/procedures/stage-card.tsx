// A stage of the procedure that is being edited.
import { CollisionPriority } from "@dnd-kit/abstract";
import { useDroppable } from "@dnd-kit/react";
import { useSortable } from "@dnd-kit/react/sortable";
import { ActionIcon, Badge, Box, Button, Collapse, Group, Menu, Select, Stack, Text, Textarea, TextInput, VisuallyHidden } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconArrowDown, IconArrowUp, IconChevronDown, IconChevronRight, IconCopy, IconDots, IconGripVertical, IconPlus, IconTrash } from "@tabler/icons-react";
import { memo, useState } from "react";
import type { RequiredActor } from "~/api/designs.ts";
import { useActors } from "~/ui/actor.tsx";
import { listOf } from "./arrange.ts";
import classes from "./designer.module.css";
import { blankInstruction, type DraftStage } from "./draft.ts";
import { useEditing } from "./editing.ts";
import { InstructionRow } from "./instruction-row.tsx";
import { FOR } from "./words.ts";

/** The card. Typing into one of many must not draw them all anew. */
export const StageCard = memo(function StageCard({ stage, at, of, focus, add }: { stage: DraftStage; at: number; of: number; focus: boolean; add: (at: number) => void }) {
  const { edit, errors } = useEditing();
  const [open, { toggle }] = useDisclosure(true);
  const { ref, handleRef, isDragSource } = useSortable({ id: stage.key, index: at, type: "stage", accept: "stage", group: "stages" });
  const name = stage.name.trim() || `Stage ${at + 1}`;
  const move = (to: number) => edit({ do: "move-stage", key: stage.key, to });
  const wrong = [`${stage.key}.id`, `${stage.key}.instructions`].map((key) => errors[key]).filter((message) => message !== undefined);
  return (
    <Box component="li" ref={ref} className={classes.stage} data-dragging={isDragSource || undefined} aria-label={`Stage ${at + 1}: ${name}`}>
      <Group gap={6} wrap="nowrap" align="flex-start">
        <ActionIcon ref={handleRef} mt={4} className={classes.handle} aria-label={`Move stage ${name}`}>
          <IconGripVertical size={17} />
        </ActionIcon>
        <Badge circle variant="default" size="lg" mt={5} className={classes.number}>
          {at + 1}
        </Badge>
        <TextInput
          flex={1}
          aria-label={`Name of stage ${at + 1}`}
          placeholder="What is this stage called?"
          value={stage.name}
          autoFocus={focus}
          error={errors[`${stage.key}.name`]}
          onChange={(event) => edit({ do: "stage", key: stage.key, change: { name: event.currentTarget.value } })}
          styles={{ input: { fontWeight: 600 } }}
        />
        <ActionIcon mt={4} onClick={toggle} aria-expanded={open} aria-label={open ? `Fold ${name}` : `Unfold ${name}`}>
          {open ? <IconChevronDown size={17} /> : <IconChevronRight size={17} />}
        </ActionIcon>
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon mt={4} aria-label={`What can be done with stage ${name}`}>
              <IconDots size={17} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconArrowUp size={15} />} disabled={at === 0} onClick={() => move(at - 1)}>
              Move up
            </Menu.Item>
            <Menu.Item leftSection={<IconArrowDown size={15} />} disabled={at === of - 1} onClick={() => move(at + 1)}>
              Move down
            </Menu.Item>
            <Menu.Item leftSection={<IconCopy size={15} />} onClick={() => edit({ do: "duplicate-stage", key: stage.key })}>
              Duplicate
            </Menu.Item>
            <Menu.Item leftSection={<IconPlus size={15} />} onClick={() => add(at + 1)}>
              Add a stage below
            </Menu.Item>
            <Menu.Item leftSection={<IconTrash size={15} />} color="red" onClick={() => edit({ do: "remove-stage", key: stage.key })}>
              Delete
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </Group>
      {wrong.length > 0 && (
        <Text size="xs" c="var(--mantine-color-error)" mt={4}>
          {wrong.join(" ")}
        </Text>
      )}
      {!open && (
        <Text size="xs" c="dimmed" mt={4} className={classes.inset}>
          {FOR[stage.required_actor_type]} · {stage.instructions.length} {stage.instructions.length === 1 ? "instruction" : "instructions"}
        </Text>
      )}
      <Collapse expanded={open}>
        <Box className={classes.inset}>
          <Who stage={stage} at={at} />
          <Description stage={stage} at={at} />
          <Instructions stage={stage} name={name} />
        </Box>
      </Collapse>
    </Box>
  );
});

function Who({ stage, at }: { stage: DraftStage; at: number }) {
  const { edit, errors, members } = useEditing();
  const actors = useActors();
  const fits = (type: string, wanted: RequiredActor) => wanted === "either" || type === wanted;
  const people = members.filter(({ actor_type }) => fits(actor_type, stage.required_actor_type));
  const data = people.map(({ actor_id, name, actor_type }) => ({ value: actor_id, label: actor_type === "ai" ? `${name} (agent)` : name }));
  const assigned = stage.assigned_actor_id;
  // Who has left the space is still shown, so that it can be seen and put right.
  if (assigned && !data.some(({ value }) => value === assigned)) {
    data.push({ value: assigned, label: `${actors.get(assigned)?.name ?? "Somebody"} (not a fitting member)` });
  }
  return (
    <Group gap="sm" mt="xs" align="flex-start">
      <Select
        size="xs"
        w={170}
        label="For"
        aria-label={`Who stage ${at + 1} is for`}
        allowDeselect={false}
        data={(["either", "human", "ai"] as const).map((value) => ({ value, label: FOR[value] }))}
        value={stage.required_actor_type}
        onChange={(value) => {
          const wanted = value ?? "either";
          const now = members.find(({ actor_id }) => actor_id === assigned);
          const keeps = !now || fits(now.actor_type, wanted);
          edit({ do: "stage", key: stage.key, change: { required_actor_type: wanted, ...(keeps ? {} : { assigned_actor_id: null }) } });
        }}
      />
      <Select
        size="xs"
        w={220}
        label="Assigned to"
        aria-label={`Who gets stage ${at + 1}`}
        placeholder="Nobody"
        searchable
        clearable
        clearButtonProps={{ "aria-label": `Assign stage ${at + 1} to nobody` }}
        data={data}
        value={assigned}
        nothingFoundMessage="No fitting member of the space"
        error={errors[`${stage.key}.assigned_actor_id`]}
        onChange={(value) => edit({ do: "stage", key: stage.key, change: { assigned_actor_id: value } })}
      />
    </Group>
  );
}

function Description({ stage, at }: { stage: DraftStage; at: number }) {
  const { edit, errors } = useEditing();
  const [wanted, setWanted] = useState(false);
  if (!wanted && stage.description === "") {
    return (
      <Button size="compact-xs" variant="subtle" color="gray" mt="xs" onClick={() => setWanted(true)}>
        Add a description
      </Button>
    );
  }
  return (
    <Textarea
      size="xs"
      mt="xs"
      label="Description"
      aria-label={`Description of stage ${at + 1}`}
      autosize
      minRows={1}
      autoFocus={wanted}
      value={stage.description}
      error={errors[`${stage.key}.description`]}
      onChange={(event) => edit({ do: "stage", key: stage.key, change: { description: event.currentTarget.value } })}
    />
  );
}

function Instructions({ stage, name }: { stage: DraftStage; name: string }) {
  const { edit } = useEditing();
  const [added, setAdded] = useState<string | null>(null);
  // The list itself takes what is dragged over it, so that instructions can be put into a stage that has none.
  const { ref, isDropTarget } = useDroppable({
    id: listOf(stage.key),
    type: "lines",
    accept: "instruction",
    collisionPriority: CollisionPriority.Low,
  });
  return (
    <Box ref={ref} mt="xs" className={classes.lines} data-over={isDropTarget || undefined}>
      <VisuallyHidden id={`${stage.key}-lines`}>Instructions of {name}</VisuallyHidden>
      <Stack gap={8} component="ol" p={0} m={0} style={{ listStyle: "none" }} aria-labelledby={`${stage.key}-lines`}>
        {stage.instructions.map((line, n) => (
          <InstructionRow key={line.key} line={line} at={n} of={stage.instructions.length} stage={stage.key} focus={line.key === added} />
        ))}
      </Stack>
      <Button
        size="compact-xs"
        variant="subtle"
        color="gray"
        mt={6}
        leftSection={<IconPlus size={14} />}
        aria-label={`Add an instruction to ${name}`}
        onClick={() => {
          const instruction = blankInstruction();
          setAdded(instruction.key);
          edit({ do: "add-instruction", stage: stage.key, instruction });
        }}
      >
        Add an instruction
      </Button>
    </Box>
  );
}
