// The workspace itself, and the mail that went nowhere.
import { Box, Button, Group, SimpleGrid, Stack, Text, TextInput, Title } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { body, v1 } from "~/api/heddle.ts";
import { keys } from "~/api/keys.ts";
import { fieldErrors, tell, useAct } from "~/api/query.ts";
import { useSession } from "~/api/session.ts";
import { Figure } from "~/ui/figure.tsx";
import { Page } from "~/ui/page.tsx";
import { QueryView } from "~/ui/query-view.tsx";
import { moment } from "~/ui/time.tsx";

/** The page. */
export function WorkspacePage() {
  const { mail_configured, version } = useSession();
  const query = useQuery({
    queryKey: [...keys.admin, "workspace"],
    queryFn: async () => (await body(v1.GET("/v1/workspace"))).data,
  });
  return (
    <Page title="Workspace" lead={`Heddle ${version}`} width={860}>
      <QueryView query={query}>
        {(workspace) => (
          <Stack gap="xl">
            <Rename name={workspace.name} />
            <SimpleGrid cols={{ base: 2, sm: 4 }}>
              <Figure name="Address" value={workspace.slug} />
              <Figure name="Members" value={workspace.members.toLocaleString()} />
              <Figure name="Spaces" value={workspace.spaces.toLocaleString()} />
              <Figure name="Cases" value={workspace.cases.toLocaleString()} />
            </SimpleGrid>
            {!mail_configured && <Outbox />}
          </Stack>
        )}
      </QueryView>
    </Page>
  );
}

function Rename({ name: given }: { name: string }) {
  const [name, setName] = useState(given);
  const client = useQueryClient();
  const rename = useAct({
    run: () => body(v1.PATCH("/v1/workspace", { body: { name } })),
    stale: [[...keys.admin, "workspace"]],
    failed: (error) => Object.keys(fieldErrors(error)).length > 0,
    done: async () => {
      await client.invalidateQueries({ queryKey: keys.session });
      tell("Saved");
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        rename.mutate();
      }}
    >
      <Group align="flex-end">
        <TextInput label="Name" flex={1} required value={name} onChange={(event) => setName(event.currentTarget.value)} error={fieldErrors(rename.error).name} />
        <Button type="submit" variant="default" disabled={name.trim() === given} loading={rename.isPending}>
          Rename
        </Button>
      </Group>
    </form>
  );
}

function Outbox() {
  const query = useQuery({ queryKey: [...keys.admin, "outbox"], queryFn: async () => (await body(v1.GET("/v1/outbox"))).data });
  return (
    <Box component="section" aria-label="Outbox">
      <Title order={2}>Outbox</Title>
      <Text size="sm" c="dimmed" mb="sm">
        This server has no mail server (HEDDLE_SMTP_URL), so mail is kept here instead of being sent.
      </Text>
      <QueryView query={query}>
        {(mails) => (
          <Stack gap="xs">
            {mails.length === 0 && <Text size="sm">Nothing was written yet.</Text>}
            {mails.map((mail) => (
              <Box key={`${mail.at} ${mail.subject}`} className="panel" p="sm">
                <Text size="sm" fw={600}>
                  {mail.subject}
                </Text>
                <Text size="xs" c="dimmed">
                  To {mail.to.join(", ")} · {moment(mail.at)}
                </Text>
                <Text size="sm" mt={4} style={{ whiteSpace: "pre-wrap" }} lineClamp={8}>
                  {mail.text}
                </Text>
              </Box>
            ))}
          </Stack>
        )}
      </QueryView>
    </Box>
  );
}
