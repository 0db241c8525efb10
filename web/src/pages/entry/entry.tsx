// The frame of pages before sign-in.
import { Box, Center, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { useLocation } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Session } from "~/api/session.ts";
import { keepSession } from "~/api/session.ts";
import { queries } from "~/api/query.ts";
import { router } from "~/router.tsx";
import { safeNext } from "./next.ts";

/** A card in the middle of the page. */
export function Entry({ title, lead, children }: { title: string; lead?: ReactNode; children: ReactNode }) {
  useDocumentTitle(`${title} · Heddle`);
  return (
    <Center mih="100dvh" bg="var(--heddle-surface)" p="md" component="main">
      <Box w="100%" maw={400}>
        <Group justify="center" gap="xs" mb="lg">
          <img src="/favicon.svg" alt="" width={32} height={32} />
          <Text fw={650} size="xl">
            Heddle
          </Text>
        </Group>
        <Paper p="xl" radius="lg" withBorder>
          <Stack gap="md">
            <div>
              <Title order={1}>{title}</Title>
              {lead !== undefined && (
                <Text c="dimmed" size="sm" mt={4}>
                  {lead}
                </Text>
              )}
            </div>
            {children}
          </Stack>
        </Paper>
      </Box>
    </Center>
  );
}

/** The token of the address; behind the #, so that it reaches no log. */
export function useAddressToken(): string | null {
  const hash = useLocation({ select: (location) => location.hash });
  return new URLSearchParams(hash).get("token");
}

/** Goes on as the one who has just signed in. */
export async function enter(session: Session, next?: string): Promise<void> {
  queries.clear();
  keepSession(session);
  const wanted = safeNext(next);
  if (wanted) router.history.push(wanted);
  else await router.navigate({ to: "/$workspace/work", params: { workspace: session.workspace.slug } });
}
