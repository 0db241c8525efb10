// A list of any length of which only what is in sight is drawn and asked for.
import { useDebouncedValue } from "@mantine/hooks";
import { useQueries, type UseQueryResult } from "@tanstack/react-query";
import { useVirtualizer, type Virtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useRef, useState, type RefObject } from "react";
import { casePageQuery, PAGE, pagesKey, type CaseFilter, type CasePage, type CaseSort, type ListedCase } from "~/api/cases.ts";
import { queries } from "~/api/query.ts";

/** Browsers draw no element higher than this, in pixels. */
const HIGHEST = 15_000_000;
/** The pages of so many more places, before and after what is in sight, are asked for, too. */
const AHEAD = 15;
/** How long a stretch must be in sight before its pages are asked for, in milliseconds. */
const SETTLED = 70;
/** A range selects at most so many cases. */
export const MOST = 1000;

/** The pages that hold the places `from` to `to`; always the first one, which tells how many there are now. */
export function pagesOf(from: number, to: number, total: number | undefined): number[] {
  const last = total === undefined ? 1 : Math.max(1, Math.ceil(total / PAGE));
  const begin = Math.min(last, Math.max(1, Math.floor((from - AHEAD) / PAGE) + 1));
  const end = Math.min(last, Math.max(1, Math.floor((to + AHEAD) / PAGE) + 1));
  const pages = new Set([1]);
  for (let page = begin; page <= end; page += 1) pages.add(page);
  return [...pages];
}

/** How many of `total` places of a height can be shown. */
export function shownOf(total: number, height: number): number {
  return Math.min(total, Math.floor(HIGHEST / height));
}

/** A list as it is drawn. */
export interface Paged {
  virtual: Virtualizer<HTMLDivElement, Element>;
  /** How many cases there are; undefined before the first answer. */
  total: number | undefined;
  /** Whether there are more than `total`. */
  capped: boolean;
  /** How many of them the list has places for. */
  shown: number;
  /** The case at a place, once it has come. */
  at: (index: number) => ListedCase | undefined;
  /** Every case that has come. */
  loaded: () => ListedCase[];
  /** The cases of a stretch; those that have not come are asked for. */
  stretch: (from: number, to: number) => Promise<ListedCase[]>;
  first: UseQueryResult<CasePage>;
}

/** The list of the cases that `filter` says. */
export function usePaged({
  space,
  filter,
  sort,
  height,
  scroller,
}: {
  space: string;
  filter: CaseFilter;
  sort: CaseSort;
  /** Of each place, in pixels. */
  height: number;
  scroller: RefObject<HTMLDivElement | null>;
}): Paged {
  const [total, setTotal] = useState<number>();
  const count = shownOf(total ?? 0, height);
  // eslint-disable-next-line react-hooks/incompatible-library -- nothing of this is kept from one drawing to the next
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 3,
  });
  const range = virtual.range;
  const [stretchInSight] = useDebouncedValue(`${range?.startIndex ?? 0}-${range?.endIndex ?? 0}`, SETTLED);
  const [from = 0, to = 0] = stretchInSight.split("-").map(Number);
  const pages = pagesOf(from, to, total);

  const results = useQueries({ queries: pages.map((page) => casePageQuery(space, filter, sort, page)) });
  const first = results[0] as UseQueryResult<CasePage>;
  const latest = results.reduce<UseQueryResult<CasePage> | undefined>(
    (newest, result) => (result.data && result.dataUpdatedAt > (newest?.dataUpdatedAt ?? 0) ? result : newest),
    undefined,
  );
  // The list is as long as the newest answer says; until there is one, as long as it was.
  const told = latest?.data?.meta.total;
  if (told !== undefined && told !== total) setTotal(told);

  useEffect(() => virtual.measure(), [virtual, height]);

  const key = JSON.stringify([space, filter, sort]);
  const shownKey = useRef(key);
  useEffect(() => {
    // Other cases begin at the top.
    if (shownKey.current !== key) virtual.scrollToOffset(0);
    shownKey.current = key;
  }, [key, virtual]);

  const cached = useCallback(
    (page: number) => queries.getQueryData(casePageQuery(space, filter, sort, page).queryKey)?.data,
    [space, filter, sort],
  );
  const at = (index: number) => {
    const page = Math.floor(index / PAGE) + 1;
    const n = pages.indexOf(page);
    return (n >= 0 ? results[n]?.data?.data : cached(page))?.[index % PAGE];
  };
  const loaded = () => {
    const all = new Map<string, ListedCase>();
    for (const [, page] of queries.getQueriesData<CasePage>({ queryKey: [...pagesKey(space), filter, sort] })) {
      for (const item of page?.data ?? []) all.set(item.id, item);
    }
    return [...all.values()];
  };
  const stretch = async (begin: number, end: number) => {
    const found: ListedCase[] = [];
    const last = Math.min(end, begin + MOST - 1);
    for (let page = Math.floor(begin / PAGE) + 1; page <= Math.floor(last / PAGE) + 1; page += 1) {
      const { data } = await queries.query({ ...casePageQuery(space, filter, sort, page), staleTime: "static" });
      found.push(...data.filter((_, n) => (page - 1) * PAGE + n >= begin && (page - 1) * PAGE + n <= last));
    }
    return found;
  };
  return { virtual, total, capped: first.data?.meta.total_is_capped === true, shown: count, at, loaded, stretch, first };
}
