// Asks before what cannot be undone.
import { Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import type { ReactNode } from "react";

/** Asks, and acts when the answer is yes. */
export function confirm({ title, text, action, run }: { title: string; text: ReactNode; action: string; run: () => void }): void {
  modals.openConfirmModal({
    title,
    children: <Text size="sm">{text}</Text>,
    labels: { confirm: action, cancel: "Cancel" },
    confirmProps: { color: "red" },
    onConfirm: run,
  });
}
