// A condition, checked while it is typed: what is wrong and where, and what it gives for the case that is tried.
import { Box, Button, Collapse, Group, Text, Textarea } from "@mantine/core";
import { useDebouncedValue, useDisclosure } from "@mantine/hooks";
import { IconAlertTriangle, IconCheck, IconCircleDashed, IconHelp } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { conditionQuery, type CheckedCondition } from "~/api/designs.ts";
import { explain } from "~/api/query.ts";
import { Json } from "~/ui/json.tsx";
import { ConditionHelp } from "./condition-help.tsx";
import classes from "./designer.module.css";
import type { DraftInstruction } from "./draft.ts";
import { useEditing } from "./editing.ts";
import { marked, offsetOf } from "./place.ts";

/** How long typing may pause before the condition is checked, in milliseconds. */
const PAUSE = 250;

/** The field. */
export function ConditionField({ line, said }: { line: DraftInstruction; said: string }) {
  const { edit, errors, tryCase } = useEditing();
  const [helping, help] = useDisclosure(false);
  const input = useRef<HTMLTextAreaElement>(null);
  const [asked] = useDebouncedValue(line.condition.trim(), PAUSE);
  const query = useQuery({
    ...conditionQuery(asked, tryCase?.id ?? null),
    enabled: asked !== "",
    placeholderData: keepPreviousData,
  });
  const typing = asked !== line.condition.trim();
  const found = asked === "" || query.isPlaceholderData ? undefined : query.data;
  const error = found?.error;
  const set = (condition: string) => edit({ do: "instruction", key: line.key, change: { condition } });
  const refused = errors[`${line.key}.condition`];
  const invalid = (found !== undefined && !found.valid && !typing) || refused !== undefined;

  return (
    <Box className={classes.condition}>
      <Group gap={4} wrap="nowrap" align="flex-start">
        <Textarea
          ref={input}
          size="xs"
          flex={1}
          autosize
          minRows={1}
          aria-label={`Condition of ${said}`}
          placeholder="case.priority == 'high'"
          spellCheck={false}
          autoCapitalize="off"
          autoCorrect="off"
          value={line.condition}
          error={refused ?? invalid}
          onChange={(event) => set(event.currentTarget.value)}
          styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
        />
        <Button size="compact-xs" variant="subtle" color="gray" mt={3} px={4} onClick={help.open} aria-label="Help with conditions">
          <IconHelp size={17} />
        </Button>
      </Group>
      <Box role="status" aria-live="polite">
        {line.condition.trim() === "" ? (
          <Text size="xs" c="dimmed" mt={2}>
            Say when this is done, such as <code>size(artifacts) &gt; 0</code>.
          </Text>
        ) : query.isError && !typing ? (
          <Text size="xs" c="dimmed" mt={2}>
            Not checked: {explain(query.error)}
          </Text>
        ) : !found || typing ? (
          <Text size="xs" c="dimmed" mt={2}>
            Checking
          </Text>
        ) : error ? (
          <Wrong
            condition={asked}
            error={error}
            onlyHere={found.valid}
            go={(at) => {
              input.current?.focus();
              input.current?.setSelectionRange(at, at + 1);
            }}
          />
        ) : (
          <Given found={found} title={tryCase?.title ?? null} />
        )}
      </Box>
      {helping && <ConditionHelp close={help.close} use={set} />}
    </Box>
  );
}

function Wrong({
  condition,
  error,
  onlyHere,
  go,
}: {
  condition: string;
  error: NonNullable<CheckedCondition["error"]>;
  /** It can be saved, but fails for the case that is tried. */
  onlyHere: boolean;
  go: (at: number) => void;
}) {
  const at = error.at ? offsetOf(condition, error.at.line, error.at.column) : null;
  const shown = at === null ? null : marked(condition, at);
  return (
    <Box mt={2}>
      <Group gap={5} wrap="nowrap" align="flex-start">
        <IconAlertTriangle size={14} color={onlyHere ? "var(--mantine-color-orange-6)" : "var(--mantine-color-error)"} aria-hidden style={{ flexShrink: 0, marginTop: 2 }} />
        <Text size="xs" c={onlyHere ? undefined : "var(--mantine-color-error)"}>
          {onlyHere && "For the case that is tried: "}
          {error.at && `Line ${error.at.line}, column ${error.at.column}: `}
          {error.message}
        </Text>
      </Group>
      {shown && at !== null && (
        <Group gap={6} align="center">
          <pre className={classes.source} aria-hidden>
            {shown.before}
            <mark className={classes.at}>{shown.at}</mark>
            {shown.after}
          </pre>
          <Button size="compact-xs" variant="subtle" color="gray" mt={4} onClick={() => go(at)}>
            Go there
          </Button>
        </Group>
      )}
    </Box>
  );
}

function Given({ found, title }: { found: CheckedCondition; title: string | null }) {
  const [open, { toggle }] = useDisclosure(false);
  if (title === null || found.value === null || found.value === undefined) {
    return (
      <Group gap={5} mt={2}>
        <IconCheck size={14} color="var(--mantine-color-teal-6)" aria-hidden />
        <Text size="xs" c="dimmed">
          Can be used
        </Text>
      </Group>
    );
  }
  return (
    <Box mt={2}>
      <Group gap={5}>
        {found.value ? <IconCheck size={14} color="var(--mantine-color-teal-6)" aria-hidden /> : <IconCircleDashed size={14} aria-hidden />}
        <Text size="xs">
          {found.value ? "Holds" : "Does not hold"} for {title}
        </Text>
        <Button size="compact-xs" variant="subtle" color="gray" onClick={toggle} aria-expanded={open}>
          What it sees
        </Button>
      </Group>
      <Collapse expanded={open}>
        <Json value={found.saw} />
      </Collapse>
    </Box>
  );
}
