// Every page and its address. Pages load when they are first visited.
import { queries } from "~/api/query.ts";
import { keepSession, sessionQuery, type Session } from "~/api/session.ts";
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  notFound,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { body, HeddleError, v1 } from "~/api/heddle.ts";
import { Broken, Loading, Missing } from "~/ui/states.tsx";
import { Shell } from "~/shell/shell.tsx";

/** Text of the address, or nothing. */
function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : typeof value === "number" ? String(value) : undefined;
}

const root = createRootRoute({ component: Outlet, notFoundComponent: () => <Missing /> });

const setup = createRoute({
  getParentRoute: () => root,
  path: "/setup",
  component: lazyRouteComponent(() => import("~/pages/entry/setup.tsx"), "SetupPage"),
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: (search: Record<string, unknown>): { next?: string; error?: string; provider?: string } => {
    const [next, error, provider] = [text(search.next), text(search.error), text(search.provider)];
    return { ...(next ? { next } : {}), ...(error ? { error } : {}), ...(provider ? { provider } : {}) };
  },
  component: lazyRouteComponent(() => import("~/pages/entry/sign-in.tsx"), "SignInPage"),
});

/** Lets a program in. Loom's clients know the page below `/auth`, too. */
function devicePage<Path extends "/device" | "/auth/device">(path: Path) {
  return createRoute({
    getParentRoute: () => root,
    path,
    validateSearch: (search: Record<string, unknown>): { code?: string } => {
      const code = text(search.code);
      return code ? { code } : {};
    },
    beforeLoad: async ({ location }) => {
      await signedIn(location.href);
    },
    component: lazyRouteComponent(() => import("~/pages/entry/device.tsx"), "DevicePage"),
  });
}

const signInLink = createRoute({
  getParentRoute: () => root,
  path: "/sign-in/link",
  component: lazyRouteComponent(() => import("~/pages/entry/link.tsx"), "LinkPage"),
});

const invitation = createRoute({
  getParentRoute: () => root,
  path: "/invitation",
  component: lazyRouteComponent(() => import("~/pages/entry/invitation.tsx"), "InvitationPage"),
});

/** Whoever is signed in; others are sent to sign in, or to set the server up. */
async function signedIn(next: string): Promise<Session> {
  const session = await queries.query({ ...sessionQuery, staleTime: "static" });
  if (session) return session;
  queries.removeQueries({ queryKey: sessionQuery.queryKey });
  const { needed } = (await body(v1.GET("/v1/setup"))).data;
  if (needed) throw redirect({ to: "/setup", hash: true });
  throw redirect({ to: "/sign-in", search: next === "/" ? {} : { next } });
}

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: async ({ location }) => {
    const session = await signedIn(location.href);
    throw redirect({ to: "/$workspace/work", params: { workspace: session.workspace.slug } });
  },
});

// Where the command line sends people who have no key yet, when it does not know the workspace.
const anyTokens = createRoute({
  getParentRoute: () => root,
  path: "/personal-tokens",
  beforeLoad: async ({ location }) => {
    const session = await signedIn(location.href);
    throw redirect({
      to: "/$workspace/personal-tokens",
      params: { workspace: session.workspace.slug },
      search: location.search,
    });
  },
});

const workspace = createRoute({
  getParentRoute: () => root,
  path: "/$workspace",
  beforeLoad: async ({ params, location }) => {
    const session = await signedIn(location.href);
    if (session.workspace.slug === params.workspace) return;
    // A session is of one workspace: following a link into another begins one there.
    if (!session.workspaces.some(({ slug }) => slug === params.workspace)) throw notFound();
    const switched = await body(v1.PUT("/v1/session/workspace", { body: { slug: params.workspace } }));
    queries.clear();
    keepSession(switched.data);
  },
  component: Shell,
});

const work = createRoute({
  getParentRoute: () => workspace,
  path: "/work",
  component: lazyRouteComponent(() => import("~/pages/work/work.tsx"), "WorkPage"),
});

const spaces = createRoute({
  getParentRoute: () => workspace,
  path: "/spaces",
  component: lazyRouteComponent(() => import("~/pages/spaces/spaces.tsx"), "SpacesPage"),
});

const space = createRoute({
  getParentRoute: () => workspace,
  path: "/spaces/$space",
  component: lazyRouteComponent(() => import("~/pages/space/space.tsx"), "SpacePage"),
});

/** What the case list of a space shows; the filters in the address's own words, so that a link shows the same. */
export interface CasesSearch {
  layout?: "board" | "list";
  view?: string;
  phase?: string;
  motion?: string;
  priority?: string;
  label?: string;
  assignee?: string;
  procedure?: string;
  q?: string;
  sort?: string;
  overdue?: boolean;
}

