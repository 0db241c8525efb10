// Another saved a version while one was being edited: what they changed, what mine would change of it, and which one stays.
import { Button, Group, Modal, Stack, Tabs, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { versionQuery } from "~/api/designs.ts";
import { Loading } from "~/ui/states.tsx";
import { TimeAgo } from "~/ui/time.tsx";
import { Comparison } from "./comparison.tsx";
import { toDraft } from "./draft.ts";
import type { Editor } from "./use-editor.ts";

/** The dialog. */
export function Conflict({ editor, note }: { editor: Editor; note: string }) {
  const { newer, base, draft } = editor;
  const old = useQuery(versionQuery(base.procedure_id, base.version));
  const before = useMemo(() => (old.data ? toDraft(old.data) : null), [old.data]);
  const theirs = useMemo(() => (newer ? toDraft(newer) : null), [newer]);
  const who = newer?.updated_by.name ?? "Somebody";
  return (
    <Modal opened onClose={() => editor.setConflict(false)} title="Changed meanwhile" size="lg">
      {newer && theirs && before ? (
        <Stack gap="sm">
          <Text size="sm">
            {who} saved version {newer.version} <TimeAgo time={newer.updated_at} />
            {newer.note ? `: ${newer.note}` : ""}. You began from version {base.version}.
          </Text>
          <Tabs defaultValue="theirs" keepMounted={false}>
            <Tabs.List mb="sm">
              <Tabs.Tab value="theirs">What {who} changed</Tabs.Tab>
              <Tabs.Tab value="mine">What keeping mine changes</Tabs.Tab>
            </Tabs.List>
            <Tabs.Panel value="theirs">
              <Comparison before={before} after={theirs} onlyChanges />
            </Tabs.Panel>
            <Tabs.Panel value="mine">
              <Comparison before={theirs} after={draft} onlyChanges />
            </Tabs.Panel>
          </Tabs>
          <Text size="sm" c="dimmed">
            Keep mine: yours is saved as the next version, and theirs stays in the list of versions. Take theirs: what you have not saved is gone.
          </Text>
          <Group justify="flex-end">
            <Button variant="subtle" color="gray" onClick={() => editor.setConflict(false)}>
              Go on editing
            </Button>
            <Button variant="default" onClick={() => editor.adopt(newer)}>
              Take theirs
            </Button>
            <Button loading={editor.saving} onClick={() => editor.save(note, newer)}>
              Keep mine
            </Button>
          </Group>
        </Stack>
      ) : (
        <Loading />
      )}
    </Modal>
  );
}
