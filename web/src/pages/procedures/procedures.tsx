// The procedures of a space, and beginning a new one: empty, or from what finished cases did.
import { ActionIcon, Badge, Box, Button, Group, Menu, Modal, Stack, Text, Textarea, TextInput, Title } from "@mantine/core";
import { IconDots, IconHistory, IconListDetails, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { discoveredQuery, type Discovered, type Procedure } from "~/api/designs.ts";
import { body, HeddleError, v1 } from "~/api/heddle.ts";
import { keys } from "~/api/keys.ts";
import { proceduresQuery } from "~/api/procedures.ts";
import { fieldErrors, tell, useAct } from "~/api/query.ts";
import { useSession } from "~/api/session.ts";
import { confirm } from "~/ui/confirm.tsx";
import { TextLink } from "~/ui/links.tsx";
import { QueryView } from "~/ui/query-view.tsx";
import { Empty } from "~/ui/states.tsx";
import { TimeAgo } from "~/ui/time.tsx";

const route = getRouteApi("/$workspace/spaces/$space/procedures");

/** The page. */
export function ProceduresPage() {
  const { space } = route.useParams();
  const query = useQuery(proceduresQuery(space));
  const [making, setMaking] = useState(false);
  const make = (
    <Button leftSection={<IconPlus size={16} />} onClick={() => setMaking(true)}>
      New procedure
    </Button>
  );
  return (
    <Stack gap="md" maw={1080} px={{ base: "sm", sm: "lg" }} py="md">
      <Box>
        <Group justify="space-between" mb={4}>
          <Title order={2}>Procedures</Title>
          {make}
        </Group>
        <Text size="sm" c="dimmed">
          Stages that cases go through, in their order. Changes reach cases to which a procedure is applied later.
        </Text>
      </Box>
      <QueryView query={query}>
        {(procedures) =>
          procedures.length === 0 ? (
            <Empty icon={<IconListDetails size={32} stroke={1.4} aria-hidden />} title="No procedures yet">
              Say once how cases of this space are worked, and apply it to each.
            </Empty>
          ) : (
            <Stack gap="xs" component="ul" p={0} m={0} style={{ listStyle: "none" }}>
              {procedures.map((procedure) => (
                <Line key={procedure.id} procedure={procedure} />
              ))}
            </Stack>
          )
        }
      </QueryView>
      <FromThePast space={space} />
      {making && <NewProcedure space={space} close={() => setMaking(false)} />}
    </Stack>
  );
}

function Line({ procedure }: { procedure: Procedure }) {
  const { workspace } = useSession();
  const remove = useAct({
    run: () => body(v1.DELETE("/v1/procedures/{id}", { params: { path: { id: procedure.id } } })),
    stale: [keys.procedures],
    done: () => tell(`${procedure.name} is deleted`),
  });
  return (
    <Group component="li" className="panel" p="md" wrap="nowrap" align="flex-start" justify="space-between">
      <Box style={{ minWidth: 0 }}>
        <TextLink to="/$workspace/procedures/$procedure" params={{ workspace: workspace.slug, procedure: procedure.id }} fw={600} c="var(--mantine-color-text)">
          {procedure.name}
        </TextLink>
        {procedure.description && (
          <Text size="sm" lineClamp={2}>
            {procedure.description}
          </Text>
        )}
        <Text size="xs" c="dimmed">
          Changed <TimeAgo time={procedure.updated_at} />
        </Text>
      </Box>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon aria-label={`What can be done with ${procedure.name}`}>
            <IconDots size={17} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            color="red"
            onClick={() =>
              confirm({
                title: `Delete ${procedure.name}?`,
                text: "Its versions go with it. Cases that it was applied to keep their stages.",
                action: "Delete",
                run: () => remove.mutate(),
              })
            }
          >
            Delete…
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </Group>
  );
}

/** What finished cases suggest; nothing while there are none. */
function FromThePast({ space }: { space: string }) {
  const query = useQuery({ ...discoveredQuery(space), retry: false });
  if (query.error instanceof HeddleError && query.error.code === "nothing_to_discover") return null;
  return (
    <QueryView query={query} loading={null}>
      {(found) => <Suggested found={found} />}
    </QueryView>
  );
}

function Suggested({ found }: { found: Discovered }) {
  const { workspace } = useSession();
  const navigate = useNavigate();
  const begin = useAct({
    run: async () => {
      const { space_id, name, description, stages } = found.procedure;
      const { data } = await body(v1.POST("/v1/procedures", { body: { space_id, name, description } }));
      const path = { id: data.id };
      try {
        const { data: design } = await body(v1.GET("/v1/procedures/{id}/design", { params: { path } }));
        const note = `From ${found.path_cases} of ${found.cases} finished cases`;
        const put = { base_version: design.version, name, description, note, stages };
        await body(v1.PUT("/v1/procedures/{id}/design", { params: { path }, body: put }));
      } catch (error) {
        // Without its stages it is of no use to anybody.
        await v1.DELETE("/v1/procedures/{id}", { params: { path } });
        throw error;
      }
      return data.id;
    },
    stale: [keys.procedures],
    done: (procedure) =>
      navigate({ to: "/$workspace/procedures/$procedure", params: { workspace: workspace.slug, procedure }, search: { from: "past" } }),
  });
  return (
    <Box component="section" className="panel" p="md" aria-labelledby="past">
      <Group justify="space-between" align="flex-start" mb="xs">
        <Group gap={8} wrap="nowrap">
          <IconHistory size={18} aria-hidden />
          <Title order={3} id="past">
            What the past suggests
          </Title>
        </Group>
        <Button variant="default" size="xs" loading={begin.isPending} onClick={() => begin.mutate()}>
          Begin with this
        </Button>
      </Group>
      <Text size="sm" mb="xs">
        {found.path_cases.toLocaleString()} of {found.cases.toLocaleString()} finished cases ({Math.round(found.share * 100)} %) took this path.
      </Text>
      <Group gap={6} component="ol" p={0} m={0} style={{ listStyle: "none" }}>
        {found.path.map((name, n) => (
          <Badge key={n} component="li" variant="default" tt="none" fw={500} maw="100%">
            {n + 1}. {name}
          </Badge>
        ))}
      </Group>
    </Box>
  );
}

function NewProcedure({ space, close }: { space: string; close: () => void }) {
  const { workspace } = useSession();
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const make = useAct({
    run: () =>
      body(v1.POST("/v1/procedures", { body: { space_id: space, name: name.trim(), ...(description.trim() ? { description: description.trim() } : {}) } })),
    stale: [keys.procedures],
    failed: (error) => Object.keys(fieldErrors(error)).length > 0,
    done: ({ data }) => navigate({ to: "/$workspace/procedures/$procedure", params: { workspace: workspace.slug, procedure: data.id } }),
  });
  const wrong = fieldErrors(make.error);
  return (
    <Modal opened onClose={close} title="New procedure">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          make.mutate();
        }}
      >
        <Stack>
          <TextInput label="Name" required data-autofocus value={name} error={wrong.name} onChange={(event) => setName(event.currentTarget.value)} />
          <Textarea label="Description" autosize minRows={2} value={description} error={wrong.description} onChange={(event) => setDescription(event.currentTarget.value)} />
          <Group justify="flex-end">
            <Button type="submit" loading={make.isPending}>
              Make it
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
