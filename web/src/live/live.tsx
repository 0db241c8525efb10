// Keeps what pages show true: events say which answers are stale, and who wants hears of each.
import type { LiveEvent, LiveState } from "@heddle/sdk";
import { hashKey } from "@tanstack/react-query";
import { createContext, use, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { heddle } from "~/api/heddle.ts";
import { staleAfter } from "~/api/keys.ts";
import { queries } from "~/api/query.ts";
import { sessionOver } from "~/api/expiry.ts";
import { useSession } from "~/api/session.ts";
import { followTogether } from "./hub.ts";

interface Live {
  state: LiveState;
  subscribe: (listener: (event: LiveEvent) => void) => () => void;
}

const Context = createContext<Live>({ state: "connecting", subscribe: () => () => undefined });

/** How long events are gathered before what they made stale is asked again, in milliseconds: when little happens, and when
 * much does, such as in an import. */
const GATHER = { quiet: 25, busy: 400 };
/** More events than this within a second are much. */
const MUCH = 20;

/** Follows the workspace's events for the pages inside; made anew (by `key`) for another workspace. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const { workspace, last_seq } = useSession();
  const [state, setState] = useState<LiveState>("connecting");
  const listeners = useRef(new Set<(event: LiveEvent) => void>());
  // Where the log stood when the page was loaded: later answers of the session must not move the beginning.
  const [after] = useState(last_seq);

  useEffect(() => {
    const stale = new Map<string, readonly unknown[]>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const recent: number[] = [];
    const refresh = () => {
      timer = undefined;
      const keys = [...stale.values()];
      stale.clear();
      for (const queryKey of keys) void queries.invalidateQueries({ queryKey });
    };
    const end = followTogether(heddle, workspace.id, after, {
      onEvent: (event) => {
        for (const key of staleAfter(event)) stale.set(hashKey(key), key);
        const now = Date.now();
        recent.push(now);
        while ((recent[0] ?? now) < now - 1000) recent.shift();
        timer ??= setTimeout(refresh, recent.length > MUCH ? GATHER.busy : GATHER.quiet);
        for (const listener of listeners.current) listener(event);
      },
      onState: (now) => {
        setState(now);
        if (now === "refused") sessionOver();
      },
    });
    return () => {
      clearTimeout(timer);
      end();
    };
  }, [workspace.id, after]);

  const live = useMemo(
    () => ({
      state,
      subscribe: (listener: (event: LiveEvent) => void) => {
        listeners.current.add(listener);
        return () => void listeners.current.delete(listener);
      },
    }),
    [state],
  );
  return <Context value={live}>{children}</Context>;
}

/** How the connection stands. */
export function useLiveState(): LiveState {
  return use(Context).state;
}

/** Calls `listener` for each event. */
export function useLiveEvents(listener: (event: LiveEvent) => void): void {
  const { subscribe } = use(Context);
  const latest = useRef(listener);
  useEffect(() => {
    latest.current = listener;
  });
  useEffect(() => subscribe((event) => latest.current(event)), [subscribe]);
}
