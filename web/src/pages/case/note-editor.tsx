// Writing a note: Markdown, with how it will look beside it.
import { Alert, Box, Button, Group, Modal, SimpleGrid, Stack, TagsInput, Text, Textarea, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { body, slim } from "~/api/heddle.ts";
import { keys } from "~/api/keys.ts";
import { explain, fieldErrors, useAct } from "~/api/query.ts";
import { Written } from "~/ui/markdown.tsx";
import { QueryView } from "~/ui/query-view.tsx";
import type { Artifact } from "./queries.ts";
import type { Place } from "./upload.ts";

/** The window: for a new note, or one that is there. */
export function NoteEditor({ note, place, close }: { note?: Artifact; place: Place; close: () => void }) {
  const query = useQuery({
    queryKey: [...keys.artifacts(place.id), "note", note?.id],
    queryFn: async () =>
      body(slim.GET("/api/v1/public/notes/{note_id}", { params: { path: { note_id: note?.id ?? "" } } })),
    enabled: note !== undefined,
    // The form begins with what it is given: what was read before must not be it.
    gcTime: 0,
  });
  return (
    <Modal opened onClose={close} title={note ? note.name : "A new note"} size="min(1000px, 96vw)" closeOnClickOutside={false}>
      {note ? (
        <QueryView query={query}>
          {(found) => <Fields id={found.id} place={place} title={found.title} text={found.body ?? ""} tags={found.tags} close={close} />}
        </QueryView>
      ) : (
        <Fields place={place} title="" text="" tags={[]} close={close} />
      )}
    </Modal>
  );
}

function Fields({
  id,
  place,
  close,
  ...begun
}: {
  id?: string;
  place: Place;
  title: string;
  text: string;
  tags: string[];
  close: () => void;
}) {
  const [title, setTitle] = useState(begun.title);
  const [text, setText] = useState(begun.text);
  const [tags, setTags] = useState(begun.tags);
  const save = useAct({
    run: () =>
      id
        ? body(
            slim.PATCH("/api/v1/public/notes/{note_id}", {
              params: { path: { note_id: id } },
              body: { title, body: text, tags },
            }),
          )
        : body(
            slim.POST("/api/v1/public/notes", {
              body: { title, body: text, tags, ...(place.kind === "case_id" ? { case_id: place.id } : { space_id: place.id }) },
            }),
          ),
    stale: [keys.artifacts(place.id)],
    failed: () => true,
    done: close,
  });
  const wrong = fieldErrors(save.error);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack>
        {save.error && Object.keys(wrong).length === 0 && <Alert color="red">{explain(save.error)}</Alert>}
        <TextInput label="Title" required data-autofocus value={title} onChange={(event) => setTitle(event.currentTarget.value)} error={wrong.title} />
        <SimpleGrid cols={{ base: 1, md: 2 }}>
          <Textarea label="Text, in Markdown" autosize minRows={12} maxRows={24} value={text} onChange={(event) => setText(event.currentTarget.value)} error={wrong.body} />
          <Box>
            <Text size="sm" fw={500} mb={4}>
              How it will look
            </Text>
            <Box className="panel" p="sm" mih={120}>
              <Written text={text} />
            </Box>
          </Box>
        </SimpleGrid>
        <TagsInput label="Tags" value={tags} onChange={setTags} error={wrong.tags} />
        <Group justify="flex-end">
          <Button type="submit" loading={save.isPending}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
