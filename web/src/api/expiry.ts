// The session may end while somebody types. The page stays as it is; a dialog asks to sign in again.
import { useSyncExternalStore } from "react";

let over = false;
const listeners = new Set<() => void>();

function set(value: boolean): void {
  if (over === value) return;
  over = value;
  for (const listener of listeners) listener();
}

/** Says that the server no longer knows the session. */
export function sessionOver(): void {
  set(true);
}

/** Says that somebody signed in again. */
export function sessionBegun(): void {
  set(false);
}

/** Whether the session is over. */
export function useSessionOver(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => over,
  );
}
