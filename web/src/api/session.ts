// Who is signed in, and where.
import { queryOptions, useQuery } from "@tanstack/react-query";
import { body, HeddleError, v1, type Schemas } from "./heddle.ts";
import { queries } from "./query.ts";

export type Session = Schemas["Session"];

/** The session, or null for nobody. */
export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: async (): Promise<Session | null> => {
    try {
      return (await body(v1.GET("/v1/session"))).data;
    } catch (error) {
      if (error instanceof HeddleError && error.status === 401) return null;
      throw error;
    }
  },
});

/** Keeps what a sign-in answered. */
export function keepSession(session: Session | null): void {
  queries.setQueryData(sessionQuery.queryKey, session);
}

/** The session of a page that only those signed in see. */
export function useSession(): Session {
  const { data } = useQuery(sessionQuery);
  if (!data) throw new Error("a page of the workspace is shown without a session");
  return data;
}

/** Whether the user administers the workspace. */
export function isAdmin(session: Session): boolean {
  return session.workspace.role !== "member";
}
