// The keyboard in lists of cases: j and k go through a list, h and l to the one beside it, x selects, Escape lets go.
import { useEffect, useMemo, useRef, type RefObject } from "react";
import { tell } from "~/api/query.ts";
import type { ListedCase } from "~/api/cases.ts";
import { MOST, type Paged } from "./paged.ts";
import { range, type Selection, type Spot } from "./selection.ts";

/** A list that the keyboard can go through. */
export interface KeyList {
  /** Brings the case at a place into sight and gives it the keyboard. With an id that case, which may be about to come there. */
  focus: (index: number, id?: string) => void;
  at: (index: number) => ListedCase | undefined;
  /** Selects a case, or with Shift all from the last one that was selected. */
  select: (index: number, shift: boolean) => void;
}

/** The lists of a page by name, in their order. */
export type KeyLists = RefObject<Map<string, KeyList>>;

/** Makes a list known to the keyboard of its page. */
export function useKeyList(lists: KeyLists, name: string, paged: Paged, scroller: RefObject<HTMLElement | null>, selection: Selection) {
  const wanted = useRef<{ index: number; id: string | undefined }>(undefined);
  const { virtual, shown, at, stretch } = paged;
  const seize = () => {
    if (!wanted.current) return;
    const { index, id } = wanted.current;
    const place = id === undefined ? `[data-index="${index}"]` : `[data-case="${CSS.escape(id)}"]`;
    const open = scroller.current?.querySelector<HTMLElement>(`${place} [data-open]`);
    if (open) {
      wanted.current = undefined;
      open.focus({ preventScroll: true });
    }
  };
  const list: KeyList = {
    focus: (index, id) => {
      if (id === undefined && shown === 0) return;
      wanted.current = { index: id === undefined ? Math.min(shown - 1, Math.max(0, index)) : index, id };
      virtual.scrollToIndex(wanted.current.index, { align: "auto" });
      seize();
    },
    at,
    select: (index, shift) => {
      const item = at(index);
      if (!item) return;
      const { anchor } = selection;
      if (!shift || anchor?.list !== name) {
        selection.toggle(item, { list: name, index });
        return;
      }
      const [from, to] = range(anchor.index, index);
      void stretch(from, to).then((items) => {
        selection.add(items);
        if (to - from >= MOST) tell(`The first ${MOST.toLocaleString()} of the range are selected`);
      });
    },
  };
  const latest = useRef(list);
  useEffect(() => {
    latest.current = list;
    // What the keyboard waits for may have come with this.
    seize();
  });
  // The same object for good, so that what is given it need not be drawn again.
  const lasting = useMemo<KeyList>(
    () => ({
      focus: (index, id) => latest.current.focus(index, id),
      at: (index) => latest.current.at(index),
      select: (index, shift) => latest.current.select(index, shift),
    }),
    [],
  );
  useEffect(() => {
    const known = lists.current;
    known.set(name, lasting);
    return () => {
      known.delete(name);
    };
  }, [lists, name, lasting]);
  return lasting;
}

/** Whether a key pressed at `target` is meant for something else: a field, a menu, a dialog. */
export function busy(target: EventTarget | null): boolean {
  if (document.querySelector("[role=dialog]")) return true;
  if (!(target instanceof HTMLElement)) return false;
  const field = target instanceof HTMLInputElement && target.type !== "checkbox";
  return field || target.isContentEditable || target.closest("textarea, select, [role=menu], [role=listbox]") !== null;
}

/** Where the keyboard is. */
function here(): Spot | null {
  const place = document.activeElement?.closest<HTMLElement>("[data-list][data-index]");
  return place ? { list: place.dataset.list ?? "", index: Number(place.dataset.index) } : null;
}

/** Follows the keyboard. `names` are the lists from left to right. */
export function useListKeys(lists: KeyLists, names: readonly string[], selection: Selection, dragging: boolean): void {
  const clear = selection.clear;
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || dragging || busy(event.target)) return;
      const spot = here();
      const list = lists.current.get(spot?.list ?? names[0] ?? "");
      const beside = (step: number) => {
        const name = names[names.indexOf(spot?.list ?? "") + step];
        if (name !== undefined && spot) lists.current.get(name)?.focus(spot.index);
      };
      switch (event.key) {
        case "j":
          list?.focus(spot ? spot.index + 1 : 0);
          break;
        case "k":
          list?.focus(spot ? spot.index - 1 : 0);
          break;
        case "h":
          beside(-1);
          break;
        case "l":
          beside(1);
          break;
        case "x":
        case "X":
          if (spot) list?.select(spot.index, event.shiftKey);
          break;
        case "Escape":
          clear();
          break;
      }
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, [lists, names, clear, dragging]);
}
