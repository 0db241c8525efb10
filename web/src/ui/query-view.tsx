// Shows a query: loading, failed, or what it answered.
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Broken, Loading } from "./states.tsx";

/** Shows `children` with the answer; keeps the last answer on screen while a newer one is on its way. */
export function QueryView<T>({
  query,
  children,
  loading = <Loading />,
  what,
}: {
  query: UseQueryResult<T>;
  children: (data: T) => ReactNode;
  loading?: ReactNode;
  what?: string;
}) {
  if (query.data !== undefined) return children(query.data);
  if (query.error) return <Broken error={query.error} again={() => void query.refetch()} {...(what ? { what } : {})} />;
  return loading;
}
