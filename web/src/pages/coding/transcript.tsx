// The messages of a conversation with a coding agent.
import { Badge, Box, Collapse, Group, Image, Stack, Text, UnstyledButton } from "@mantine/core";
import { IconBrain, IconChevronDown, IconChevronRight, IconTool } from "@tabler/icons-react";
import { useMemo, useState, type ReactNode } from "react";
import { Json } from "~/ui/json.tsx";
import { Written } from "~/ui/markdown.tsx";
import { TimeAgo } from "~/ui/time.tsx";
import { summary, turns, type Piece, type Turn } from "./messages.ts";

const NAMES: Record<string, string> = { user: "Person", assistant: "Agent", system: "System", tool: "Tool" };

/** The conversation, oldest message first. */
export function Transcript({ messages }: { messages: unknown[] }) {
  const all = useMemo(() => turns(messages), [messages]);
  return (
    <Stack gap="sm" component="ol" p={0} m={0} style={{ listStyle: "none" }} aria-label="Messages">
      {all.map((turn, n) => (
        <Box component="li" key={n}>
          <TurnView turn={turn} />
        </Box>
      ))}
    </Stack>
  );
}

function TurnView({ turn }: { turn: Turn }) {
  const mine = turn.role === "user";
  return (
    <Box className="panel" p="sm" bg={mine ? "var(--heddle-surface)" : undefined}>
      <Group gap="xs" mb={6}>
        <Text size="xs" fw={600}>
          {NAMES[turn.role] ?? turn.role}
        </Text>
        {turn.at && (
          <Text size="xs" c="dimmed" component="span">
            <TimeAgo time={turn.at} />
          </Text>
        )}
      </Group>
      <Stack gap={8}>
        {turn.pieces.map((piece, n) => (
          <PieceView key={n} piece={piece} turn={turn} />
        ))}
      </Stack>
    </Box>
  );
}

function PieceView({ piece, turn }: { piece: Piece; turn: Turn }) {
  switch (piece.kind) {
    case "text":
      return <Written text={piece.text} />;
    case "image":
      return <Image src={piece.url} alt="Picture in the message" maw={480} fit="contain" radius="sm" />;
    case "thinking":
      return (
        <Fold icon={<IconBrain size={15} aria-hidden />} label="Thinking">
          <Text size="sm" c="dimmed" style={{ whiteSpace: "pre-wrap" }}>
            {piece.text}
          </Text>
        </Fold>
      );
    case "call": {
      const result = turn.results.get(piece.id);
      return (
        <Fold
          icon={<IconTool size={15} aria-hidden />}
          label={piece.name}
          detail={summary(piece.input)}
          mark={
            result?.failed ? (
              <Badge size="xs" color="red" variant="light" tt="none" c="var(--mantine-color-text)">
                failed
              </Badge>
            ) : undefined
          }
        >
          <Stack gap={8}>
            <Json value={piece.input} />
            {result && <Output text={result.text} />}
          </Stack>
        </Fold>
      );
    }
    case "result":
      return <Output text={piece.text} />;
    case "other":
      return <Json value={piece.value} />;
  }
}

/** Lines that are shown of what a tool gave. */
const LINES = 40;

function Output({ text }: { text: string }) {
  const [all, setAll] = useState(false);
  const lines = text.split("\n");
  const cut = !all && lines.length > LINES;
  return (
    <Box>
      <Box
        component="pre"
        m={0}
        p="xs"
        tabIndex={0}
        role="region"
        aria-label="Output"
        fz="xs"
        style={{ overflow: "auto", maxHeight: 480, borderRadius: 6, background: "var(--heddle-surface)", border: "1px solid var(--heddle-line)" }}
      >
        {cut ? lines.slice(0, LINES).join("\n") : text}
      </Box>
      {cut && (
        <UnstyledButton fz="xs" td="underline" mt={4} onClick={() => setAll(true)}>
          Show all {lines.length.toLocaleString()} lines
        </UnstyledButton>
      )}
    </Box>
  );
}

function Fold({ icon, label, detail, mark, children }: { icon: ReactNode; label: string; detail?: string; mark?: ReactNode; children: ReactNode }) {
  const [open, setOpen] = useState(false);
  const Mark = open ? IconChevronDown : IconChevronRight;
  return (
    <Box>
      <UnstyledButton w="100%" onClick={() => setOpen(!open)} aria-expanded={open}>
        <Group gap={6} wrap="nowrap" c="dimmed">
          <Mark size={14} aria-hidden style={{ flex: "none" }} />
          {icon}
          <Text size="xs" fw={600} style={{ flex: "none" }}>
            {label}
          </Text>
          {detail && (
            <Text size="xs" ff="monospace" truncate>
              {detail.split("\n")[0]}
            </Text>
          )}
          {mark}
        </Group>
      </UnstyledButton>
      <Collapse expanded={open}>
        <Box pl={20} pt={6}>
          {open && children}
        </Box>
      </Collapse>
    </Box>
  );
}
