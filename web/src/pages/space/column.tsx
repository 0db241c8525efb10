// A column of the board: the cases of a phase.
import { Badge, Text } from "@mantine/core";
import { useDraggable, useDroppable } from "@dnd-kit/react";
import { IconBan } from "@tabler/icons-react";
import { memo, useMemo, useRef } from "react";
import type { CaseFilter, CaseSort, ListedCase } from "~/api/cases.ts";
import { capital, PHASE_MEANING, type Phase } from "~/ui/case-marks.tsx";
import { Broken } from "~/ui/states.tsx";
import { CardFace, Waiting } from "./card.tsx";
import classes from "./cases.module.css";
import type { Landing } from "./drop.ts";
import { useKeyList, type KeyList, type KeyLists } from "./keys.ts";
import { usePaged } from "./paged.ts";
import type { Selection } from "./selection.ts";

/** A card and the room below it, in pixels. */
const PLACE = 122;
const CARD = 114;

/** The column. */
export function Column({
  space,
  phase,
  filter,
  sort,
  count,
  landing,
  selection,
  lists,
  workspace,
  hint,
  fixed,
}: {
  space: string;
  phase: Phase;
  filter: CaseFilter;
  sort: CaseSort;
  /** How many cases it has, when that is known. */
  count: number | undefined;
  /** What dropping the dragged card here would do; null when none is dragged or it is not known yet. */
  landing: Landing | null;
  selection: Selection;
  lists: KeyLists;
  workspace: string;
  /** The id of the text that says how to move a case. */
  hint: string;
  /** Whether cards cannot be dragged. */
  fixed: boolean;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const own = useMemo(() => ({ ...filter, phase }), [filter, phase]);
  const paged = usePaged({ space, filter: own, sort, height: PLACE, scroller });
  const keys = useKeyList(lists, phase, paged, scroller, selection);
  const { ref, isDropTarget } = useDroppable({ id: phase });
  const { first, virtual, total, shown, capped } = paged;
  const lit = landing !== null && "step" in landing;
  const name = capital(phase);
  return (
    <section ref={ref} className={classes.column} aria-label={name} data-lit={lit || undefined} data-over={isDropTarget || undefined} data-phase={phase}>
      <div className={classes.head}>
        <Text component="h2" size="sm" fw={620} title={PHASE_MEANING[phase]}>
          {name}
        </Text>
        {(count ?? total) !== undefined && (
          <Badge size="sm" variant="default" data-testid={`count-${phase}`}>
            {(count ?? total ?? 0).toLocaleString()}
          </Badge>
        )}
      </div>
      {landing && "refused" in landing && (
        <div className={classes.refusal}>
          <IconBan size={22} stroke={1.6} aria-hidden />
          <Text size="sm" fw={600}>
            Not here
          </Text>
          <Text size="sm">{landing.refused}</Text>
        </div>
      )}
      {/* A region that scrolls must be reachable by the keyboard; its cards are, once there are any. */}
      <div ref={scroller} className={classes.scroll}>
        {first.error && total === undefined ? (
          <Broken error={first.error} again={() => void first.refetch()} />
        ) : total === 0 ? (
          <Text size="sm" c="dimmed" ta="center" p="md">
            No cases
          </Text>
        ) : (
          <ul className={classes.list} aria-label={`Cases: ${name}`} style={{ height: virtual.getTotalSize() }}>
            {total === undefined && <Waiting height={CARD} />}
            {virtual.getVirtualItems().map(({ index, start }) => {
              const item = paged.at(index);
              return (
                <li key={index} className={classes.place} style={{ transform: `translateY(${start}px)` }} data-list={phase} data-index={index}>
                  {item ? (
                    <Card
                      key={item.id}
                      item={item}
                      index={index}
                      selected={selection.selected.has(item.id)}
                      keys={keys}
                      workspace={workspace}
                      hint={hint}
                      fixed={fixed}
                    />
                  ) : (
                    <Waiting height={CARD} />
                  )}
                </li>
              );
            })}
          </ul>
        )}
        {total !== undefined && (capped || shown < total) && (
          <Text size="xs" c="dimmed" ta="center" p="sm">
            These are the first {shown.toLocaleString()}. Filter to see others.
          </Text>
        )}
      </div>
    </section>
  );
}

const Card = memo(function Card({
  item,
  index,
  selected,
  keys,
  workspace,
  hint,
  fixed,
}: {
  item: ListedCase;
  index: number;
  selected: boolean;
  keys: KeyList;
  workspace: string;
  hint: string;
  fixed: boolean;
}) {
  const { ref, handleRef, isDragSource } = useDraggable({ id: item.id, data: { item }, disabled: fixed });
  const select = useMemo(() => (shift: boolean) => keys.select(index, shift), [keys, index]);
  return (
    <article ref={ref} className={classes.card} data-case={item.id} data-selected={selected || undefined} data-dragged={isDragSource || undefined}>
      <CardFace item={item} workspace={workspace} selected={selected} select={select} handle={handleRef} {...(fixed ? {} : { hint })} />
    </article>
  );
});
