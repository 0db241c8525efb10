// The frame of the administration: for owners and admins of the workspace.
import { Box, Tabs } from "@mantine/core";
import { Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { isAdmin, useSession } from "~/api/session.ts";
import { Missing } from "~/ui/states.tsx";

const PAGES = [
  { value: "members", label: "Members" },
  { value: "keys", label: "Keys" },
  { value: "audit", label: "Audit log" },
  { value: "usage", label: "Models and spend" },
  { value: "workspace", label: "Workspace" },
] as const;

/** The tabs, and the page below them. */
export function AdminPage() {
  const session = useSession();
  const navigate = useNavigate();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const here = PAGES.find(({ value }) => path.includes(`/admin/${value}`))?.value ?? "members";
  if (!isAdmin(session)) return <Missing />;
  return (
    <Box>
      <Tabs
        value={here}
        onChange={(value) => {
          const page = PAGES.find((known) => known.value === value)?.value;
          if (page) void navigate({ to: `/$workspace/admin/${page}`, params: { workspace: session.workspace.slug } });
        }}
        px={{ base: "sm", sm: "lg" }}
        pt="sm"
      >
        <Tabs.List style={{ flexWrap: "nowrap", overflowX: "auto", overflowY: "hidden" }}>
          {PAGES.map(({ value, label }) => (
            <Tabs.Tab key={value} value={value}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {/* The router shows the page; its name is all the tab needs. */}
        {PAGES.map(({ value }) => (
          <Tabs.Panel key={value} value={value}>
            {value === here && <Outlet />}
          </Tabs.Panel>
        ))}
      </Tabs>
    </Box>
  );
}
