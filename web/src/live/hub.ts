// One event stream per browser, however many tabs are open: a browser keeps only six connections to a server. The tab that
// holds the lock follows the stream and passes events on to the others; when it closes, another takes over after the last
// event it has seen.
import { followEvents, type Heddle, type LiveEvent, type LiveState } from "@heddle/sdk";

type Message = { kind: "event"; event: LiveEvent } | { kind: "state"; state: LiveState } | { kind: "who" };

/** What the hub tells. */
export interface Listener {
  onEvent: (event: LiveEvent) => void;
  onState: (state: LiveState) => void;
}

/** Follows the events of a workspace after `after` until the returned function is called. */
export function followTogether(heddle: Heddle, workspace: string, after: number, listener: Listener): () => void {
  const ended = new AbortController();
  const { signal } = ended;
  let last = after;
  let state: LiveState = "connecting";
  let leads = false;

  const told = (event: LiveEvent) => {
    if (event.seq <= last) return;
    last = event.seq;
    listener.onEvent(event);
  };
  const stands = (now: LiveState) => {
    state = now;
    listener.onState(now);
  };

  const channel = new BroadcastChannel(`heddle-live-${workspace}`);
  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if (data.kind === "event") told(data.event);
    else if (data.kind === "state") stands(data.state);
    else if (leads) channel.postMessage({ kind: "state", state } satisfies Message);
  };
  channel.postMessage({ kind: "who" } satisfies Message);

  const lead = async () => {
    leads = true;
    await followEvents(heddle, {
      after: last,
      signal,
      onEvent: (event) => {
        told(event);
        channel.postMessage({ kind: "event", event } satisfies Message);
      },
      onState: (now) => {
        stands(now);
        channel.postMessage({ kind: "state", state: now } satisfies Message);
      },
    });
  };
  navigator.locks.request(`heddle-live-${workspace}`, { signal }, lead).catch((error: unknown) => {
    if (!signal.aborted) console.error(error);
  });

  return () => {
    ended.abort();
    channel.close();
  };
}
