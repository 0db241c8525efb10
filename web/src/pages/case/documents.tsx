// Files and notes at a place, and what is in them.
import { ActionIcon, Badge, Button, FileButton, Group, Menu, Modal, Stack, Table, Text, TextInput, UnstyledButton } from "@mantine/core";
import { IconDots, IconDownload, IconFile, IconFileText, IconMail, IconNote, IconPhoto, IconUpload } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { body, slim, v1 } from "~/api/heddle.ts";
import { keys } from "~/api/keys.ts";
import { fieldErrors, tell, useAct } from "~/api/query.ts";
import { ActorName } from "~/ui/actor.tsx";
import { confirm } from "~/ui/confirm.tsx";
import { QueryView } from "~/ui/query-view.tsx";
import { bytes } from "~/ui/sizes.ts";
import { Empty, Loading } from "~/ui/states.tsx";
import { TimeAgo } from "~/ui/time.tsx";
import { artifactsQuery, type Artifact } from "./queries.ts";
import { upload, type Place } from "./upload.ts";

const Preview = lazy(async () => ({ default: (await import("./preview.tsx")).Preview }));
const NoteEditor = lazy(async () => ({ default: (await import("./note-editor.tsx")).NoteEditor }));

/** The list. */
export function Documents({ place }: { place: Place }) {
  const query = useQuery(artifactsQuery(place.kind, place.id));
  const [shown, setShown] = useState<Artifact | null>(null);
  const [writing, setWriting] = useState(false);
  const [over, setOver] = useState(false);
  const send = useAct<File[]>({
    // One after the other: when one is refused, those before it are there.
    run: async (files) => {
      for (const file of files) await upload(file, place);
    },
    stale: [keys.artifacts(place.id)],
    done: (_, files) => tell(files.length === 1 ? `${files[0]?.name ?? "The file"} is attached` : `${files.length} files are attached`),
  });

  return (
    <Stack
      gap="sm"
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        const files = [...event.dataTransfer.files];
        if (files.length > 0) send.mutate(files);
      }}
      style={over ? { outline: "2px dashed var(--mantine-primary-color-filled)", outlineOffset: 6, borderRadius: 8 } : undefined}
    >
      <Group gap="xs">
        <FileButton multiple onChange={(files) => files.length > 0 && send.mutate(files)}>
          {(props) => (
            <Button {...props} size="xs" variant="default" leftSection={<IconUpload size={15} />} loading={send.isPending}>
              Upload files
            </Button>
          )}
        </FileButton>
        <Button size="xs" variant="default" leftSection={<IconNote size={15} />} onClick={() => setWriting(true)}>
          Write a note
        </Button>
      </Group>
      <QueryView query={query}>
        {(documents) =>
          documents.length === 0 ? (
            <Empty icon={<IconFile size={30} stroke={1.4} aria-hidden />} title="No documents">
              Upload files, drop them here, or write a note.
            </Empty>
          ) : (
            <Table verticalSpacing={6} highlightOnHover>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Name</Table.Th>
                  <Table.Th visibleFrom="sm">By</Table.Th>
                  <Table.Th visibleFrom="sm">Size</Table.Th>
                  <Table.Th>Changed</Table.Th>
                  <Table.Th aria-label="What can be done" />
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {documents.map((document) => (
                  <Line key={document.id} document={document} place={place} show={() => setShown(document)} />
                ))}
              </Table.Tbody>
            </Table>
          )
        }
      </QueryView>
      <Suspense fallback={<Loading />}>
        {shown?.type === "note" ? (
          <NoteEditor note={shown} place={place} close={() => setShown(null)} />
        ) : (
          shown && <Preview document={shown} close={() => setShown(null)} />
        )}
        {writing && <NoteEditor place={place} close={() => setWriting(false)} />}
      </Suspense>
    </Stack>
  );
}

function Line({ document, place, show }: { document: Artifact; place: Place; show: () => void }) {
  const [renaming, setRenaming] = useState(false);
  const remove = useAct({
    run: () => body(v1.DELETE("/v1/artifacts/{id}", { params: { path: { id: document.id } } })),
    stale: [keys.artifacts(place.id)],
  });
  return (
    <Table.Tr>
      <Table.Td>
        <UnstyledButton onClick={show} aria-label={`Show ${document.name}`}>
          <Group gap={8} wrap="nowrap">
            <Kind document={document} />
            <Text size="sm" fw={500}>
              {document.name}
            </Text>
            {document.tags.map((tag) => (
              <Badge key={tag} size="xs" variant="default" tt="none">
                {tag}
              </Badge>
            ))}
          </Group>
        </UnstyledButton>
      </Table.Td>
      <Table.Td visibleFrom="sm">
        <ActorName id={document.created_by} size={18} none="Heddle" />
      </Table.Td>
      <Table.Td visibleFrom="sm">
        <Text size="sm">{bytes(document.size)}</Text>
      </Table.Td>
      <Table.Td>
        <Text size="sm" component="span">
          <TimeAgo time={document.updated_at} />
        </Text>
      </Table.Td>
      <Table.Td w={40}>
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon aria-label={`What can be done with ${document.name}`}>
              <IconDots size={16} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item component="a" href={`/v1/artifacts/${document.id}/download`} leftSection={<IconDownload size={15} />}>
              Download
            </Menu.Item>
            {document.type === "file" && <Menu.Item onClick={() => setRenaming(true)}>Rename…</Menu.Item>}
            <Menu.Item
              color="red"
              onClick={() =>
                confirm({
                  title: `Delete ${document.name}?`,
                  text: "It is gone for everybody, and cannot be brought back.",
                  action: "Delete",
                  run: () => remove.mutate(),
                })
              }
            >
              Delete
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
        {renaming && <Rename document={document} place={place} close={() => setRenaming(false)} />}
      </Table.Td>
    </Table.Tr>
  );
}

function Kind({ document }: { document: Artifact }) {
  const type = document.mime_type;
  const Icon =
    document.type === "note"
      ? IconNote
      : type.startsWith("image/")
        ? IconPhoto
        : type === "message/rfc822"
          ? IconMail
          : type.startsWith("text/") || type === "application/pdf"
            ? IconFileText
            : IconFile;
  return <Icon size={18} stroke={1.6} aria-hidden style={{ flexShrink: 0 }} />;
}

function Rename({ document, place, close }: { document: Artifact; place: Place; close: () => void }) {
  const [name, setName] = useState(document.name);
  const rename = useAct({
    run: () =>
      body(slim.PATCH("/api/v1/public/files/{file_id}", { params: { path: { file_id: document.id } }, body: { filename: name } })),
    stale: [keys.artifacts(place.id)],
    failed: (error) => Object.keys(fieldErrors(error)).length > 0,
    done: close,
  });
  return (
    <Modal opened onClose={close} title="Rename the file">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          rename.mutate();
        }}
      >
        <Stack>
          <TextInput label="Name" data-autofocus required value={name} onChange={(event) => setName(event.currentTarget.value)} error={Object.values(fieldErrors(rename.error))[0]} />
          <Group justify="flex-end">
            <Button type="submit" loading={rename.isPending}>
              Rename
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

