// The designer of a procedure.
import { ActionIcon, Alert, Box, Button, Group, Modal, Stack, Tabs, Text, Textarea, TextInput, Title, Tooltip } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { IconArrowBackUp, IconArrowForwardUp, IconHistory, IconInfoCircle, IconPlayerPlay } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useBlocker } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { designQuery, discoveredQuery, procedureQuery, type Design, type Procedure } from "~/api/designs.ts";
import { useSession } from "~/api/session.ts";
import { membersQuery, spaceQuery } from "~/api/spaces.ts";
import { confirm } from "~/ui/confirm.tsx";
import { TextLink } from "~/ui/links.tsx";
import { Page } from "~/ui/page.tsx";
import { QueryView } from "~/ui/query-view.tsx";
import { TimeAgo } from "~/ui/time.tsx";
import { Conflict } from "./conflict.tsx";
import classes from "./designer.module.css";
import { DryRunPanel } from "./dry-run.tsx";
import { EditingContext, type TryCase } from "./editing.ts";
import { StageList } from "./stage-list.tsx";
import { useEditor, type Editor } from "./use-editor.ts";
import { Versions } from "./versions.tsx";

const route = getRouteApi("/$workspace/procedures/$procedure");

/** The page. */
export function DesignerPage() {
  const { procedure: id } = route.useParams();
  const procedure = useQuery(procedureQuery(id));
  const design = useQuery(designQuery(id));
  return (
    <QueryView query={procedure} what="procedure">
      {(found) => (
        <QueryView query={design} what="procedure">
          {(newest) => <Designer key={id} procedure={found} design={newest} />}
        </QueryView>
      )}
    </QueryView>
  );
}

function Designer({ procedure, design }: { procedure: Procedure; design: Design }) {
  const { actor_id } = useSession();
  const editor = useEditor(design, actor_id);
  const { draft, dirty, errors, edit } = editor;
  const { data: members } = useQuery(membersQuery(procedure.space_id));
  const [tryCase, setTryCase] = useState<TryCase | null>(null);
  // What was said of a version that is saved is not said of the next.
  const [said, setSaid] = useState({ of: 0, note: "" });
  const note = said.of === editor.base.version ? said.note : "";
  const setNote = (text: string) => setSaid({ of: editor.base.version, note: text });
  const { from } = route.useSearch();
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => dirty && current.pathname !== next.pathname,
    enableBeforeUnload: () => dirty,
    withResolver: true,
  });
  const save = () => editor.save(note);
  useHotkeys(
    [
      [
        "mod+S",
        () => {
          if (dirty) save();
        },
      ],
      ["mod+Z", editor.undo],
      ["mod+shift+Z", editor.redo],
      ["mod+Y", editor.redo],
    ],
    // Also while typing: what the browser would take back is not what is on the page.
    [],
  );
  const editing = useMemo(() => ({ edit, errors, members: members ?? [], tryCase }), [edit, errors, members, tryCase]);

  return (
    <EditingContext value={editing}>
      <Page
        width="full"
        title={draft.name.trim() || "Procedure without a name"}
        lead={<Where procedure={procedure} base={editor.base} />}
        actions={<TakeBack editor={editor} />}
      >
        <Notices editor={editor} />
        {from === "past" && <FromThePast space={procedure.space_id} />}
        <Box className={classes.page}>
          <Box style={{ minWidth: 0 }}>
            <About editor={editor} />
            <Title order={2} my="sm">
              Stages
            </Title>
            {errors.stages && (
              <Text size="sm" c="var(--mantine-color-error)" mb="xs">
                {errors.stages}
              </Text>
            )}
            <StageList draft={draft} />
          </Box>
          <Box component="aside" className={`panel ${classes.side ?? ""}`} p="md" aria-label="Trying and versions">
            <Tabs defaultValue="try">
              <Tabs.List mb="sm" grow>
                <Tabs.Tab value="try" leftSection={<IconPlayerPlay size={15} />}>
                  Try it
                </Tabs.Tab>
                <Tabs.Tab value="versions" leftSection={<IconHistory size={15} />}>
                  Versions
                </Tabs.Tab>
              </Tabs.List>
              <Tabs.Panel value="try">
                <DryRunPanel draft={draft} space={procedure.space_id} value={tryCase} onChange={setTryCase} />
              </Tabs.Panel>
              <Tabs.Panel value="versions">
                <Versions base={editor.base} draft={draft} dirty={dirty} adopt={editor.adopt} />
              </Tabs.Panel>
            </Tabs>
          </Box>
        </Box>
        {dirty && <SaveBar editor={editor} note={note} setNote={setNote} save={save} />}
      </Page>
      {editor.conflict && <Conflict editor={editor} note={note} />}
      {blocker.status === "blocked" && (
        <Modal opened onClose={blocker.reset} title="Leave without saving?">
          <Stack>
            <Text size="sm">What you have not saved stays in this browser, and is offered when you come back.</Text>
            <Group justify="flex-end">
              <Button variant="default" onClick={blocker.reset} data-autofocus>
                Stay
              </Button>
              <Button onClick={blocker.proceed}>Leave</Button>
            </Group>
          </Stack>
        </Modal>
      )}
    </EditingContext>
  );
}

