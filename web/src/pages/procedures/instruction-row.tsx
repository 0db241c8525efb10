// An instruction of a stage that is being edited.
import { useSortable } from "@dnd-kit/react/sortable";
import { ActionIcon, Box, Group, Menu, Text, Textarea } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconCheck, IconCopy, IconDots, IconGripVertical, IconTrash } from "@tabler/icons-react";
import type { InstructionType } from "~/api/designs.ts";
import { listOf } from "./arrange.ts";
import { ConditionField } from "./condition.tsx";
import classes from "./designer.module.css";
import type { DraftInstruction } from "./draft.ts";
import { useEditing } from "./editing.ts";
import { TYPES } from "./words.ts";

const ORDER: readonly InstructionType[] = ["todo", "subcase", "implicit"];

/** The row. */
export function InstructionRow({ line, at, of, stage, focus }: { line: DraftInstruction; at: number; of: number; stage: string; focus: boolean }) {
  const { edit, errors } = useEditing();
  const { ref, handleRef, isDragSource } = useSortable({
    id: line.key,
    index: at,
    type: "instruction",
    accept: "instruction",
    group: listOf(stage),
  });
  const { icon: Icon, name } = TYPES[line.type];
  const said = line.text.trim() || `instruction ${at + 1}`;
  const move = (to: number) => edit({ do: "move-instruction", key: line.key, stage, to });
  return (
    <Box component="li" ref={ref} className={classes.line} data-dragging={isDragSource || undefined}>
      <Group gap={4} wrap="nowrap" align="flex-start">
        <ActionIcon ref={handleRef} size="sm" mt={3} className={classes.handle} aria-label={`Move ${said}`}>
          <IconGripVertical size={15} />
        </ActionIcon>
        <Menu position="bottom-start">
          <Menu.Target>
            <ActionIcon size="sm" mt={3} variant="default" aria-label={`Type of ${said}: ${name}`}>
              <Icon size={15} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {ORDER.map((type) => {
              const { icon: Kind, name: called, meaning } = TYPES[type];
              return (
                <Menu.Item
                  key={type}
                  leftSection={<Kind size={16} />}
                  rightSection={type === line.type ? <IconCheck size={15} aria-label="chosen" /> : undefined}
                  onClick={() => edit({ do: "instruction", key: line.key, change: { type } })}
                >
                  {called}
                  <Text size="xs" c="dimmed">
                    {meaning}
                  </Text>
                </Menu.Item>
              );
            })}
          </Menu.Dropdown>
        </Menu>
        <Textarea
          size="xs"
          flex={1}
          autosize
          minRows={1}
          aria-label={`Text of instruction ${at + 1}`}
          placeholder={line.type === "subcase" ? "What is the subcase about?" : line.type === "implicit" ? "What is then done?" : "What is to be done?"}
          value={line.text}
          autoFocus={focus}
          error={errors[`${line.key}.text`]}
          onChange={(event) => edit({ do: "instruction", key: line.key, change: { text: event.currentTarget.value } })}
        />
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon size="sm" mt={3} aria-label={`What can be done with ${said}`}>
              <IconDots size={15} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconArrowUp size={15} />} disabled={at === 0} onClick={() => move(at - 1)}>
              Move up
            </Menu.Item>
            <Menu.Item leftSection={<IconArrowDown size={15} />} disabled={at === of - 1} onClick={() => move(at + 1)}>
              Move down
            </Menu.Item>
            <Menu.Item leftSection={<IconCopy size={15} />} onClick={() => edit({ do: "duplicate-instruction", key: line.key })}>
              Duplicate
            </Menu.Item>
            <Menu.Item leftSection={<IconTrash size={15} />} color="red" onClick={() => edit({ do: "remove-instruction", key: line.key })}>
              Delete
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </Group>
      {line.type === "implicit" && <ConditionField line={line} said={said} />}
    </Box>
  );
}
