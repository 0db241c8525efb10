// From where something is dragged to, the edit that puts it there.
import { move } from "@dnd-kit/helpers";
import type { Draft, Edit } from "./draft.ts";

const LIST = "lines:";

/** The name of a stage's list of instructions. */
export function listOf(stage: string): string {
  return LIST + stage;
}

/** Where everything stands. */
export function arrangement(draft: Draft): { stages: string[]; lines: Record<string, string[]> } {
  return {
    stages: draft.stages.map(({ key }) => key),
    lines: Object.fromEntries(draft.stages.map(({ key, instructions }) => [listOf(key), instructions.map((line) => line.key)])),
  };
}

/** The edit that puts what is dragged where it stands now; null when it cannot be found. */
export function arranged(draft: Draft, event: Parameters<typeof move>[1]): Edit | null {
  const { source } = event.operation;
  if (!source) return null;
  const key = String(source.id);
  const { stages, lines } = arrangement(draft);
  if (source.type === "stage") {
    const to = move(stages, event).indexOf(key);
    return to < 0 ? null : { do: "move-stage", key, to };
  }
  for (const [list, order] of Object.entries(move(lines, event))) {
    const to = order.indexOf(key);
    if (to >= 0) return { do: "move-instruction", key, stage: list.slice(LIST.length), to };
  }
  return null;
}
