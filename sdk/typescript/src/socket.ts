import { body, type Heddle } from "./client.js";
import { HeddleError } from "./error.js";
import { backoff, pause } from "./wait.js";

/** How a socket stands. */
export type SocketState = "connecting" | "open" | "lost" | "refused" | "ended";

/** What to do with a socket that is kept open. */
export interface Keep {
  /** The path of the socket, such as `/api/ws/sessions/T-1`. */
  path: string;
  /** More fields of the first message, asked for at each connection. */
  first?: () => Record<string, unknown>;
  /** A text or bytes from the server. */
  onMessage: (data: string | Uint8Array) => void;
  /** A connection is there; `send` works from now on. */
  onOpen: (socket: WebSocket) => void;
  /** Told when the connection opens, is lost, is refused for good, or ends because all is said. */
  onState?: ((state: SocketState, error?: HeddleError) => void) | undefined;
  signal: AbortSignal;
  delay?: ((failures: number) => number) | undefined;
}

/** The codes with which the server says that coming back does not help. */
const FOR_GOOD = new Set([4400, 4403, 4404, 4409]);
const DONE = 1000;

/** Keeps a socket open until `signal` or the server ends it: each connection has a token of its own. */
export async function keepSocket(heddle: Heddle, keep: Keep): Promise<void> {
  const { signal, onState } = keep;
  const delay = keep.delay ?? backoff;
  let failures = 0;
  while (!signal.aborted) {
    onState?.("connecting");
    try {
      const token = await body(heddle.loom.GET("/auth/ws-token", { signal }));
      const end = await connect(heddle, keep, token.token, () => {
        failures = 0;
        onState?.("open");
      });
      if (signal.aborted) return;
      if (end.code === DONE) {
        onState?.("ended");
        return;
      }
      if (FOR_GOOD.has(end.code)) {
        onState?.("refused", new HeddleError(end.code, end.reason || "refused", "The server ended the connection."));
        return;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof HeddleError && (error.status === 401 || error.status === 403)) {
        onState?.("refused", error);
        return;
      }
    }
    onState?.("lost");
    failures += 1;
    await pause(delay(failures), signal);
  }
}

interface End {
  code: number;
  reason: string;
}

function connect(heddle: Heddle, keep: Keep, token: string, onOpen: () => void): Promise<End> {
  const { options } = heddle;
  const Socket = options.WebSocket ?? WebSocket;
  const socket = new Socket(address(options.baseUrl, keep.path));
  socket.binaryType = "arraybuffer";
  const close = () => socket.close();
  keep.signal.addEventListener("abort", close);
  return new Promise<End>((resolve) => {
    socket.onopen = () => {
      socket.send(JSON.stringify({ type: "auth", token, ...keep.first?.() }));
      onOpen();
      keep.onOpen(socket);
    };
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      keep.onMessage(typeof data === "string" ? data : new Uint8Array(data));
    };
    socket.onclose = ({ code, reason }) => {
      keep.signal.removeEventListener("abort", close);
      resolve({ code, reason });
    };
    // What went wrong is told by the close that follows.
    socket.onerror = () => undefined;
  });
}

function address(base: string | undefined, path: string): string {
  const origin = base || globalThis.location.origin;
  return `${origin.replace(/^http/, "ws").replace(/\/$/, "")}${path}`;
}