const cases = createRoute({
  getParentRoute: () => space,
  path: "/",
  validateSearch: (search: Record<string, unknown>): CasesSearch => {
    const found: CasesSearch = {};
    if (search.layout === "board" || search.layout === "list") found.layout = search.layout;
    if (search.overdue === true) found.overdue = true;
    for (const name of ["view", "phase", "motion", "priority", "label", "assignee", "procedure", "q", "sort"] as const) {
      const value = text(search[name]);
      if (value) found[name] = value;
    }
    return found;
  },
  component: lazyRouteComponent(() => import("~/pages/space/cases.tsx"), "CasesPage"),
});

const procedures = createRoute({
  getParentRoute: () => space,
  path: "/procedures",
  component: lazyRouteComponent(() => import("~/pages/procedures/procedures.tsx"), "ProceduresPage"),
});

/** Which cases the process of a space is drawn from. */
export interface ProcessSearch {
  from?: string;
  to?: string;
  procedure?: string;
}

const process = createRoute({
  getParentRoute: () => space,
  path: "/process",
  validateSearch: (found: Record<string, unknown>): ProcessSearch => {
    const kept: ProcessSearch = {};
    for (const name of ["from", "to", "procedure"] as const) {
      const value = text(found[name]);
      if (value) kept[name] = value;
    }
    return kept;
  },
  component: lazyRouteComponent(() => import("~/pages/process/process.tsx"), "ProcessPage"),
});

const spaceDocuments = createRoute({
  getParentRoute: () => space,
  path: "/documents",
  component: lazyRouteComponent(() => import("~/pages/space/documents.tsx"), "DocumentsPage"),
});

const spaceSettings = createRoute({
  getParentRoute: () => space,
  path: "/settings",
  component: lazyRouteComponent(() => import("~/pages/space/settings.tsx"), "SpaceSettingsPage"),
});

const designer = createRoute({
  getParentRoute: () => workspace,
  path: "/procedures/$procedure",
  validateSearch: (found: Record<string, unknown>): { from?: "past" } => (found.from === "past" ? { from: "past" } : {}),
  component: lazyRouteComponent(() => import("~/pages/procedures/designer.tsx"), "DesignerPage"),
});

const caseRoute = createRoute({
  getParentRoute: () => workspace,
  path: "/cases/$case",
  validateSearch: (search: Record<string, unknown>): { tab?: string; activity?: string } => {
    const tab = text(search.tab);
    const activity = text(search.activity);
    return { ...(tab ? { tab } : {}), ...(activity ? { activity } : {}) };
  },
  component: lazyRouteComponent(() => import("~/pages/case/case.tsx"), "CasePage"),
});

const thread = createRoute({
  getParentRoute: () => workspace,
  path: "/threads/$thread",
  component: lazyRouteComponent(() => import("~/pages/case/thread-page.tsx"), "ThreadPage"),
});

const agents = createRoute({
  getParentRoute: () => workspace,
  path: "/agents",
  component: lazyRouteComponent(() => import("~/pages/agents/agents.tsx"), "AgentsPage"),
});

const agent = createRoute({
  getParentRoute: () => workspace,
  path: "/agents/$agent",
  component: lazyRouteComponent(() => import("~/pages/agents/agent.tsx"), "AgentPage"),
});

const tools = createRoute({
  getParentRoute: () => workspace,
  path: "/tools",
  component: lazyRouteComponent(() => import("~/pages/agents/tools.tsx"), "ToolsPage"),
});

const secrets = createRoute({
  getParentRoute: () => workspace,
  path: "/secrets",
  component: lazyRouteComponent(() => import("~/pages/agents/secrets.tsx"), "SecretsPage"),
});

const search = createRoute({
  getParentRoute: () => workspace,
  path: "/search",
  validateSearch: (found: Record<string, unknown>): { q?: string; kinds?: string } => {
    const q = text(found.q);
    const kinds = text(found.kinds);
    return { ...(q ? { q } : {}), ...(kinds ? { kinds } : {}) };
  },
  component: lazyRouteComponent(() => import("~/pages/search/search.tsx"), "SearchPage"),
});

/** Which conversations with coding agents are listed. */
export interface CodingSearch {
  q?: string;
  scope?: "shared" | "all";
  page?: number;
}

const coding = createRoute({
  getParentRoute: () => workspace,
  path: "/coding",
  validateSearch: (found: Record<string, unknown>): CodingSearch => {
    const q = text(found.q);
    const page = typeof found.page === "number" && found.page > 1 ? Math.floor(found.page) : 1;
    return {
      ...(q ? { q } : {}),
      ...(found.scope === "shared" || found.scope === "all" ? { scope: found.scope } : {}),
      ...(page > 1 ? { page } : {}),
    };
  },
  component: lazyRouteComponent(() => import("~/pages/coding/conversations.tsx"), "ConversationsPage"),
});