/** The way to the procedure, and who changed it last. */
function Where({ procedure, base }: { procedure: Procedure; base: Design }) {
  const { workspace } = useSession();
  const { data: space } = useQuery(spaceQuery(procedure.space_id));
  const params = { workspace: workspace.slug, space: procedure.space_id };
  return (
    <>
      <TextLink to="/$workspace/spaces/$space" params={params} size="sm" underline="always">
        {space?.name ?? "Space"}
      </TextLink>
      {" / "}
      <TextLink to="/$workspace/spaces/$space/procedures" params={params} size="sm" underline="always">
        Procedures
      </TextLink>
      {" · Version "}
      {base.version}, {base.updated_by.name}, <TimeAgo time={base.updated_at} />
    </>
  );
}

function TakeBack({ editor }: { editor: Editor }) {
  return (
    <>
      <Tooltip label="Undo (Ctrl+Z)">
        <ActionIcon size="lg" variant="default" aria-label="Undo" disabled={!editor.canUndo} onClick={editor.undo}>
          <IconArrowBackUp size={18} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label="Redo (Ctrl+Shift+Z)">
        <ActionIcon size="lg" variant="default" aria-label="Redo" disabled={!editor.canRedo} onClick={editor.redo}>
          <IconArrowForwardUp size={18} />
        </ActionIcon>
      </Tooltip>
    </>
  );
}

function Notices({ editor }: { editor: Editor }) {
  const { offered, newer, dirty } = editor;
  return (
    <>
      {offered && (
        <Alert mb="md" icon={<IconHistory size={18} />} title="You left unsaved work here" variant="light">
          <Group justify="space-between">
            <Text size="sm">
              From <TimeAgo time={offered.at} />, made from version {offered.base}.
            </Text>
            <Group gap="xs">
              <Button size="xs" onClick={editor.bringBack}>
                Bring it back
              </Button>
              <Button size="xs" variant="default" onClick={editor.throwAway}>
                Throw it away
              </Button>
            </Group>
          </Group>
        </Alert>
      )}
      {newer && dirty && (
        <Alert mb="md" color="orange" icon={<IconInfoCircle size={18} />} variant="light" styles={{ title: { color: "var(--mantine-color-text)" } }} title={`${newer.updated_by.name} saved version ${newer.version} meanwhile`}>
          <Group justify="space-between">
            <Text size="sm">You are editing version {editor.base.version}.</Text>
            <Button size="xs" variant="default" onClick={() => editor.setConflict(true)}>
              See what changed
            </Button>
          </Group>
        </Alert>
      )}
    </>
  );
}

/** Where the stages of a procedure come from that was made from what happened. */
function FromThePast({ space }: { space: string }) {
  const { data } = useQuery(discoveredQuery(space));
  const navigate = route.useNavigate();
  if (!data) return null;
  return (
    <Alert
      mb="md"
      icon={<IconInfoCircle size={18} />}
      title="From what happened before"
      withCloseButton
      closeButtonLabel="I have seen this"
      onClose={() => void navigate({ search: {}, replace: true })}
    >
      {data.path_cases.toLocaleString()} of {data.cases.toLocaleString()} finished cases ({Math.round(data.share * 100)} %) took this path; {data.variants.toLocaleString()}{" "}
      {data.variants === 1 ? "path was" : "different paths were"} taken in all. Change what should be done otherwise.
    </Alert>
  );
}

function About({ editor }: { editor: Editor }) {
  const { draft, errors, edit } = editor;
  return (
    <Stack className="panel" p="md" gap="sm">
      <TextInput label="Name" value={draft.name} error={errors.name} onChange={(event) => edit({ do: "set", change: { name: event.currentTarget.value } })} />
      <Textarea
        label="Description"
        autosize
        minRows={1}
        value={draft.description}
        error={errors.description}
        onChange={(event) => edit({ do: "set", change: { description: event.currentTarget.value } })}
      />
    </Stack>
  );
}

function SaveBar({ editor, note, setNote, save }: { editor: Editor; note: string; setNote: (note: string) => void; save: () => void }) {
  const wrong = Object.keys(editor.errors).length;
  return (
    <Box
      component="form"
      role="group"
      aria-label="Unsaved changes"
      className={classes.bar}
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <Group gap="sm">
        <Text size="sm" c={wrong > 0 ? "var(--mantine-color-error)" : undefined} role="status">
          {wrong > 0 ? `Not saved: ${wrong === 1 ? "a field is" : `${wrong} fields are`} marked above` : "Unsaved changes"}
        </Text>
        <TextInput
          flex={1}
          miw={160}
          size="xs"
          aria-label="What did you change?"
          placeholder="What did you change? (optional)"
          value={note}
          error={editor.errors.note}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        <Button
          size="xs"
          variant="default"
          onClick={() =>
            confirm({
              title: "Discard your changes?",
              text: `The procedure is shown as it was saved in version ${editor.newer?.version ?? editor.base.version}.`,
              action: "Discard",
              run: () => editor.adopt(editor.newer ?? editor.base),
            })
          }
        >
          Discard
        </Button>
        <Button size="xs" type="submit" loading={editor.saving}>
          Save
        </Button>
      </Group>
    </Box>
  );
}
