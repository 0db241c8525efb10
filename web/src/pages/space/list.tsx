// The list: a row for each case, as long as it may be.
import { Badge, Checkbox, Text, UnstyledButton } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { memo, useMemo, useRef } from "react";
import type { CaseFilter, CaseSort, ListedCase } from "~/api/cases.ts";
import { ActorAvatar, ActorName } from "~/ui/actor.tsx";
import { MotionMark, PhaseBadge, PriorityMark } from "~/ui/case-marks.tsx";
import { Broken, Empty, Loading } from "~/ui/states.tsx";
import { TimeAgo } from "~/ui/time.tsx";
import { Due, Labels, Subcases, Tick, Waiting } from "./card.tsx";
import classes from "./cases.module.css";
import { useKeyList, useListKeys, type KeyList } from "./keys.ts";
import { usePaged } from "./paged.ts";
import type { Selection } from "./selection.ts";

const LIST = "list";
const NAMES = [LIST];

/** The list. */
export function CaseList({
  space,
  workspace,
  filter,
  sort,
  setSort,
  selection,
}: {
  space: string;
  workspace: string;
  filter: CaseFilter;
  sort: CaseSort;
  setSort: (sort: CaseSort) => void;
  selection: Selection;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const lists = useRef(new Map<string, KeyList>());
  const narrow = useMediaQuery("(max-width: 48em)", undefined, { getInitialValueInEffect: false });
  const roomy = useMediaQuery("(min-width: 80.01em)", undefined, { getInitialValueInEffect: false });
  const height = narrow ? 58 : 42;
  const paged = usePaged({ space, filter, sort, height, scroller });
  const keys = useKeyList(lists, LIST, paged, scroller, selection);
  useListKeys(lists, NAMES, selection, false);
  const { first, virtual, total, shown, capped } = paged;
  const some = selection.selected.size > 0;
  const every = some && paged.loaded().every(({ id }) => selection.selected.has(id));
  const head = { sort, setSort };

  return (
    <div className={classes.table} role="table" aria-label="Cases" aria-rowcount={(total ?? 0) + 1} data-selecting={some || undefined}>
      <div role="rowgroup">
        <div role="row" aria-rowindex={1} className={classes.rowHead}>
          <span role="columnheader">
            <Checkbox
              size="xs"
              aria-label="Select all loaded cases"
              title="Select all loaded cases"
              checked={every}
              indeterminate={some && !every}
              onChange={() => (every ? selection.clear() : selection.add(paged.loaded()))}
            />
          </span>
          <Head name="Priority" short="" orders={["priority"]} {...head} />
          <Head name="Title" orders={["title"]} {...head} />
          <Head name="Labels" {...head} />
          <Head name="Motion" short="" {...head} />
          <Head name="Phase" {...head} />
          <Head name="Stage" {...head} />
          <span role="columnheader" className={classes.wide}>
            Subcases
          </span>
          <Head name="Assigned to" short={roomy ? "Assigned to" : ""} {...head} />
          <Head name="Due" orders={["due_at"]} {...head} />
          <Head name="Changed" orders={["-updated_at", "updated_at"]} {...head} />
        </div>
      </div>
      <div ref={scroller} className={classes.scroll} style={{ padding: 0 }} role="presentation">
        {first.error && total === undefined ? (
          <Broken error={first.error} again={() => void first.refetch()} />
        ) : total === undefined ? (
          <Loading />
        ) : total === 0 ? (
          <Empty title="No cases">Nothing here, or nothing that the filters let through.</Empty>
        ) : (
          <div role="rowgroup" className={classes.list} style={{ height: virtual.getTotalSize() }}>
            {virtual.getVirtualItems().map(({ index, start }) => {
              const item = paged.at(index);
              return (
                <div key={index} role="presentation" className={classes.place} style={{ transform: `translateY(${start}px)` }} data-list={LIST} data-index={index}>
                  {item ? (
                    <Row item={item} index={index} selected={selection.selected.has(item.id)} keys={keys} workspace={workspace} roomy={roomy} />
                  ) : (
                    <Waiting height={height - 6} />
                  )}
                </div>
              );
            })}
          </div>
        )}
        {total !== undefined && (capped || shown < total) && (
          <Text size="xs" c="dimmed" ta="center" p="sm">
            These are the first {shown.toLocaleString()}. Filter to see others.
          </Text>
        )}
      </div>
    </div>
  );
}

function Head({
  name,
  short = name,
  orders = [],
  sort,
  setSort,
}: {
  name: string;
  /** What stands there; nothing where there is no room. */
  short?: string;
  /** The orders that a click goes through. */
  orders?: readonly CaseSort[];
  sort: CaseSort;
  setSort: (sort: CaseSort) => void;
}) {
  const now = orders.indexOf(sort);
  const next = orders[(now + 1) % orders.length];
  const down = sort.startsWith("-");
  return (
    <span
      role="columnheader"
      className={classes.cell}
      {...(next ? { "aria-sort": now < 0 ? ("none" as const) : down ? ("descending" as const) : ("ascending" as const) } : {})}
      {...(next ? {} : { "aria-label": name })}
    >
      {next ? (
        <UnstyledButton onClick={() => setSort(next)} title={`Sort by ${name.toLowerCase()}`} aria-label={`Sort by ${name.toLowerCase()}`} fz="inherit" fw="inherit" c="inherit">
          {short}
          {now >= 0 ? down ? <IconArrowDown size={13} aria-hidden /> : <IconArrowUp size={13} aria-hidden /> : short === "" && <IconArrowUp size={13} opacity={0.35} aria-hidden />}
        </UnstyledButton>
      ) : (
        short
      )}
    </span>
  );
}

const Row = memo(function Row({
  item,
  index,
  selected,
  keys,
  workspace,
  roomy,
}: {
  item: ListedCase;
  index: number;
  selected: boolean;
  keys: KeyList;
  workspace: string;
  /** Whether there is room for names. */
  roomy: boolean;
}) {
  const select = useMemo(() => (shift: boolean) => keys.select(index, shift), [keys, index]);
  return (
    <div role="row" aria-rowindex={index + 2} className={classes.row} data-selected={selected || undefined}>
      <span role="cell">
        <Tick item={item} selected={selected} select={select} />
      </span>
      <span role="cell">
        <PriorityMark priority={item.priority} />
      </span>
      <span role="cell" className={classes.rowTitle}>
        <Link to="/$workspace/cases/$case" params={{ workspace, case: item.id }} preload={false} className={classes.rowTitle} data-open title={item.title}>
          {item.title}
        </Link>
      </span>
      <span role="cell" className={`${classes.cell ?? ""} ${classes.narrowHidden ?? ""}`}>
        <Labels item={item} />
      </span>
      <span role="cell">
        <MotionMark motion={item.motion} bare reason={item.waiting_on?.reason ?? null} />
      </span>
      <span role="cell">
        <PhaseBadge phase={item.phase} size="xs" />
      </span>
      <span role="cell" className={`${classes.stage ?? ""} ${classes.narrowHidden ?? ""}`}>
        {item.card?.stage?.name ?? ""}
      </span>
      <span role="cell" className={`${classes.wide ?? ""} ${classes.narrowHidden ?? ""}`}>
        <Subcases item={item} />
      </span>
      <span role="cell" className={classes.cell}>
        {item.assigned_actor_id && (roomy ? <ActorName id={item.assigned_actor_id} size={20} /> : <ActorAvatar id={item.assigned_actor_id} size={20} />)}
      </span>
      <span role="cell">
        <Due item={item} />
      </span>
      <span role="cell" className={`${classes.mark ?? ""} ${classes.narrowHidden ?? ""}`}>
        <TimeAgo time={item.updated_at} />
      </span>
    </div>
  );
});

/** How many are shown, for those who do not see the end. */
export function Total({ total }: { total: number | undefined }) {
  if (total === undefined) return null;
  return (
    <Badge variant="default" size="sm" tt="none" data-testid="total">
      {total.toLocaleString()} {total === 1 ? "case" : "cases"}
    </Badge>
  );
}