const conversation = createRoute({
  getParentRoute: () => workspace,
  path: "/coding/$thread",
  component: lazyRouteComponent(() => import("~/pages/coding/conversation.tsx"), "ConversationPage"),
});

const weavers = createRoute({
  getParentRoute: () => workspace,
  path: "/weavers",
  component: lazyRouteComponent(() => import("~/pages/weavers/weavers.tsx"), "WeaversPage"),
});

const weaver = createRoute({
  getParentRoute: () => workspace,
  path: "/weavers/$weaver",
  component: lazyRouteComponent(() => import("~/pages/weavers/weaver.tsx"), "WeaverPage"),
});

const shared = createRoute({
  getParentRoute: () => root,
  path: "/shared/$token",
  component: lazyRouteComponent(() => import("~/pages/coding/shared.tsx"), "SharedPage"),
});

const account = createRoute({
  getParentRoute: () => workspace,
  path: "/account",
  component: lazyRouteComponent(() => import("~/pages/account/account.tsx"), "AccountPage"),
});

const tokens = createRoute({
  getParentRoute: () => workspace,
  path: "/personal-tokens",
  validateSearch: (found: Record<string, unknown>): { autoCreate?: boolean; name?: string } => {
    const name = text(found.name);
    return { ...(found.autoCreate === true ? { autoCreate: true } : {}), ...(name ? { name } : {}) };
  },
  component: lazyRouteComponent(() => import("~/pages/account/tokens.tsx"), "TokensPage"),
});

const admin = createRoute({
  getParentRoute: () => workspace,
  path: "/admin",
  component: lazyRouteComponent(() => import("~/pages/admin/admin.tsx"), "AdminPage"),
});

const adminHome = createRoute({
  getParentRoute: () => admin,
  path: "/",
  beforeLoad: ({ params }) => {
    throw redirect({ to: "/$workspace/admin/members", params });
  },
});

const adminMembers = createRoute({
  getParentRoute: () => admin,
  path: "/members",
  component: lazyRouteComponent(() => import("~/pages/admin/members.tsx"), "MembersPage"),
});

const adminKeys = createRoute({
  getParentRoute: () => admin,
  path: "/keys",
  component: lazyRouteComponent(() => import("~/pages/admin/keys.tsx"), "KeysPage"),
});

/** Which entries of the audit log are shown. */
export interface AuditSearch {
  actor?: string;
  verb?: string;
  space?: string;
  case?: string;
  from?: string;
  to?: string;
}

const adminAudit = createRoute({
  getParentRoute: () => admin,
  path: "/audit",
  validateSearch: (found: Record<string, unknown>): AuditSearch => {
    const kept: AuditSearch = {};
    for (const name of ["actor", "verb", "space", "case", "from", "to"] as const) {
      const value = text(found[name]);
      if (value) kept[name] = value;
    }
    return kept;
  },
  component: lazyRouteComponent(() => import("~/pages/admin/audit.tsx"), "AuditPage"),
});

const adminUsage = createRoute({
  getParentRoute: () => admin,
  path: "/usage",
  validateSearch: (found: Record<string, unknown>): { tab?: string } => {
    const tab = text(found.tab);
    return tab ? { tab } : {};
  },
  component: lazyRouteComponent(() => import("~/pages/admin/usage.tsx"), "UsagePage"),
});

const adminWorkspace = createRoute({
  getParentRoute: () => admin,
  path: "/workspace",
  component: lazyRouteComponent(() => import("~/pages/admin/workspace.tsx"), "WorkspacePage"),
});

const tree = root.addChildren([
  setup,
  signIn,
  signInLink,
  devicePage("/device"),
  devicePage("/auth/device"),
  invitation,
  shared,
  home,
  anyTokens,
  workspace.addChildren([
    work,
    spaces,
    space.addChildren([cases, procedures, process, spaceDocuments, spaceSettings]),
    designer,
    caseRoute,
    thread,
    agents,
    agent,
    tools,
    secrets,
    search,
    coding,
    conversation,
    weavers,
    weaver,
    account,
    tokens,
    admin.addChildren([adminHome, adminMembers, adminKeys, adminAudit, adminUsage, adminWorkspace]),
  ]),
]);

/** Finds the page of an address. */
export const router = createRouter({
  routeTree: tree,
  defaultPreload: "intent",
  scrollRestoration: true,
  defaultPendingComponent: Loading,
  defaultErrorComponent: ({ error, reset }) => <Broken error={error} again={reset} />,
  defaultNotFoundComponent: () => <Missing />,
  // Missing things answer 404 in the page that asked; the page says so.
  defaultOnCatch: (error) => {
    if (!(error instanceof HeddleError)) console.error(error);
  },
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
