// How pages ask the server: the cache, and acts that say what went wrong.
import { notifications } from "@mantine/notifications";
import { MutationCache, QueryCache, QueryClient, useMutation, type QueryKey } from "@tanstack/react-query";
import { HeddleError } from "./heddle.ts";
import { sessionOver } from "./expiry.ts";

/** Worth asking again: no answer, or one that says so. */
function passing(error: unknown): boolean {
  return error instanceof HeddleError && (error.status === 0 || error.status === 429 || error.status >= 500);
}

function onError(error: unknown): void {
  if (error instanceof HeddleError && error.status === 401 && error.code === "unauthorized") sessionOver();
}

/** The cache. Live events say what is no longer true, so nothing is asked again just because time passes. */
export const queries = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    queries: {
      staleTime: 5 * 60_000,
      retry: (failures, error) => passing(error) && failures < 3,
      refetchOnWindowFocus: false,
    },
    mutations: { retry: false },
  },
});

/** What to say about an error. */
export function explain(error: unknown): string {
  if (error instanceof HeddleError) {
    if (error.status === 0) return "The server cannot be reached. Nothing was lost; try again in a moment.";
    if (error.status === 429 && error.retryAfter) return `${error.message} Try again in ${error.retryAfter} s.`;
    return error.message;
  }
  return error instanceof Error ? error.message : "Something went wrong.";
}

/** The messages of an error by field, for forms. */
export function fieldErrors(error: unknown): Record<string, string> {
  if (!(error instanceof HeddleError)) return {};
  return Object.fromEntries(error.fields.map((field) => [field.path, field.message]));
}

/** Shows an error at the edge of the page. */
export function complain(error: unknown): void {
  if (error instanceof HeddleError && error.status === 401 && error.code === "unauthorized") return;
  notifications.show({ color: "red", title: "That did not work", message: explain(error), autoClose: 8000 });
}

/** Shows that something was done. */
export function tell(message: string): void {
  notifications.show({ message, autoClose: 3000 });
}

interface Act<In, Out> {
  /** What is called. */
  run: (input: In) => Promise<Out>;
  /** What is no longer true afterwards. */
  stale?: QueryKey[] | ((input: In, output: Out) => QueryKey[]);
  /** What to do when it worked. */
  done?: (output: Out, input: In) => unknown;
  /** What to do instead of showing the error at the edge of the page; answer true when it is dealt with. */
  failed?: (error: unknown, input: In) => boolean;
}

/** An act of the user: called, shown when it fails, and what it made untrue is asked again. */
export function useAct<In = void, Out = unknown>({ run, stale, done, failed }: Act<In, Out>) {
  return useMutation<Out, Error, In>({
    mutationFn: run,
    onSuccess: async (output, input) => {
      await done?.(output, input);
      const keys = typeof stale === "function" ? stale(input, output) : (stale ?? []);
      await Promise.all(keys.map((queryKey) => queries.invalidateQueries({ queryKey })));
    },
    onError: (error, input) => {
      if (failed?.(error, input) !== true) complain(error);
    },
  });
}
