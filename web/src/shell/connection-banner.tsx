// Says when the page may be out of date.
import { Group, Loader, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useLiveState } from "~/live/live.tsx";

/** Shown while the connection is lost; a reconnect of a moment is not worth a word. */
export function ConnectionBanner() {
  const state = useLiveState();
  const [lost] = useDebouncedValue(state === "lost", state === "lost" ? 400 : 0);
  // While it tries again the state is "connecting"; the banner stays until it is open.
  const [trying] = useDebouncedValue(state !== "open" && state !== "refused", 1500);
  if (state === "open" || (!lost && !trying)) return null;
  return (
    <Group
      role="status"
      gap="xs"
      px="lg"
      py={6}
      bg="var(--mantine-color-yellow-light)"
      style={{ position: "sticky", top: "var(--app-shell-header-offset, 0)", zIndex: 50, borderBottom: "1px solid var(--heddle-line)" }}
    >
      <Loader size={14} color="gray" aria-hidden />
      <Text size="sm">The connection is lost. What you see may be out of date; what you type is kept. Trying again.</Text>
    </Group>
  );
}
