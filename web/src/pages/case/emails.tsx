// E-mails of a place: what was sent, how far it came, and writing one.
import { Alert, Badge, Box, Button, Group, Modal, Stack, TagsInput, Text, Textarea, TextInput, UnstyledButton } from "@mantine/core";
import { IconMail, IconMailPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { body, v1 } from "~/api/heddle.ts";
import { keys } from "~/api/keys.ts";
import { explain, fieldErrors, tell, useAct } from "~/api/query.ts";
import { ActorName } from "~/ui/actor.tsx";
import { QueryView } from "~/ui/query-view.tsx";
import { Empty } from "~/ui/states.tsx";
import { TimeAgo } from "~/ui/time.tsx";
import { emailsQuery, type Email } from "./queries.ts";
import type { Place } from "./upload.ts";

const colors: Record<Email["state"], string> = { draft: "gray", queued: "orange", sent: "heddle", delivered: "teal" };

/** The list. */
export function Emails({ place }: { place: Place }) {
  const query = useQuery(emailsQuery(place.kind, place.id));
  const [writing, setWriting] = useState<Email | "new" | null>(null);
  return (
    <Stack gap="sm">
      <Group>
        <Button size="xs" variant="default" leftSection={<IconMailPlus size={15} />} onClick={() => setWriting("new")}>
          Write an e-mail
        </Button>
      </Group>
      <QueryView query={query}>
        {(emails) =>
          emails.length === 0 ? (
            <Empty icon={<IconMail size={30} stroke={1.4} aria-hidden />} title="No e-mails">
              What is written here is sent in the name of the case and stays with it.
            </Empty>
          ) : (
            <Stack gap="xs">
              {emails.map((email) => (
                <Mail key={email.id} email={email} change={() => setWriting(email)} />
              ))}
            </Stack>
          )
        }
      </QueryView>
      {writing && <Write place={place} {...(writing === "new" ? {} : { draft: writing })} close={() => setWriting(null)} />}
    </Stack>
  );
}

function Mail({ email, change }: { email: Email; change: () => void }) {
  const [open, setOpen] = useState(false);
  return (
    <Box className="panel" p="sm">
      <UnstyledButton w="100%" onClick={() => setOpen(!open)} aria-expanded={open}>
        <Group gap={8} wrap="nowrap">
          <Badge size="sm" variant="light" color={email.error ? "red" : colors[email.state]} tt="none" c="var(--mantine-color-text)" style={{ flexShrink: 0 }}>
            {email.error ? "refused" : email.state}
          </Badge>
          <Text size="sm" fw={600} truncate>
            {email.subject || "Without a subject"}
          </Text>
          <Text size="xs" c="dimmed" ml="auto" component="span" style={{ flexShrink: 0 }}>
            <TimeAgo time={email.sent_at ?? email.updated_at} />
          </Text>
        </Group>
        <Text size="xs" c="dimmed" truncate>
          To {email.to.join(", ") || "nobody yet"}
        </Text>
      </UnstyledButton>
      {email.error && (
        <Alert color="red" mt="xs" p="xs">
          {email.error}
        </Alert>
      )}
      {open && (
        <Stack gap="xs" mt="xs">
          {email.cc.length > 0 && <Text size="xs">Cc {email.cc.join(", ")}</Text>}
          <Text size="sm" style={{ whiteSpace: "pre-wrap" }}>
            {email.body}
          </Text>
          <Group gap="xs">
            <Text size="xs" c="dimmed" component="div">
              Written by <ActorName id={email.created_by} size={16} none="Heddle" />
            </Text>
          </Group>
        </Stack>
      )}
      {email.state === "draft" && (
        <Button size="compact-xs" variant="default" mt="xs" onClick={change}>
          Go on writing
        </Button>
      )}
    </Box>
  );
}

function Write({ place, draft, close }: { place: Place; draft?: Email; close: () => void }) {
  const [mail, setMail] = useState({
    to: draft?.to ?? [],
    cc: draft?.cc ?? [],
    bcc: draft?.bcc ?? [],
    subject: draft?.subject ?? "",
    body: draft?.body ?? "",
  });
  const save = async () => {
    const saved = draft
      ? await body(v1.PATCH("/v1/emails/{id}", { params: { path: { id: draft.id } }, body: mail }))
      : await body(v1.POST("/v1/emails", { body: { [place.kind]: place.id, ...mail } }));
    return saved.data;
  };
  const act = useAct<"keep" | "send">({
    run: async (what) => {
      const saved = await save();
      if (what === "send") await body(v1.POST("/v1/emails/{id}/send", { params: { path: { id: saved.id } } }));
    },
    stale: [keys.emails(place.id)],
    failed: () => true,
    done: (_, what) => {
      tell(what === "send" ? "On its way" : "Kept as a draft");
      close();
    },
  });
  const wrong = fieldErrors(act.error);
  const unnamed = Object.entries(wrong).filter(([path]) => !["to", "cc", "subject", "body"].includes(path.split(".")[0] ?? ""));
  const addresses = (field: "to" | "cc" | "bcc", label: string) => (
    <TagsInput
      label={label}
      value={mail[field]}
      onChange={(value) => setMail({ ...mail, [field]: value })}
      splitChars={[",", ";", " "]}
      acceptValueOnBlur
      error={Object.entries(wrong).find(([path]) => path.split(".")[0] === field)?.[1]}
      required={field === "to"}
    />
  );
  return (
    <Modal opened onClose={close} title={draft ? "Go on writing" : "Write an e-mail"} size="lg" closeOnClickOutside={false}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          act.mutate("send");
        }}
      >
        <Stack>
          {act.error && (Object.keys(wrong).length === 0 || unnamed.length > 0) && <Alert color="red">{explain(act.error)}</Alert>}
          {addresses("to", "To")}
          {addresses("cc", "Cc")}
          {mail.bcc.length > 0 && addresses("bcc", "Bcc")}
          <TextInput label="Subject" value={mail.subject} onChange={(event) => setMail({ ...mail, subject: event.currentTarget.value })} error={wrong.subject} />
          <Textarea label="Text" autosize minRows={8} maxRows={20} value={mail.body} onChange={(event) => setMail({ ...mail, body: event.currentTarget.value })} error={wrong.body} />
          <Group justify="flex-end">
            <Button variant="default" loading={act.isPending && act.variables === "keep"} onClick={() => act.mutate("keep")}>
              Keep as a draft
            </Button>
            <Button type="submit" loading={act.isPending && act.variables === "send"}>
              Send
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
