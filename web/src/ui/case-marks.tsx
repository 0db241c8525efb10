// How the state of a case looks, the same everywhere. Never colour alone: each has a word or a shape of its own.
import { Badge, Group, Text, Tooltip } from "@mantine/core";
import {
  IconAlertOctagon,
  IconAntennaBars2,
  IconAntennaBars3,
  IconAntennaBars4,
  IconAntennaBars5,
  IconCircleDashed,
  IconClockHour4,
  IconPlayerPause,
  IconProgress,
} from "@tabler/icons-react";
import type { Schemas } from "~/api/heddle.ts";

export type Phase = Schemas["Phase"];
export type Motion = Schemas["Motion"];
export type Priority = Schemas["Priority"];

/** The phases in their order. */
export const PHASES: readonly Phase[] = ["intake", "active", "resolved", "closed"];
/** The motions that people set, and idle. */
export const MOTIONS: readonly Motion[] = ["working", "waiting", "blocked", "paused", "idle"];
/** The priorities, the most urgent first. */
export const PRIORITIES: readonly Priority[] = ["critical", "high", "medium", "low"];

/** What each phase means. */
export const PHASE_MEANING: Record<Phase, string> = {
  intake: "Taken in, not begun",
  active: "Being worked",
  resolved: "Solved, may be reopened",
  closed: "Over for good",
};

const phaseColor: Record<Phase, string> = { intake: "gray", active: "heddle", resolved: "teal", closed: "gray" };

/** "Active", as a word for people. */
export function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1).replaceAll("_", " ");
}

/** A case's phase. */
export function PhaseBadge({ phase, size = "sm" }: { phase: Phase; size?: "xs" | "sm" | "md" }) {
  return (
    <Tooltip label={PHASE_MEANING[phase]}>
      <Badge size={size} variant={phase === "closed" ? "outline" : "light"} color={phaseColor[phase]} tt="none" c="var(--mantine-color-text)">
        {capital(phase)}
      </Badge>
    </Tooltip>
  );
}

const motionLook: Record<Motion, { icon: typeof IconProgress; color: string; meaning: string }> = {
  working: { icon: IconProgress, color: "var(--mantine-color-teal-6)", meaning: "Somebody is on it" },
  waiting: { icon: IconClockHour4, color: "var(--mantine-color-orange-6)", meaning: "Waits for somebody or something" },
  blocked: { icon: IconAlertOctagon, color: "var(--mantine-color-red-6)", meaning: "Cannot go on by itself" },
  paused: { icon: IconPlayerPause, color: "var(--mantine-color-gray-6)", meaning: "Held back by a person" },
  idle: { icon: IconCircleDashed, color: "var(--mantine-color-gray-6)", meaning: "Nothing is happening" },
};

/** A case's or stage's motion: a shape, and its word unless `bare`. */
export function MotionMark({ motion, bare = false, reason }: { motion: Motion; bare?: boolean; reason?: string | null }) {
  const { icon: Icon, color, meaning } = motionLook[motion];
  return (
    <Tooltip label={reason ? `${capital(motion)}: ${reason}` : `${capital(motion)}: ${meaning}`}>
      <Group gap={5} wrap="nowrap" component="span" display="inline-flex" aria-label={bare ? capital(motion) : undefined} role={bare ? "img" : undefined}>
        <Icon size={15} color={color} aria-hidden />
        {!bare && (
          <Text span size="sm">
            {capital(motion)}
          </Text>
        )}
      </Group>
    </Tooltip>
  );
}

const priorityLook: Record<Priority, { icon: typeof IconProgress; color: string }> = {
  critical: { icon: IconAntennaBars5, color: "var(--mantine-color-red-6)" },
  high: { icon: IconAntennaBars4, color: "var(--mantine-color-orange-6)" },
  medium: { icon: IconAntennaBars3, color: "var(--mantine-color-dimmed)" },
  low: { icon: IconAntennaBars2, color: "var(--mantine-color-dimmed)" },
};

/** A case's priority; nothing when it has none. */
export function PriorityMark({ priority, bare = true }: { priority: Priority | null | undefined; bare?: boolean }) {
  if (!priority) return null;
  const { icon: Icon, color } = priorityLook[priority];
  return (
    <Tooltip label={`Priority: ${priority}`}>
      <Group gap={4} wrap="nowrap" component="span" display="inline-flex" role={bare ? "img" : undefined} aria-label={bare ? `Priority ${priority}` : undefined}>
        <Icon size={16} color={color} aria-hidden />
        {!bare && (
          <Text span size="sm">
            {capital(priority)}
          </Text>
        )}
      </Group>
    </Tooltip>
  );
}

/** A label of a space. */
export function LabelBadge({ name, color }: { name: string; color: string | null | undefined }) {
  return (
    <Badge
      size="sm"
      variant="default"
      tt="none"
      fw={500}
      leftSection={<span style={{ display: "block", width: 8, height: 8, borderRadius: 4, background: safeColor(color) }} />}
    >
      {name}
    </Badge>
  );
}

/** A colour as it may stand in a style: hexadecimal or a plain word. */
export function safeColor(color: string | null | undefined): string {
  return color && /^(#[0-9a-f]{3,8}|[a-z]+)$/i.test(color) ? color : "var(--mantine-color-gray-5)";
}
