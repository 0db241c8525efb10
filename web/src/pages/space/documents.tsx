// What lies in a space and in none of its cases: documents, data, e-mails, threads.
import { Alert, Box, Button, Group, Modal, Stack, Table, Tabs, Text, TextInput } from "@mantine/core";
import { IconMessages, IconPlus } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { body, v1 } from "~/api/heddle.ts";
import { explain, fieldErrors, useAct } from "~/api/query.ts";
import { useSession } from "~/api/session.ts";
import { artifactsQuery, datatablesQuery, emailsQuery } from "~/pages/case/queries.ts";
import type { Place } from "~/pages/case/upload.ts";
import { ActorName } from "~/ui/actor.tsx";
import { TextLink } from "~/ui/links.tsx";
import { QueryView } from "~/ui/query-view.tsx";
import { Empty, Loading } from "~/ui/states.tsx";
import { TimeAgo } from "~/ui/time.tsx";
import { threadsQuery } from "./queries.ts";

const Documents = lazy(async () => ({ default: (await import("~/pages/case/documents.tsx")).Documents }));
const Data = lazy(async () => ({ default: (await import("~/pages/case/data.tsx")).Data }));
const Emails = lazy(async () => ({ default: (await import("~/pages/case/emails.tsx")).Emails }));

const route = getRouteApi("/$workspace/spaces/$space/documents");

/** The page. */
export function DocumentsPage() {
  const { space } = route.useParams();
  const place: Place = { kind: "space_id", id: space };
  const documents = useQuery(artifactsQuery("space_id", space));
  const tables = useQuery(datatablesQuery("space_id", space));
  const emails = useQuery(emailsQuery("space_id", space));
  const titled = (title: string, n: number | undefined) => (n ? `${title} (${n})` : title);
  return (
    <Box px={{ base: "sm", sm: "lg" }} py="md" maw={1080}>
      <Text size="sm" c="dimmed" mb="sm">
        What belongs to the space as a whole. What belongs to a case is with the case.
      </Text>
      <Tabs defaultValue="documents" keepMounted={false} variant="pills">
        <Tabs.List mb="md">
          <Tabs.Tab value="documents">{titled("Documents", documents.data?.length)}</Tabs.Tab>
          <Tabs.Tab value="data">{titled("Data", tables.data?.length)}</Tabs.Tab>
          <Tabs.Tab value="emails">{titled("E-mail", emails.data?.length)}</Tabs.Tab>
          <Tabs.Tab value="threads">Threads</Tabs.Tab>
        </Tabs.List>
        <Suspense fallback={<Loading />}>
          <Tabs.Panel value="documents">
            <Documents place={place} />
          </Tabs.Panel>
          <Tabs.Panel value="data">
            <Data place={place} />
          </Tabs.Panel>
          <Tabs.Panel value="emails">
            <Emails place={place} />
          </Tabs.Panel>
          <Tabs.Panel value="threads">
            <Threads space={space} />
          </Tabs.Panel>
        </Suspense>
      </Tabs>
    </Box>
  );
}

/** The threads of the space that belong to no case. */
function Threads({ space }: { space: string }) {
  const { workspace } = useSession();
  const query = useInfiniteQuery(threadsQuery(space));
  const [starting, setStarting] = useState(false);
  const all = (query.data?.pages ?? []).flatMap(({ data }) => data);
  const threads = all.filter(({ case_id }) => !case_id);
  const [looked, total] = [all.length, query.data?.pages[0]?.meta.total ?? 0];
  return (
    <Stack gap="sm">
      <Group>
        <Button size="xs" variant="default" leftSection={<IconPlus size={15} />} onClick={() => setStarting(true)}>
          Start a thread
        </Button>
      </Group>
      <QueryView query={query}>
        {() =>
          threads.length === 0 ? (
            <Empty icon={<IconMessages size={30} stroke={1.4} aria-hidden />} title={query.hasNextPage ? "No threads lately" : "No threads"}>
              A thread is for what concerns more than one case.
            </Empty>
          ) : (
            <Table verticalSpacing={6} highlightOnHover>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Thread</Table.Th>
                  <Table.Th visibleFrom="sm">Started by</Table.Th>
                  <Table.Th>Last entry</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {threads.map((thread) => (
                  <Table.Tr key={thread.id}>
                    <Table.Td>
                      <TextLink to="/$workspace/threads/$thread" params={{ workspace: workspace.slug, thread: thread.id }} size="sm" fw={500}>
                        {thread.title ?? "Without a title"}
                      </TextLink>
                    </Table.Td>
                    <Table.Td visibleFrom="sm">
                      <ActorName id={thread.created_by} size={18} none="Heddle" />
                    </Table.Td>
                    <Table.Td>
                      <Text size="sm" component="span">
                        <TimeAgo time={thread.updated_at} />
                      </Text>
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          )
        }
      </QueryView>
      {query.hasNextPage && (
        <Group justify="center">
          <Text size="xs" c="dimmed">
            The newest {looked.toLocaleString()} of {total.toLocaleString()} threads were looked through; those of cases are with their cases.
          </Text>
          <Button size="xs" variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Look further back
          </Button>
        </Group>
      )}
      {starting && <StartThread space={space} close={() => setStarting(false)} />}
    </Stack>
  );
}

function StartThread({ space, close }: { space: string; close: () => void }) {
  const { workspace } = useSession();
  const navigate = useNavigate();
  const [title, setTitle] = useState("");
  const start = useAct({
    run: () => body(v1.POST("/v1/threads", { body: { space_id: space, title } })),
    stale: [threadsQuery(space).queryKey],
    failed: () => true,
    done: ({ data }) => navigate({ to: "/$workspace/threads/$thread", params: { workspace: workspace.slug, thread: data.id } }),
  });
  const wrong = fieldErrors(start.error);
  return (
    <Modal opened onClose={close} title="Start a thread">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          start.mutate();
        }}
      >
        <Stack>
          {start.error && !wrong.title && <Alert color="red">{explain(start.error)}</Alert>}
          <TextInput label="What is it about?" required data-autofocus value={title} onChange={(event) => setTitle(event.currentTarget.value)} error={wrong.title} />
          <Group justify="flex-end">
            <Button type="submit" loading={start.isPending}>
              Start
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
