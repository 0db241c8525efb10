// The terminal of a weaver, by xterm.js.
import { attachWeaver, type SocketState } from "@heddle/sdk";
import { FitAddon } from "@xterm/addon-fit";
import { Terminal } from "@xterm/xterm";
import "@xterm/xterm/css/xterm.css";
import { useEffect, useRef } from "react";
import { heddle } from "~/api/heddle.ts";
import classes from "./terminal.module.css";

/** The terminal, as large as there is room. */
export function TerminalView({ id, onState, onExit }: { id: string; onState: (state: SocketState, why?: string) => void; onExit: () => void }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!place.current) return;
    const terminal = new Terminal({ fontSize: 13, scrollback: 10_000, screenReaderMode: true, theme: { background: "#16181c", foreground: "#e6e8eb" } });
    const fit = new FitAddon();
    terminal.loadAddon(fit);
    terminal.open(place.current);
    fit.fit();
    const end = new AbortController();
    const attached = attachWeaver(heddle, id, {
      size: () => ({ rows: terminal.rows, cols: terminal.cols }),
      onOutput: (bytes) => terminal.write(bytes),
      onReset: () => terminal.reset(),
      onExit: (code) => {
        terminal.write(`\r\n\x1b[2m[ended${code === null ? "" : ` with ${code}`}]\x1b[0m\r\n`);
        onExit();
      },
      onState: (state, error) => onState(state, error?.message),
      signal: end.signal,
    });
    const typed = terminal.onData((data) => attached.write(data));
    const binary = terminal.onBinary((data) => attached.write(Uint8Array.from(data, (c) => c.charCodeAt(0))));
    const resized = terminal.onResize(({ rows, cols }) => attached.resize(rows, cols));
    const watcher = new ResizeObserver(() => fit.fit());
    watcher.observe(place.current);
    terminal.focus();
    return () => {
      watcher.disconnect();
      for (const listener of [typed, binary, resized]) listener.dispose();
      end.abort();
      terminal.dispose();
    };
  }, [id, onState, onExit]);
  return <div ref={place} className={classes.terminal} data-testid="terminal" />;
}
