// Text that becomes a field when it is clicked.
import { ActionIcon, Box, Button, Group, Stack, Text, Textarea, TextInput, Title } from "@mantine/core";
import { IconPencil } from "@tabler/icons-react";
import { useState } from "react";
import { Written } from "~/ui/markdown.tsx";
import classes from "./case.module.css";

interface Editable<Began> {
  value: string;
  disabled: boolean;
  /** What was being edited when the field opened. */
  began: Began;
  save: (value: string, began: Began) => void;
}

/** The title of a page, as a heading or a field. */
export function EditableTitle<Began>({ value, disabled, began, save }: Editable<Began>) {
  const [draft, setDraft] = useState<{ text: string; began: Began } | null>(null);
  if (!draft) {
    return (
      <Group gap={6} wrap="nowrap" align="flex-start">
        <Title order={1} className={classes.title ?? ""}>
          {value}
        </Title>
        {!disabled && (
          <ActionIcon aria-label="Change the title" onClick={() => setDraft({ text: value, began })} mt={2}>
            <IconPencil size={16} />
          </ActionIcon>
        )}
      </Group>
    );
  }
  const done = () => {
    const text = draft.text.trim();
    if (text !== "" && text !== value) save(text, draft.began);
    setDraft(null);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        done();
      }}
    >
      <Group gap="xs" wrap="nowrap">
        <TextInput
          aria-label="Title"
          flex={1}
          size="md"
          autoFocus
          maxLength={500}
          value={draft.text}
          onChange={(event) => setDraft({ ...draft, text: event.currentTarget.value })}
          onKeyDown={(event) => {
            if (event.key === "Escape") setDraft(null);
          }}
        />
        <Button type="submit">Save</Button>
        <Button variant="default" onClick={() => setDraft(null)}>
          Cancel
        </Button>
      </Group>
    </form>
  );
}

/** A longer text, as Markdown or a field. */
export function EditableText<Began>({ value, disabled, began, save, label }: Editable<Began> & { label: string }) {
  const [draft, setDraft] = useState<{ text: string; began: Began } | null>(null);
  if (!draft) {
    return (
      <Box>
        <Group justify="space-between" wrap="nowrap">
          <Text size="sm" fw={600}>
            {label}
          </Text>
          {!disabled && (
            <ActionIcon aria-label={`Change the ${label.toLowerCase()}`} onClick={() => setDraft({ text: value, began })}>
              <IconPencil size={15} />
            </ActionIcon>
          )}
        </Group>
        {value === "" ? (
          <Text size="sm" c="dimmed">
            None
          </Text>
        ) : (
          <Written text={value} />
        )}
      </Box>
    );
  }
  return (
    <Stack gap={6}>
      <Textarea
        label={label}
        autosize
        minRows={4}
        maxRows={16}
        autoFocus
        value={draft.text}
        onChange={(event) => setDraft({ ...draft, text: event.currentTarget.value })}
      />
      <Group gap="xs" justify="flex-end">
        <Button size="xs" variant="default" onClick={() => setDraft(null)}>
          Cancel
        </Button>
        <Button
          size="xs"
          onClick={() => {
            if (draft.text !== value) save(draft.text, draft.began);
            setDraft(null);
          }}
        >
          Save
        </Button>
      </Group>
    </Stack>
  );
}
