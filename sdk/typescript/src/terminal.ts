import type { Heddle } from "./client.js";
import type { HeddleError } from "./error.js";
import { keepSocket, type SocketState } from "./socket.js";

/** What to do with the terminal of a weaver. */
export interface Attach {
  /** The size of the terminal, asked for at each connection. */
  size?: () => { rows: number; cols: number };
  /** What the terminal shows next. */
  onOutput: (bytes: Uint8Array) => void;
  /** A connection begins: what it shows first is all that is still known of the screen, so the old one is to be cleared. */
  onReset?: () => void;
  /** The program has ended. */
  onExit?: (code: number | null) => void;
  onState?: (state: SocketState, error?: HeddleError) => void;
  signal: AbortSignal;
  /** How long to wait before trying again, in milliseconds, by how often it has failed in a row. */
  delay?: (failures: number) => number;
}

/** The terminal of a weaver, as one of those who look at it. */
export interface Terminal {
  /** Types. What is typed without a connection is lost. */
  write(input: string | Uint8Array): void;
  resize(rows: number, cols: number): void;
  /** Ends when the program does, or the signal ends it. */
  done: Promise<void>;
}

/** Attaches to the terminal of a weaver. A lost connection is opened again and shows the screen as it is then. */
export function attachWeaver(heddle: Heddle, id: string, attach: Attach): Terminal {
  let socket: WebSocket | null = null;
  const send = (data: string | Uint8Array<ArrayBuffer>) => {
    if (socket?.readyState === 1) socket.send(data);
  };
  const resize = (rows: number, cols: number) => send(JSON.stringify({ type: "resize", rows, cols }));
  const done = keepSocket(heddle, {
    path: `/api/weaver/${encodeURIComponent(id)}/attach`,
    onOpen: (opened) => {
      socket = opened;
      attach.onReset?.();
      const size = attach.size?.();
      if (size) resize(size.rows, size.cols);
    },
    onMessage: (data) => {
      if (typeof data !== "string") attach.onOutput(data);
      else {
        const said = JSON.parse(data) as { type: string; code?: number | null };
        if (said.type === "exit") attach.onExit?.(said.code ?? null);
      }
    },
    onState: attach.onState,
    signal: attach.signal,
    delay: attach.delay,
  });
  return {
    // As bytes: a text that looks like a message of the protocol would be taken for one.
    write: (input) => send(typeof input === "string" ? new TextEncoder().encode(input) : new Uint8Array(input)),
    resize,
    done,
  };
}
