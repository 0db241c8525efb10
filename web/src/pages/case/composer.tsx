// Where an entry is written: rich text, kept as Markdown; who is named with @ hears of it; files are attached.
import { ActionIcon, Box, Button, FileButton, Group, Paper, SegmentedControl, Text, Tooltip, UnstyledButton } from "@mantine/core";
import { IconBold, IconCode, IconItalic, IconList, IconListNumbers, IconPaperclip, IconQuote, IconX } from "@tabler/icons-react";
import Mention from "@tiptap/extension-mention";
import { Placeholder } from "@tiptap/extensions";
import { Markdown } from "@tiptap/markdown";
import { EditorContent, ReactRenderer, useEditor, useEditorState, type Editor } from "@tiptap/react";
import StarterKit from "@tiptap/starter-kit";
import type { SuggestionProps } from "@tiptap/suggestion";
import { useEffect, useImperativeHandle, useRef, useState, type Ref } from "react";
import { body, v1, type Schemas } from "~/api/heddle.ts";
import { keys } from "~/api/keys.ts";
import { complain, queries, useAct } from "~/api/query.ts";
import { membersQuery, type SpaceMember } from "~/api/spaces.ts";
import { ActorAvatar } from "~/ui/actor.tsx";
import { upload } from "./upload.ts";

type Visibility = Schemas["Visibility"];

/** A mention in Markdown: `@[Name](actor:ID)`. */
const MENTION = /^@\[([^\]\n]{1,200})\]\(actor:([0-9a-f-]{36})\)/;

const mention = (space: string) =>
  Mention.extend({
    markdownTokenName: "mention",
    markdownTokenizer: {
      name: "mention",
      level: "inline",
      start: (text) => text.indexOf("@["),
      tokenize: (text) => {
        const found = MENTION.exec(text);
        return found ? { type: "mention", raw: found[0], label: found[1], id: found[2] } : undefined;
      },
    },
    parseMarkdown: (token, helpers) => helpers.createNode("mention", { label: token.label as string, id: token.id as string }),
    renderMarkdown: (node) => {
      const { label, id } = (node.attrs ?? {}) as { label?: string; id?: string };
      return `@[${(label ?? "").replace(/[[\]]/g, "")}](actor:${id ?? ""})`;
    },
  }).configure({
    HTMLAttributes: { class: "mention" },
    deleteTriggerWithBackspace: true,
    suggestion: {
      items: async ({ query }: { query: string }) => {
        const members = await queries.query({ ...membersQuery(space), staleTime: "static" });
        const wanted = query.toLowerCase();
        return members.filter(({ name }) => name.toLowerCase().includes(wanted)).slice(0, 8);
      },
      render: suggestions,
    },
  });

type Chosen = { id: string; label: string };
type Props = SuggestionProps<SpaceMember, Chosen>;
interface Keys {
  pressed: (event: KeyboardEvent) => boolean;
}

/** The list below the caret. */
function suggestions() {
  let shown: ReactRenderer<Keys, Props> | undefined;
  let unmount: (() => void) | undefined;
  return {
    onStart: (props: Props) => {
      shown = new ReactRenderer(Suggestions, { props, editor: props.editor });
      unmount = props.mount(shown.element);
    },
    onUpdate: (props: Props) => shown?.updateProps(props),
    onKeyDown: ({ event }: { event: KeyboardEvent }) => shown?.ref?.pressed(event) ?? false,
    onExit: () => {
      unmount?.();
      shown?.destroy();
      shown = undefined;
    },
  };
}

function Suggestions({ items, command, ref }: Props & { ref?: Ref<Keys> }) {
  const [at, setAt] = useState(0);
  const here = Math.min(at, items.length - 1);
  const choose = (member: SpaceMember | undefined) => {
    if (member) command({ id: member.actor_id, label: member.name });
  };
  useImperativeHandle(ref, () => ({
    pressed: ({ key }) => {
      if (items.length === 0) return false;
      if (key === "ArrowDown") setAt((here + 1) % items.length);
      else if (key === "ArrowUp") setAt((here + items.length - 1) % items.length);
      else if (key === "Enter" || key === "Tab") choose(items[here]);
      else return false;
      return true;
    },
  }));
  if (items.length === 0) return null;
  return (
    <Paper withBorder shadow="md" p={4} miw={200} style={{ zIndex: 400 }} role="listbox" aria-label="People and agents">
      {items.map((member, n) => (
        <UnstyledButton
          key={member.actor_id}
          role="option"
          aria-selected={n === here}
          w="100%"
          p={6}
          bg={n === here ? "var(--mantine-primary-color-light)" : undefined}
          style={{ borderRadius: 6 }}
          onMouseDown={(event) => {
            event.preventDefault();
            choose(member);
          }}
        >
          <Group gap={8} wrap="nowrap">
            <ActorAvatar id={member.actor_id} size={20} tooltip={false} />
            <Text size="sm">{member.name}</Text>
          </Group>
        </UnstyledButton>
      ))}
    </Paper>
  );
}

/** Where the text that is not sent yet is kept, so that nothing is lost when the page is. */
const draftKey = (thread: string) => `heddle-draft-${thread}`;

function keptDraft(thread: string): string {
  try {
    return localStorage.getItem(draftKey(thread)) ?? "";
  } catch {
    return "";
  }
}

