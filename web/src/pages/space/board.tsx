// The board: a column for each phase. A card is dragged to the phase it shall have, where the case machine allows that.
import { DragDropProvider, DragOverlay, KeyboardSensor, PointerSensor, type DragEndEvent } from "@dnd-kit/react";
import { Accessibility, AutoScroller, PointerActivationConstraints } from "@dnd-kit/dom";
import { Button, Group, Modal, Stack, Text, Textarea, VisuallyHidden } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useCallback, useMemo, useRef, useState } from "react";
import type { CaseCounts, CaseFilter, CaseMove, CaseSort, ListedCase } from "~/api/cases.ts";
import { complain, fieldErrors, queries } from "~/api/query.ts";
import { movesQuery } from "~/pages/case/queries.ts";
import { PHASES, type Phase } from "~/ui/case-marks.tsx";
import { confirm } from "~/ui/confirm.tsx";
import { CardFace } from "./card.tsx";
import classes from "./cases.module.css";
import { Column } from "./column.tsx";
import { landing } from "./drop.ts";
import { useListKeys, type KeyList } from "./keys.ts";
import type { Selection } from "./selection.ts";
import { useStep } from "./step.ts";

/** What is dragged, and what may be done with it once that is known. */
interface Drag {
  item: ListedCase;
  moves: CaseMove[] | null;
}

/** What a column and the next are apart, in pixels: so far an arrow key moves a card. */
const pitch = { x: 300, y: 0 };

const SENSORS = [
  PointerSensor.configure({
    // The whole card is taken hold of by the pointer, its title by the keyboard.
    activatorElements: (source) => [source.element],
    // A finger scrolls first; it lifts a card when it stays.
    activationConstraints: (event) =>
      event.pointerType === "touch"
        ? [new PointerActivationConstraints.Delay({ value: 250, tolerance: 6 })]
        : [new PointerActivationConstraints.Distance({ value: 5 })],
  }),
  KeyboardSensor.configure({
    offset: pitch,
    // Enter opens the case.
    keyboardCodes: {
      start: ["Space"],
      cancel: ["Escape"],
      end: ["Space", "Enter", "Tab"],
      up: ["ArrowUp"],
      down: ["ArrowDown"],
      left: ["ArrowLeft"],
      right: ["ArrowRight"],
    },
  }),
];

/** What is dragged now: there is one pointer and one keyboard. What is said of it must be the newest. */
const held: { now: Drag | null } = { now: null };

/** The case that a draggable stands for. */
function itemOf(source: { data: Record<string, unknown> } | null | undefined): ListedCase | undefined {
  return source?.data.item as ListedCase | undefined;
}

function phaseOf(target: { id: string | number } | null | undefined): Phase | undefined {
  return PHASES.find((phase) => phase === target?.id);
}

/** The library's plugins. What it tells screen readers suits buttons, and cases are links: the board speaks for itself. */
function plugins<T>(usual: readonly T[]): (T | typeof SCROLLING)[] {
  const left: readonly unknown[] = [Accessibility, AutoScroller];
  return [...usual.filter((plugin) => !left.includes(plugin)), SCROLLING];
}

// Where in a column a card is dropped does not matter: columns do not scroll meanwhile.
const SCROLLING = AutoScroller.configure({ threshold: { x: 0.15, y: 0 } });

/** The id of the text that says how to move a case by the keyboard. */
const HINT = "how-to-move";

