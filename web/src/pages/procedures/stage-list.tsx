// The stages in their order. They and their instructions are dragged with the mouse or, from the handle, with the keyboard.
import { DragDropProvider } from "@dnd-kit/react";
import { Button, Stack } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useCallback, useRef, useState } from "react";
import { arranged } from "./arrange.ts";
import { blankStage, edited, type Draft, type Edit } from "./draft.ts";
import { useEditing } from "./editing.ts";
import { Empty } from "~/ui/states.tsx";
import { StageCard } from "./stage-card.tsx";

/** The list. */
export function StageList({ draft }: { draft: Draft }) {
  const { edit } = useEditing();
  // Where what is dragged would stand; it becomes one edit when it is dropped.
  const [drag, setDrag] = useState<Edit | null>(null);
  const latest = useRef<Edit | null>(null);
  // Where it is held is found a moment later than it is let go at times; by then it is nowhere.
  const held = useRef(false);
  const [added, setAdded] = useState<string | null>(null);
  const shown = drag ? edited(draft, drag) : draft;
  const put = (next: Edit | null) => {
    latest.current = next;
    setDrag(next);
  };
  const add = useCallback(
    (at: number) => {
      const stage = blankStage();
      setAdded(stage.key);
      edit({ do: "add-stage", stage, at });
    },
    [edit],
  );

  return (
    <DragDropProvider
      onDragStart={() => {
        held.current = true;
      }}
      onDragOver={(event) => {
        if (!held.current) return;
        const now = latest.current ? edited(draft, latest.current) : draft;
        put(arranged(now, event) ?? latest.current);
      }}
      onDragEnd={(event) => {
        held.current = false;
        const last = latest.current;
        put(null);
        if (last && !event.canceled) edit(last);
      }}
    >
      {shown.stages.length === 0 ? (
        <Empty
          title="No stages yet"
          action={
            <Button leftSection={<IconPlus size={16} />} onClick={() => add(0)}>
              Add the first stage
            </Button>
          }
        >
          A stage is a step that one person or agent takes. A case goes through them in their order.
        </Empty>
      ) : (
        <Stack gap="sm" component="ol" p={0} m={0} style={{ listStyle: "none" }}>
          {shown.stages.map((stage, n) => (
            <StageCard key={stage.key} stage={stage} at={n} of={shown.stages.length} focus={stage.key === added} add={add} />
          ))}
        </Stack>
      )}
      {shown.stages.length > 0 && (
        <Button mt="sm" variant="default" leftSection={<IconPlus size={16} />} onClick={() => add(draft.stages.length)}>
          Add a stage
        </Button>
      )}
    </DragDropProvider>
  );
}
