// The frame around every page of a workspace: navigation, the state of the connection, the palette, signing in again.
import { ActionIcon, AppShell, Box, Burger, Group, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { Outlet, useRouterState } from "@tanstack/react-router";
import { lazy, Suspense, useEffect } from "react";
import { useSession } from "~/api/session.ts";
import { LiveProvider } from "~/live/live.tsx";
import { ConnectionBanner } from "./connection-banner.tsx";
import { Navigation } from "./navigation.tsx";
import { Shortcuts, useShortcuts } from "./shortcuts.tsx";
import { SignInAgain } from "./sign-in-again.tsx";

// What is not needed for the first page comes when it is asked for.
const Palette = lazy(async () => ({ default: (await import("./palette.tsx")).Palette }));

/** The frame. */
export function Shell() {
  const { workspace } = useSession();
  const [menu, { toggle, close }] = useDisclosure(false);
  const { paletteOpened, openPalette, helpOpened, setHelpOpened } = useShortcuts();
  const path = useRouterState({ select: (state) => state.location.pathname });
  useEffect(() => close(), [path, close]);

  return (
    <LiveProvider key={workspace.id}>
      <a className="skip-link" href="#content">
        Skip to the content
      </a>
      <AppShell
        header={{ height: { base: 48, sm: 0 } }}
        navbar={{ width: 232, breakpoint: "sm", collapsed: { mobile: !menu } }}
        transitionDuration={120}
      >
        <AppShell.Header hiddenFrom="sm">
          <Group h="100%" px="sm" justify="space-between" wrap="nowrap">
            <Burger opened={menu} onClick={toggle} size="sm" aria-label={menu ? "Close the menu" : "Open the menu"} />
            <Text fw={600} truncate>
              {workspace.name}
            </Text>
            <ActionIcon onClick={openPalette} aria-label="Search" size="lg">
              <IconSearch size={20} />
            </ActionIcon>
          </Group>
        </AppShell.Header>
        <AppShell.Navbar aria-label="Main" bg="var(--heddle-surface)" style={{ borderColor: "var(--heddle-line)" }}>
          <Navigation openPalette={openPalette} openHelp={() => setHelpOpened(true)} />
        </AppShell.Navbar>
        <AppShell.Main>
          <ConnectionBanner />
          <Box id="content" tabIndex={-1} style={{ outline: "none" }}>
            <Outlet />
          </Box>
        </AppShell.Main>
      </AppShell>
      {paletteOpened && (
        <Suspense fallback={null}>
          <Palette />
        </Suspense>
      )}
      <Shortcuts opened={helpOpened} close={() => setHelpOpened(false)} />
      <SignInAgain />
    </LiveProvider>
  );
}