/** The board. */
export function Board({
  space,
  workspace,
  filter,
  sort,
  counts,
  selection,
  fixed,
}: {
  space: string;
  workspace: string;
  filter: CaseFilter;
  sort: CaseSort;
  counts: CaseCounts | undefined;
  selection: Selection;
  /** Whether the user may not move cards. */
  fixed: boolean;
}) {
  const [drag, setDrag] = useState<Drag | null>(null);
  const [said, say] = useState("");
  const [reopening, setReopening] = useState<ListedCase | null>(null);
  const board = useRef<HTMLDivElement>(null);
  const lists = useRef(new Map<string, KeyList>());
  const phases = useMemo(() => (filter.phase ? [filter.phase] : PHASES), [filter.phase]);
  useListKeys(lists, phases, selection, drag !== null);
  const step = useStep(space, (item, index) => lists.current.get(item.phase)?.focus(index, item.id));

  const lift = useCallback((item: ListedCase) => {
    const begun: Drag = { item, moves: null };
    held.now = begun;
    setDrag(begun);
    queries.query({ ...movesQuery(item.id), staleTime: 0 }).then(
      (moves) => {
        if (held.now?.item.id !== item.id) return;
        held.now = { item, moves };
        setDrag({ item, moves });
      },
      // The drop asks once more, and says what is wrong.
      () => undefined,
    );
  }, []);

  const drop = async ({ operation, canceled }: Pick<DragEndEvent, "operation" | "canceled">) => {
    const item = itemOf(operation.source);
    const to = phaseOf(operation.target);
    const moves = held.now?.moves ?? null;
    held.now = null;
    setDrag(null);
    if (canceled || !item || !to || to === item.phase) return;
    try {
      const found = landing(item.phase, to, moves ?? (await queries.query({ ...movesQuery(item.id), staleTime: 0 })));
      if ("refused" in found) {
        notifications.show({ color: "orange", title: `Not moved to ${to}`, message: found.refused, autoClose: 8000 });
      } else if ("step" in found) {
        if (found.step === "reopen") setReopening(item);
        else if (found.step === "close") {
          confirm({
            title: "Close the case?",
            text: `${item.title} is over for good then: it cannot be changed or reopened.`,
            action: "Close it",
            run: () => step.mutate({ item, to, step: "close" }),
          });
        } else step.mutate({ item, to, step: found.step });
      }
    } catch (error) {
      complain(error);
    }
  };

  return (
    <DragDropProvider
      sensors={SENSORS}
      plugins={plugins}
      onBeforeDragStart={() => {
        const [one, two] = board.current?.querySelectorAll("[data-phase]") ?? [];
        if (one && two) pitch.x = two.getBoundingClientRect().left - one.getBoundingClientRect().left;
      }}
      onDragStart={({ operation }) => {
        const item = itemOf(operation.source);
        if (!item) return;
        lift(item);
        say(`Taken: ${item.title}`);
      }}
      onDragOver={({ operation }) => {
        const to = phaseOf(operation.target);
        board.current?.querySelector(`[data-phase="${to ?? ""}"]`)?.scrollIntoView({ inline: "nearest", block: "nearest" });
        const found = to && held.now?.moves ? landing(held.now.item.phase, to, held.now.moves) : null;
        say(to ? `Over ${to}.${found && "refused" in found ? ` Not possible: ${found.refused}` : ""}` : "Over no phase");
      }}
      onDragEnd={(event) => {
        const to = phaseOf(event.operation.target);
        say(event.canceled || !to ? "Left where it was" : `Dropped on ${to}`);
        void drop(event);
      }}
    >
      <VisuallyHidden>
        <span id={HINT}>Space takes the case, the left and right arrow keys move it to another phase, Space drops it, Escape leaves it.</span>
        <span role="status">{said}</span>
      </VisuallyHidden>
      <div ref={board} className={classes.board} data-selecting={selection.selected.size > 0 || undefined}>
        {phases.map((phase) => (
          <Column
            key={phase}
            space={space}
            workspace={workspace}
            phase={phase}
            filter={filter}
            sort={sort}
            count={counts?.phase[phase]}
            landing={drag?.moves ? landing(drag.item.phase, phase, drag.moves) : null}
            selection={selection}
            lists={lists}
            hint={HINT}
            fixed={fixed}
          />
        ))}
      </div>
      <DragOverlay dropAnimation={null}>
        {(source) => {
          const item = itemOf(source);
          return (
            item && (
              <div className={`${classes.card ?? ""} ${classes.lifted ?? ""}`}>
                <CardFace item={item} workspace={workspace} selected={false} />
              </div>
            )
          );
        }}
      </DragOverlay>
      {reopening && (
        <Reopen
          item={reopening}
          busy={step.isPending}
          error={fieldErrors(step.error).reason}
          close={() => setReopening(null)}
          run={(reason) => step.mutate({ item: reopening, to: "active", step: "reopen", reason }, { onSuccess: () => setReopening(null) })}
        />
      )}
    </DragDropProvider>
  );
}

function Reopen({
  item,
  busy,
  error,
  close,
  run,
}: {
  item: ListedCase;
  busy: boolean;
  error: string | undefined;
  close: () => void;
  run: (reason: string) => void;
}) {
  const [reason, setReason] = useState("");
  return (
    <Modal opened onClose={close} title="Reopen the case">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          run(reason);
        }}
      >
        <Stack>
          <Text size="sm">{item.title}</Text>
          <Textarea label="Why?" required autosize minRows={3} data-autofocus value={reason} onChange={(event) => setReason(event.currentTarget.value)} error={error} />
          <Group justify="flex-end">
            <Button type="submit" loading={busy}>
              Reopen
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