function keepDraft(thread: string, text: string): void {
  try {
    if (text.trim() === "") localStorage.removeItem(draftKey(thread));
    else localStorage.setItem(draftKey(thread), text);
  } catch {
    // Storage may be full or forbidden; the text is still in the field.
  }
}

/** The field. */
export function Composer({ thread, space }: { thread: string; space: string }) {
  const [visibility, setVisibility] = useState<Visibility>("public");
  const [files, setFiles] = useState<File[]>([]);
  const send = useRef<() => boolean>(() => false);
  const editor = useEditor({
    extensions: [
      StarterKit.configure({ heading: false, horizontalRule: false, underline: false, link: { openOnClick: false } }),
      Placeholder.configure({ placeholder: "Write to everybody in the case; @ names somebody" }),
      Markdown,
      mention(space),
    ],
    content: keptDraft(thread),
    contentType: "markdown",
    immediatelyRender: true,
    editorProps: {
      attributes: { role: "textbox", "aria-label": "Write into the thread", "aria-multiline": "true" },
      handleKeyDown: (_, event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && send.current(),
    },
    onUpdate: ({ editor: changed }) => keepDraft(thread, changed.getMarkdown()),
  });
  const empty = useEditorState({ editor, selector: ({ editor: now }) => now.isEmpty });

  const post = useAct<string>({
    run: async (content) => {
      // Files first: when one is refused, the text is still in the field.
      for (const file of [...files]) {
        await upload(file, { kind: "thread_id", id: thread });
        setFiles((left) => left.filter((other) => other !== file));
      }
      if (content.trim() !== "") {
        await body(
          v1.POST("/v1/threads/{id}/activities", {
            params: { path: { id: thread } },
            body: { type: "comment", content, visibility },
          }),
        );
      }
    },
    stale: [keys.thread(thread)],
    done: () => {
      editor.commands.clearContent(true);
      keepDraft(thread, "");
    },
    failed: (error) => {
      complain(error);
      return true;
    },
  });
  useEffect(() => {
    send.current = () => {
      if (!post.isPending && (!editor.isEmpty || files.length > 0)) post.mutate(editor.getMarkdown());
      return true;
    };
  });

  return (
    <Box
      className="panel"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        if (event.dataTransfer.files.length === 0) return;
        event.preventDefault();
        setFiles([...files, ...event.dataTransfer.files]);
      }}
    >
      <Box className="editor">
        <EditorContent editor={editor} />
      </Box>
      {files.length > 0 && (
        <Group gap={6} px="sm" pb={6}>
          {files.map((file) => (
            <Group key={`${file.name} ${file.lastModified}`} gap={4} className="panel" px={8} py={2}>
              <IconPaperclip size={14} aria-hidden />
              <Text size="xs">{file.name}</Text>
              <UnstyledButton aria-label={`Do not attach ${file.name}`} onClick={() => setFiles(files.filter((other) => other !== file))} lh={1}>
                <IconX size={12} />
              </UnstyledButton>
            </Group>
          ))}
        </Group>
      )}
      <Group justify="space-between" px={8} py={6} style={{ borderTop: "1px solid var(--heddle-line)" }}>
        <Group gap={2}>
          <Format editor={editor} />
          <FileButton multiple onChange={(chosen) => setFiles([...files, ...chosen])}>
            {(props) => (
              <Tooltip label="Attach files">
                <ActionIcon {...props} aria-label="Attach files">
                  <IconPaperclip size={17} />
                </ActionIcon>
              </Tooltip>
            )}
          </FileButton>
        </Group>
        <Group gap="xs">
          <SegmentedControl
            size="xs"
            aria-label="Who sees it"
            value={visibility}
            onChange={(value) => setVisibility(value)}
            data={[
              { value: "public", label: "Everybody" },
              { value: "internal", label: "Internal" },
            ]}
          />
          <Button size="xs" loading={post.isPending} disabled={empty && files.length === 0} onClick={() => send.current()}>
            Send
          </Button>
        </Group>
      </Group>
    </Box>
  );
}

function Format({ editor }: { editor: Editor }) {
  const on = useEditorState({
    editor,
    selector: ({ editor: now }) => ({
      bold: now.isActive("bold"),
      italic: now.isActive("italic"),
      code: now.isActive("code"),
      bulletList: now.isActive("bulletList"),
      orderedList: now.isActive("orderedList"),
      blockquote: now.isActive("blockquote"),
    }),
  });
  const chain = () => editor.chain().focus();
  const buttons = [
    { name: "bold", label: "Bold", icon: IconBold, run: () => chain().toggleBold().run() },
    { name: "italic", label: "Italic", icon: IconItalic, run: () => chain().toggleItalic().run() },
    { name: "code", label: "Code", icon: IconCode, run: () => chain().toggleCode().run() },
    { name: "bulletList", label: "List", icon: IconList, run: () => chain().toggleBulletList().run() },
    { name: "orderedList", label: "Numbered list", icon: IconListNumbers, run: () => chain().toggleOrderedList().run() },
    { name: "blockquote", label: "Quote", icon: IconQuote, run: () => chain().toggleBlockquote().run() },
  ] as const;
  return (
    <Group gap={2} visibleFrom="xs">
      {buttons.map(({ name, label, icon: Icon, run }) => (
        <Tooltip key={name} label={label}>
          <ActionIcon aria-label={label} aria-pressed={on[name]} variant={on[name] ? "light" : "subtle"} onClick={run}>
            <Icon size={17} />
          </ActionIcon>
        </Tooltip>
      ))}
    </Group>
  );
}
