// What the keyboard does everywhere.
import { Group, Kbd, Modal, Stack, Text } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { useNavigate } from "@tanstack/react-router";
import { useCallback, useEffect, useRef, useState } from "react";
import { useSession } from "~/api/session.ts";

/** Opens the palette when its part of the program is there. */
async function showPalette(): Promise<void> {
  const { spotlight } = await import("@mantine/spotlight");
  spotlight.open();
}

/** How long the second key of a pair may take, in milliseconds. */
const PAIR = 900;

function typing(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName) || target.closest("[role=dialog]") !== null)
  );
}

/** Ctrl-K, the question mark, and pairs that begin with g. */
export function useShortcuts() {
  const [paletteOpened, setPaletteOpened] = useState(false);
  const [helpOpened, setHelpOpened] = useState(false);
  const { workspace } = useSession();
  const navigate = useNavigate();
  const began = useRef(0);

  const openPalette = useCallback(() => {
    setPaletteOpened(true);
    void showPalette();
  }, []);
  useHotkeys([["mod+K", openPalette]], []);

  useEffect(() => {
    const params = { workspace: workspace.slug };
    const goes: Record<string, () => unknown> = {
      w: () => navigate({ to: "/$workspace/work", params }),
      s: () => navigate({ to: "/$workspace/spaces", params }),
      a: () => navigate({ to: "/$workspace/agents", params }),
      f: () => navigate({ to: "/$workspace/search", params }),
    };
    const pressed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
      if (event.key === "?") setHelpOpened(true);
      else if (event.key === "/") {
        event.preventDefault();
        openPalette();
      } else if (event.key === "g") began.current = event.timeStamp;
      else if (event.timeStamp - began.current < PAIR) {
        began.current = 0;
        void goes[event.key]?.();
      }
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, [navigate, openPalette, workspace.slug]);

  return { paletteOpened, openPalette, helpOpened, setHelpOpened };
}

const list: [keys: string[], what: string][] = [
  [["Ctrl", "K"], "Find anything, do anything"],
  [["/"], "The same"],
  [["g", "w"], "My work"],
  [["g", "s"], "Spaces"],
  [["g", "a"], "Agents"],
  [["g", "f"], "Search"],
  [["j", "k"], "Next and previous case of a list"],
  [["Enter"], "Open the case"],
  [["h", "l"], "The columns beside, of a board"],
  [["x"], "Select the case; with Shift all up to it"],
  [["Space"], "Take a card up and put it down; arrows move it"],
  [["n"], "New case, in a space"],
  [["Ctrl", "Enter"], "Send what you wrote"],
  [["?"], "This list"],
];

/** The list of keys. */
export function Shortcuts({ opened, close }: { opened: boolean; close: () => void }) {
  return (
    <Modal opened={opened} onClose={close} title="Keyboard">
      <Stack gap="xs">
        {list.map(([keys, what]) => (
          <Group key={what} justify="space-between">
            <Text size="sm">{what}</Text>
            <Group gap={4}>
              {keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </Group>
          </Group>
        ))}
      </Stack>
    </Modal>
  );
}
