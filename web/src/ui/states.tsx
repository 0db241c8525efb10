// What a page shows instead of its content: loading, nothing there, something went wrong.
import { Anchor, Button, Center, Code, Group, Loader, Stack, Text, Title } from "@mantine/core";
import { IconAlertTriangle, IconCompass, IconLock } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { HeddleError } from "~/api/heddle.ts";
import { explain } from "~/api/query.ts";

/** Something is on its way. */
export function Loading({ label = "Loading" }: { label?: string }) {
  return (
    <Center mih={160} role="status" aria-label={label}>
      <Loader size="sm" type="dots" />
    </Center>
  );
}

/** There is nothing yet: what belongs here, and how to begin. */
export function Empty({ icon, title, children, action }: { icon?: ReactNode; title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <Center mih={180} p="lg">
      <Stack align="center" gap="xs" maw={420} ta="center">
        {icon}
        <Text fw={600}>{title}</Text>
        {children !== undefined && (
          <Text c="dimmed" size="sm">
            {children}
          </Text>
        )}
        {action}
      </Stack>
    </Center>
  );
}

/** There is nothing at this address, or nothing for this user. */
export function Missing({ what = "page" }: { what?: string }) {
  return (
    <Center mih={320} p="lg">
      <Stack align="center" gap="sm" maw={440} ta="center">
        <IconCompass size={36} stroke={1.4} aria-hidden />
        <Title order={1} size="h2">
          This {what} is not there
        </Title>
        <Text c="dimmed">It may have been deleted, or you may not be a member of its space.</Text>
        <Anchor href="/">Back to my work</Anchor>
      </Stack>
    </Center>
  );
}

/** Something went wrong: what, and what can be done. */
export function Broken({ error, again, what }: { error: unknown; again?: () => void; what?: string }) {
  if (error instanceof HeddleError && error.status === 404) return <Missing what={what ?? "page"} />;
  const refused = error instanceof HeddleError && error.status === 403;
  return (
    <Center mih={200} p="lg" role="alert">
      <Stack align="center" gap="sm" maw={480} ta="center">
        {refused ? <IconLock size={32} stroke={1.4} aria-hidden /> : <IconAlertTriangle size={32} stroke={1.4} aria-hidden />}
        <Title order={2} size="h2">
          {refused ? "This is not yours to see" : "This could not be shown"}
        </Title>
        <Text c="dimmed">{explain(error)}</Text>
        {error instanceof HeddleError && error.requestId && (
          <Text size="xs" c="dimmed">
            Request <Code>{error.requestId}</Code>
          </Text>
        )}
        {again && !refused && (
          <Group>
            <Button variant="default" onClick={again}>
              Try again
            </Button>
          </Group>
        )}
      </Stack>
    </Center>
  );
}
