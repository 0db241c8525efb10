// Two versions of a procedure, and what is different between them. Each difference has a word, not only a colour.
import { Badge, Box, Code, Group, Stack, Text } from "@mantine/core";
import { useMemo } from "react";
import { nameOf, useActors } from "~/ui/actor.tsx";
import { compare, pieces, type ComparedInstruction, type ComparedStage, type Fate, type FieldChange } from "./compare.ts";
import classes from "./designer.module.css";
import type { Draft } from "./draft.ts";
import { FIELDS, FOR, TYPES } from "./words.ts";

const words: Record<Fate, string> = { same: "", added: "added", removed: "removed", changed: "changed" };

/** All of the later version, with what is different from the earlier one. */
export function Comparison({ before, after, onlyChanges = false }: { before: Draft; after: Draft; onlyChanges?: boolean }) {
  const found = useMemo(() => compare(before, after), [before, after]);
  const stages = onlyChanges ? found.stages.filter(({ fate, moved }) => fate !== "same" || moved) : found.stages;
  return (
    <Stack gap="xs">
      {found.same && before !== after && (
        <Text size="sm" c="dimmed">
          Both say the same.
        </Text>
      )}
      <Fields changes={found.changes} />
      {stages.map((stage, n) => (
        <StageCompared key={n} compared={stage} onlyChanges={onlyChanges} />
      ))}
    </Stack>
  );
}

function Marks({ fate, moved }: { fate: Fate; moved: boolean }) {
  return (
    <>
      {fate !== "same" && (
        <Badge size="xs" variant="default" tt="none">
          {words[fate]}
        </Badge>
      )}
      {moved && (
        <Badge size="xs" variant="default" tt="none">
          moved
        </Badge>
      )}
    </>
  );
}

function StageCompared({ compared, onlyChanges }: { compared: ComparedStage; onlyChanges: boolean }) {
  const { stage, fate, moved, changes } = compared;
  const actors = useActors();
  const instructions = onlyChanges && fate === "changed" ? compared.instructions.filter((line) => line.fate !== "same" || line.moved) : compared.instructions;
  return (
    <Box className={classes.compared} data-fate={fate}>
      <Group gap={6}>
        <Text size="sm" fw={600} td={fate === "removed" ? "line-through" : undefined}>
          {stage.name}
        </Text>
        <Marks fate={fate} moved={moved} />
        {fate !== "changed" && (
          <Text size="xs" c="dimmed">
            {stage.assigned_actor_id ? nameOf(actors, stage.assigned_actor_id) : FOR[stage.required_actor_type]}
          </Text>
        )}
      </Group>
      {fate !== "changed" && stage.description !== "" && (
        <Text size="xs" c="dimmed">
          {stage.description}
        </Text>
      )}
      <Fields changes={changes} />
      <Stack gap={2} mt={2}>
        {instructions.map((line, n) => (
          <LineCompared key={n} compared={line} stage={fate} />
        ))}
      </Stack>
    </Box>
  );
}

function LineCompared({ compared, stage }: { compared: ComparedInstruction; stage: Fate }) {
  const { line, fate, moved, changes } = compared;
  const { icon: Icon, name } = TYPES[line.type];
  const text = changes.find(({ field }) => field === "text");
  return (
    <Group gap={6} wrap="nowrap" align="flex-start">
      <Icon size={14} aria-label={name} style={{ flexShrink: 0, marginTop: 3 }} />
      <Box style={{ minWidth: 0 }}>
        <Group gap={6}>
          <Text size="sm" td={fate === "removed" ? "line-through" : undefined}>
            {text ? <Words before={text.before} after={text.after} /> : line.text}
          </Text>
          {fate !== stage && <Marks fate={fate} moved={moved} />}
          {fate === stage && fate === "changed" && <Marks fate={fate} moved={moved} />}
        </Group>
        {line.type === "implicit" && !changes.some(({ field }) => field === "condition") && <Code>{line.condition}</Code>}
        <Fields changes={changes.filter(({ field }) => field !== "text")} />
      </Box>
    </Group>
  );
}

function Fields({ changes }: { changes: readonly FieldChange[] }) {
  const actors = useActors();
  const value = (field: string, text: string): string => {
    if (field === "assigned_actor_id") return text === "" ? "nobody" : nameOf(actors, text);
    if (field === "required_actor_type") return FOR[text as keyof typeof FOR];
    if (field === "type") return TYPES[text as keyof typeof TYPES].name;
    return text;
  };
  return (
    <>
      {changes.map(({ field, before, after }) => (
        <Group key={field} gap={6} wrap="nowrap" align="baseline">
          <Text size="xs" c="dimmed" style={{ flexShrink: 0 }}>
            {FIELDS[field] ?? field}
          </Text>
          <Text size="sm" ff={field === "condition" ? "monospace" : undefined}>
            {["name", "description", "condition"].includes(field) ? (
              <Words before={before} after={after} />
            ) : (
              <>
                <del className={classes.removed}>{value(field, before)}</del> <ins className={classes.added}>{value(field, after)}</ins>
              </>
            )}
          </Text>
        </Group>
      ))}
    </>
  );
}

/** A text with its changed words. */
function Words({ before, after }: { before: string; after: string }) {
  return (
    <>
      {pieces(before, after).map(({ text, kind }, n) =>
        kind === "added" ? (
          <ins key={n} className={classes.added}>
            {text}
          </ins>
        ) : kind === "removed" ? (
          <del key={n} className={classes.removed}>
            {text}
          </del>
        ) : (
          <span key={n}>{text}</span>
        ),
      )}
    </>
  );
}
