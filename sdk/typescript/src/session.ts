import type { Heddle } from "./client.js";
import type { HeddleError } from "./error.js";
import { keepSocket, type SocketState } from "./socket.js";

/** Something that happened in a session. */
export interface SessionEvent {
  type: "event";
  /** Its number; later events have greater ones. */
  seq: number;
  at: string;
  /** What happened, such as `coding_thread.saved` or `run.step`. */
  event: string;
  actor_id: string;
  subject_id: string;
  data: Record<string, unknown>;
  /** Of a conversation that was saved: its messages from `data.changed_from` on, unless they are too many. */
  messages?: Record<string, unknown>[];
  /** Of an agent's run: the step. */
  step?: Record<string, unknown>;
}

/** What an agent at work on a case waits for. */
export type SessionQuery = {
  id: string;
  run_id: string;
  actor_id: string;
  at: string;
} & ({ kind: "proposal"; action: string; input: unknown } | { kind: "question"; text: string });

/** The answer to a query: the decision of a proposal, or the text for a question. */
export type SessionAnswer =
  | { decision: "approve" | "reject"; note?: string }
  | { decision: "edit"; input: Record<string, unknown>; note?: string }
  | { text: string };

/** What to follow and whom to tell. */
export interface FollowSession {
  /** Begin after this event; without it, with what happens from now on. */
  after?: number;
  /** What the session is about, at each connection. */
  onReady?: (session: Record<string, unknown>) => void;
  onEvent: (event: SessionEvent) => void;
  /** What agents wait for, each time that it changes. */
  onQueries?: (queries: SessionQuery[]) => void;
  onState?: (state: SocketState, error?: HeddleError) => void;
  signal: AbortSignal;
  /** How long to wait before trying again, in milliseconds, by how often it has failed in a row. */
  delay?: (failures: number) => number;
}

/** A session that is followed. */
export interface Session {
  /** Answers a query; throws the server's refusal. */
  answer(queryId: string, answer: SessionAnswer): Promise<void>;
  /** Ends when the session does. */
  done: Promise<void>;
}

/** Why an answer was not taken. */
export class AnswerRefused extends Error {
  override readonly name = "AnswerRefused";

  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

type Heard =
  | { type: "ready"; session: Record<string, unknown>; seq: number; queries: SessionQuery[] }
  | SessionEvent
  | { type: "query"; query: SessionQuery }
  | { type: "query_closed"; query_id: string }
  | { type: "answered"; query_id: string }
  | { type: "refused"; query_id: string; error: string; message: string }
  | { type: "error" | "pong" };

/**
 * Follows a conversation (`T-…`) or the thread of a case. A lost connection is opened again after the last event that was
 * told, so nothing is missed and nothing told twice.
 */
export function followSession(heddle: Heddle, id: string, follow: FollowSession): Session {
  let last = follow.after;
  let queries: SessionQuery[] = [];
  let socket: WebSocket | null = null;
  const waiting = new Map<string, { resolve: () => void; reject: (error: Error) => void }>();
  const set = (now: SessionQuery[]) => {
    queries = now;
    follow.onQueries?.(now);
  };
  const settle = (query: string, error?: AnswerRefused) => {
    const asked = waiting.get(query);
    waiting.delete(query);
    if (error) asked?.reject(error);
    else asked?.resolve();
  };
  const lost = () => {
    for (const query of [...waiting.keys()]) settle(query, new AnswerRefused("unreachable", "The connection was lost."));
  };
  const done = keepSocket(heddle, {
    path: `/api/ws/sessions/${encodeURIComponent(id)}`,
    first: () => (last === undefined ? {} : { after: last }),
    onOpen: (opened) => (socket = opened),
    onMessage: (data) => {
      if (typeof data !== "string") return;
      const heard = JSON.parse(data) as Heard;
      switch (heard.type) {
        case "ready":
          // A connection that is lost before the first event goes on from here.
          last = heard.seq;
          follow.onReady?.(heard.session);
          set(heard.queries);
          break;
        case "event":
          last = heard.seq;
          follow.onEvent(heard);
          break;
        case "query":
          set([...queries.filter((query) => query.id !== heard.query.id), heard.query]);
          break;
        case "query_closed":
          set(queries.filter((query) => query.id !== heard.query_id));
          break;
        case "answered":
          settle(heard.query_id);
          break;
        case "refused":
          settle(heard.query_id, new AnswerRefused(heard.error, heard.message));
          break;
        default:
      }
    },
    onState: (state, error) => {
      if (state !== "open" && state !== "connecting") lost();
      follow.onState?.(state, error);
    },
    signal: follow.signal,
    delay: follow.delay,
  });
  return {
    done: done.finally(lost),
    answer: (queryId, answer) =>
      new Promise((resolve, reject) => {
        if (socket?.readyState !== 1) {
          reject(new AnswerRefused("unreachable", "There is no connection."));
          return;
        }
        waiting.set(queryId, { resolve, reject });
        socket.send(JSON.stringify({ type: "answer", query_id: queryId, ...answer }));
      }),
  };
}
