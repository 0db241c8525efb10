// A case as a card of the board, and what cards and rows have in common.
import { Skeleton } from "@mantine/core";
import { IconCalendar, IconSubtask } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { memo, type Ref } from "react";
import type { ListedCase } from "~/api/cases.ts";
import { ActorAvatar } from "~/ui/actor.tsx";
import { LabelBadge, MotionMark, PriorityMark } from "~/ui/case-marks.tsx";
import { moment, useNow } from "~/ui/time.tsx";
import classes from "./cases.module.css";

const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });

/** Until when, and whether that has passed. */
export function Due({ item }: { item: ListedCase }) {
  const now = useNow();
  if (!item.due_at) return null;
  const at = new Date(item.due_at);
  const overdue = at.getTime() < now && (item.phase === "intake" || item.phase === "active");
  return (
    <span className={overdue ? classes.overdue : classes.mark} title={`${overdue ? "Was due" : "Due"} ${moment(item.due_at)}`}>
      <IconCalendar size={14} aria-hidden />
      {overdue && <span className={classes.hidden}>Overdue, </span>}
      {day.format(at)}
    </span>
  );
}

/** How many subcases are done. */
export function Subcases({ item }: { item: ListedCase }) {
  const subcases = item.card?.subcases;
  if (!subcases || subcases.total === 0) return null;
  const done = subcases.total - subcases.open;
  return (
    <span className={classes.mark} title={`${done} of ${subcases.total} subcases done`}>
      <IconSubtask size={14} aria-hidden />
      {done}/{subcases.total}
    </span>
  );
}

/** The labels, on one line. */
export function Labels({ item }: { item: ListedCase }) {
  if (item.labels.length === 0) return null;
  return (
    <span className={classes.labels}>
      {item.labels.map(({ id, name, color }) => (
        <LabelBadge key={id} name={name} color={color} />
      ))}
    </span>
  );
}

/** The tick that selects a case. */
export function Tick({ item, selected, select }: { item: ListedCase; selected: boolean; select: (shift: boolean) => void }) {
  return (
    <input
      type="checkbox"
      className={classes.tick}
      aria-label={`Select ${item.title}`}
      checked={selected}
      // The click knows whether Shift is held; the change does not.
      onClick={(event) => select(event.shiftKey)}
      onChange={() => undefined}
      tabIndex={-1}
    />
  );
}

/** What a card shows; the same while it is dragged. */
export const CardFace = memo(function CardFace({
  item,
  workspace,
  selected,
  select,
  handle,
  hint,
}: {
  item: ListedCase;
  workspace: string;
  selected: boolean;
  select?: (shift: boolean) => void;
  /** What the keyboard takes hold of. */
  handle?: Ref<HTMLAnchorElement>;
  /** The id of the text that says what the keyboard does with it. */
  hint?: string;
}) {
  return (
    <>
      <span className={classes.cardTop}>
        <PriorityMark priority={item.priority} />
        <Link
          ref={handle}
          to="/$workspace/cases/$case"
          params={{ workspace, case: item.id }}
          preload={false}
          className={classes.cardTitle}
          draggable={false}
          data-open
          {...(hint ? { "aria-describedby": hint } : {})}
          title={item.title}
        >
          {item.title}
        </Link>
        {select && <Tick item={item} selected={selected} select={select} />}
      </span>
      <Labels item={item} />
      <span className={classes.cardBottom}>
        <MotionMark motion={item.motion} bare reason={item.waiting_on?.reason ?? null} />
        <span className={classes.stage}>{item.card?.stage?.name ?? ""}</span>
        <Subcases item={item} />
        <Due item={item} />
        {item.assigned_actor_id && <ActorAvatar id={item.assigned_actor_id} size={22} />}
      </span>
    </>
  );
});

/** A place whose case has not come yet. */
export function Waiting({ height }: { height: number }) {
  return <Skeleton height={height} radius="md" animate={false} aria-hidden />;
}
