// Which cases are selected.
import { useCallback, useMemo, useState } from "react";
import type { ListedCase } from "~/api/cases.ts";

/** The selected cases: their titles by id, so that a result can name those no longer on screen. */
export type Selected = ReadonlyMap<string, string>;

/** The selection without `item` if it was in it, with it otherwise. */
export function toggled(selected: Selected, item: ListedCase): Selected {
  const next = new Map(selected);
  if (!next.delete(item.id)) next.set(item.id, item.title);
  return next;
}

/** The selection with all of `items`. */
export function withAll(selected: Selected, items: readonly ListedCase[]): Selected {
  return new Map([...selected, ...items.map(({ id, title }) => [id, title] as const)]);
}

/** From one place of a list to another, whichever comes first. */
export function range(anchor: number, to: number): [from: number, to: number] {
  return anchor < to ? [anchor, to] : [to, anchor];
}

/** A place in a list: which list, and the how-manieth. */
export interface Spot {
  list: string;
  index: number;
}

/** What a page knows of its selection. */
export interface Selection {
  selected: Selected;
  /** Selects the case, or no longer. */
  toggle: (item: ListedCase, spot: Spot) => void;
  /** Selects all of these besides. */
  add: (items: readonly ListedCase[]) => void;
  /** Selects only those of the selected that are in `ids`. */
  keep: (ids: ReadonlySet<string>) => void;
  clear: () => void;
  /** Where the last one was selected: a range begins there. */
  anchor: Spot | null;
}

/** The selection of a page. */
export function useSelection(): Selection {
  const [selected, setSelected] = useState<Selected>(new Map());
  const [anchor, setAnchor] = useState<Spot | null>(null);
  const toggle = useCallback((item: ListedCase, spot: Spot) => {
    setSelected((now) => toggled(now, item));
    setAnchor(spot);
  }, []);
  const add = useCallback((items: readonly ListedCase[]) => setSelected((now) => withAll(now, items)), []);
  const keep = useCallback(
    (ids: ReadonlySet<string>) => setSelected((now) => new Map([...now].filter(([id]) => ids.has(id)))),
    [],
  );
  const clear = useCallback(() => {
    setSelected(new Map());
    setAnchor(null);
  }, []);
  return useMemo(() => ({ selected, toggle, add, keep, clear, anchor }), [selected, toggle, add, keep, clear, anchor]);
}
