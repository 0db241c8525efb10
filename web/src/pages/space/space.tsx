// A space: its name, its pages, and a new case from each of them.
import { Button, Group, Tabs, Text, Title } from "@mantine/core";
import { useDisclosure, useDocumentTitle, useHotkeys } from "@mantine/hooks";
import { IconLock, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { useSession } from "~/api/session.ts";
import { membersQuery, spaceQuery, type Space } from "~/api/spaces.ts";
import { QueryView } from "~/ui/query-view.tsx";
import { busy } from "./keys.ts";
import { NewCase } from "./new-case.tsx";
import classes from "./space.module.css";

const route = getRouteApi("/$workspace/spaces/$space");

const PAGES = [
  { value: "cases", label: "Cases", to: "/$workspace/spaces/$space" },
  { value: "procedures", label: "Procedures", to: "/$workspace/spaces/$space/procedures" },
  { value: "process", label: "Process", to: "/$workspace/spaces/$space/process" },
  { value: "documents", label: "Documents", to: "/$workspace/spaces/$space/documents" },
  { value: "settings", label: "Settings", to: "/$workspace/spaces/$space/settings" },
] as const;

/** The page. */
export function SpacePage() {
  const { space: id } = route.useParams();
  const query = useQuery(spaceQuery(id));
  return (
    <QueryView query={query} what="space">
      {(space) => <Shown key={space.id} space={space} />}
    </QueryView>
  );
}

function Shown({ space }: { space: Space }) {
  const { workspace, actor_id } = useSession();
  const navigate = useNavigate();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const here = PAGES.find(({ value }) => path.endsWith(`/${value}`))?.value ?? "cases";
  const [making, { open, close }] = useDisclosure(false);
  const { data: members } = useQuery(membersQuery(space.id));
  const role = members?.find((member) => member.actor_id === actor_id)?.role;
  const works = members !== undefined && role !== "observer";
  useDocumentTitle(`${space.name} · Heddle`);
  useHotkeys([
    [
      "n",
      (event) => {
        if (works && !busy(event.target)) open();
      },
    ],
  ]);
  return (
    <Tabs
      value={here}
      keepMounted={false}
      onChange={(value) => {
        const page = PAGES.find((known) => known.value === value);
        if (page) void navigate({ to: page.to, params: { workspace: workspace.slug, space: space.id } });
      }}
      className={here === "cases" ? classes.whole : undefined}
    >
      <header className={classes.header}>
        <Group justify="space-between" wrap="nowrap" gap="sm">
          <Group gap={8} wrap="nowrap" style={{ minWidth: 0 }}>
            {space.kind === "private" && <IconLock size={18} aria-label="private" style={{ flexShrink: 0 }} />}
            <Title order={1} lineClamp={1}>
              {space.name}
            </Title>
            {space.description && (
              <Text size="sm" c="dimmed" truncate visibleFrom="md" title={space.description}>
                {space.description}
              </Text>
            )}
          </Group>
          {works && (
            <Button size="sm" leftSection={<IconPlus size={16} />} onClick={open} title="New case (n)" style={{ flexShrink: 0 }}>
              New case
            </Button>
          )}
        </Group>
      </header>
      <Tabs.List className={classes.tabs}>
        {PAGES.map(({ value, label }) => (
          <Tabs.Tab key={value} value={value}>
            {label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {PAGES.map(({ value }) => (
        <Tabs.Panel key={value} value={value} className={value === "cases" ? classes.whole : undefined}>
          {value === here && <Outlet />}
        </Tabs.Panel>
      ))}
      {making && <NewCase space={space.id} close={close} />}
    </Tabs>
  );
}
