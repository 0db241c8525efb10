// The menu at the side.
import { ActionIcon, Badge, Box, Group, Kbd, Menu, NavLink, ScrollArea, Stack, Text, UnstyledButton, useMantineColorScheme } from "@mantine/core";
import {
  IconBuildingCommunity,
  IconCheck,
  IconCode,
  IconDeviceDesktop,
  IconFolder,
  IconInbox,
  IconKey,
  IconKeyboard,
  IconLock,
  IconLogout,
  IconMoon,
  IconPlus,
  IconRobot,
  IconSearch,
  IconSelector,
  IconSettings,
  IconSun,
  IconTerminal2,
  IconTool,
  IconUser,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { body, v1 } from "~/api/heddle.ts";
import { inboxQuery, waiting } from "~/api/inbox.ts";
import { useAct } from "~/api/query.ts";
import { isAdmin, useSession } from "~/api/session.ts";
import { spacesQuery } from "~/api/spaces.ts";
import { ActorAvatar } from "~/ui/actor.tsx";
import { NavigationLink } from "~/ui/links.tsx";

const ICON = 18;

/** The menu. */
export function Navigation({ openPalette, openHelp }: { openPalette: () => void; openHelp: () => void }) {
  const session = useSession();
  const params = { workspace: session.workspace.slug };
  const { data: spaces } = useQuery(spacesQuery);
  const { data: inbox } = useQuery(inboxQuery);
  const count = inbox ? waiting(inbox) : 0;

  return (
    <Stack h="100%" gap={0}>
      <WorkspaceMenu />
      <ScrollArea flex={1} type="hover" px={6}>
        <NavLink
          component="button"
          label="Search"
          leftSection={<IconSearch size={ICON} />}
          rightSection={<Kbd size="xs">Ctrl K</Kbd>}
          onClick={openPalette}
        />
        <NavigationLink
          to="/$workspace/work"
          params={params}
          label="My work"
          leftSection={<IconInbox size={ICON} />}
          rightSection={
            count > 0 ? (
              <Badge size="sm" variant="filled" circle={count < 10} aria-label={`${count} waiting`}>
                {count > 99 ? "99+" : count}
              </Badge>
            ) : undefined
          }
          activeProps={{ active: true }}
        />
        <Group justify="space-between" px="sm" mt="md" mb={4}>
          <Text size="xs" fw={600} c="dimmed" component="h2">
            Spaces
          </Text>
          <NewSpaceLink />
        </Group>
        {(spaces ?? []).map((space) => (
          <NavigationLink
            key={space.id}
            to="/$workspace/spaces/$space"
            params={{ ...params, space: space.id }}
            label={space.name}
            leftSection={space.kind === "private" ? <IconLock size={ICON} /> : <IconFolder size={ICON} />}
            activeProps={{ active: true }}
            activeOptions={{ includeSearch: false }}
          />
        ))}
        <Text size="xs" fw={600} c="dimmed" px="sm" mt="md" mb={4} component="h2">
          Agents
        </Text>
        <NavigationLink to="/$workspace/agents" params={params} label="Agents" leftSection={<IconRobot size={ICON} />} activeProps={{ active: true }} />
        <NavigationLink to="/$workspace/tools" params={params} label="Tools" leftSection={<IconTool size={ICON} />} activeProps={{ active: true }} />
        <NavigationLink to="/$workspace/secrets" params={params} label="Secrets" leftSection={<IconKey size={ICON} />} activeProps={{ active: true }} />
        <Text size="xs" fw={600} c="dimmed" px="sm" mt="md" mb={4} component="h2">
          Coding
        </Text>
        <NavigationLink to="/$workspace/coding" params={params} label="Conversations" leftSection={<IconCode size={ICON} />} activeProps={{ active: true }} activeOptions={{ includeSearch: false }} />
        <NavigationLink to="/$workspace/weavers" params={params} label="Weavers" leftSection={<IconTerminal2 size={ICON} />} activeProps={{ active: true }} />
        {isAdmin(session) && (
          <NavigationLink
            to="/$workspace/admin"
            params={params}
            label="Administration"
            mt="md"
            leftSection={<IconSettings size={ICON} />}
            activeProps={{ active: true }}
          />
        )}
      </ScrollArea>
      <AccountMenu openHelp={openHelp} />
    </Stack>
  );
}

function NewSpaceLink() {
  const { workspace } = useSession();
  const navigate = useNavigate();
  return (
    <ActionIcon
      size="sm"
      aria-label="All spaces, and a new one"
      onClick={() => void navigate({ to: "/$workspace/spaces", params: { workspace: workspace.slug } })}
    >
      <IconPlus size={15} />
    </ActionIcon>
  );
}

function WorkspaceMenu() {
  const { workspace, workspaces } = useSession();
  const navigate = useNavigate();
  return (
    <Menu position="bottom-start" width={220}>
      <Menu.Target>
        <UnstyledButton p="sm" aria-label={`Workspace ${workspace.name}: switch`}>
          <Group gap="xs" wrap="nowrap">
            <img src="/favicon.svg" alt="" width={24} height={24} />
            <Text fw={600} truncate flex={1}>
              {workspace.name}
            </Text>
            <IconSelector size={16} aria-hidden />
          </Group>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Workspaces</Menu.Label>
        {workspaces.map((other) => (
          <Menu.Item
            key={other.id}
            leftSection={<IconBuildingCommunity size={16} />}
            rightSection={other.id === workspace.id ? <IconCheck size={16} aria-label="this one" /> : undefined}
            onClick={() => void navigate({ to: "/$workspace/work", params: { workspace: other.slug } })}
          >
            {other.name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function AccountMenu({ openHelp }: { openHelp: () => void }) {
  const { user, actor_id, workspace } = useSession();
  const params = { workspace: workspace.slug };
  const navigate = useNavigate();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const leave = useAct({
    run: () => body(v1.DELETE("/v1/session")),
    // Everything that was read must go with the one who could read it.
    done: () => window.location.assign("/sign-in"),
  });
  const schemes = [
    { value: "light", label: "Light", icon: IconSun },
    { value: "dark", label: "Dark", icon: IconMoon },
    { value: "auto", label: "As the system", icon: IconDeviceDesktop },
  ] as const;
  return (
    <Box p={6} style={{ borderTop: "1px solid var(--heddle-line)" }}>
      <Menu position="top-start" width={220}>
        <Menu.Target>
          <UnstyledButton p={6} w="100%" aria-label={`Account of ${user.name}`}>
            <Group gap="xs" wrap="nowrap">
              <ActorAvatar id={actor_id} size={28} tooltip={false} />
              <Box style={{ minWidth: 0 }}>
                <Text size="sm" fw={500} truncate>
                  {user.name}
                </Text>
                <Text size="xs" c="dimmed" truncate>
                  {user.email}
                </Text>
              </Box>
            </Group>
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconUser size={16} />} onClick={() => void navigate({ to: "/$workspace/account", params })}>
            Account
          </Menu.Item>
          <Menu.Item leftSection={<IconKey size={16} />} onClick={() => void navigate({ to: "/$workspace/personal-tokens", params })}>
            Personal tokens
          </Menu.Item>
          <Menu.Item leftSection={<IconKeyboard size={16} />} onClick={openHelp}>
            Keyboard
          </Menu.Item>
          <Menu.Divider />
          {schemes.map(({ value, label, icon: Icon }) => (
            <Menu.Item
              key={value}
              leftSection={<Icon size={16} />}
              rightSection={colorScheme === value ? <IconCheck size={16} aria-label="chosen" /> : undefined}
              onClick={() => setColorScheme(value)}
            >
              {label}
            </Menu.Item>
          ))}
          <Menu.Divider />
          <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => leave.mutate()}>
            Sign out
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </Box>
  );
}
