// A case: where it stands, its stages, its thread, and everything attached to it.
import { Badge, Box, Breadcrumbs, Group, Tabs, Text } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { useSession } from "~/api/session.ts";
import { spaceQuery } from "~/api/spaces.ts";
import { PhaseBadge, PriorityMark } from "~/ui/case-marks.tsx";
import { TextLink } from "~/ui/links.tsx";
import { QueryView } from "~/ui/query-view.tsx";
import { Loading } from "~/ui/states.tsx";
import classes from "./case.module.css";
import { Details } from "./details.tsx";
import { EditableTitle } from "./editable.tsx";
import { useEdit } from "./edit.tsx";
import { Moves } from "./moves.tsx";
import { artifactsQuery, caseQuery, datatablesQuery, emailsQuery, runsQuery, treeQuery, type Versioned } from "./queries.ts";
import { Stages } from "./stages.tsx";
import { CaseThread } from "./case-thread.tsx";

const Documents = lazy(async () => ({ default: (await import("./documents.tsx")).Documents }));
const Data = lazy(async () => ({ default: (await import("./data.tsx")).Data }));
const Emails = lazy(async () => ({ default: (await import("./emails.tsx")).Emails }));
const Tree = lazy(async () => ({ default: (await import("./tree.tsx")).Tree }));
const Runs = lazy(async () => ({ default: (await import("./runs.tsx")).Runs }));
const History = lazy(async () => ({ default: (await import("./history.tsx")).History }));

const route = getRouteApi("/$workspace/cases/$case");

/** The page. */
export function CasePage() {
  const { case: id } = route.useParams();
  const query = useQuery(caseQuery(id));
  return (
    <QueryView query={query} what="case">
      {(version) => <Shown key={version.case.id} version={version} />}
    </QueryView>
  );
}

function Shown({ version }: { version: Versioned }) {
  const found = version.case;
  useDocumentTitle(`${found.title} · Heddle`);
  const edit = useEdit(version);
  return (
    <Box className={classes.page}>
      <Box component="header" className={classes.header}>
        <Where version={version} />
        <EditableTitle
          value={found.title}
          disabled={found.phase === "closed"}
          save={(title, began) => edit.mutate({ change: { title }, base: began })}
          began={version}
        />
        <Group gap="sm" mt={6}>
          <PhaseBadge phase={found.phase} size="md" />
          <PriorityMark priority={found.priority} bare={false} />
          <Moves case={found} />
        </Group>
        {found.motion === "waiting" && found.waiting_on?.reason && (
          <Text size="sm" mt={6}>
            Waits for {found.waiting_on.reason}
          </Text>
        )}
      </Box>
      <Box className={classes.stages}>
        <Stages case={found} />
      </Box>
      <Box className={classes.main}>
        <Sections version={version} />
      </Box>
      <Box className={classes.details}>
        <Details version={version} edit={edit} />
      </Box>
    </Box>
  );
}

/** The way to the case: its space, and the case it is part of. */
function Where({ version }: { version: Versioned }) {
  const { workspace } = useSession();
  const params = { workspace: workspace.slug };
  const found = version.case;
  const space = useQuery(spaceQuery(found.space_id));
  const parent = useQuery({ ...caseQuery(found.parent_case_id ?? ""), enabled: Boolean(found.parent_case_id) });
  return (
    <Breadcrumbs fz="sm" mb={4} separatorMargin={6}>
      <TextLink to="/$workspace/spaces/$space" params={{ ...params, space: found.space_id }} fz="sm">
        {space.data?.name ?? "Space"}
      </TextLink>
      {parent.data && (
        <TextLink to="/$workspace/cases/$case" params={{ ...params, case: parent.data.case.id }} fz="sm">
          {parent.data.case.title}
        </TextLink>
      )}
      <Text fz="sm" c="dimmed">
        {found.external_id ?? "Case"}
      </Text>
    </Breadcrumbs>
  );
}

const TABS = ["thread", "documents", "data", "emails", "subcases", "runs", "history"] as const;

function Sections({ version }: { version: Versioned }) {
  const found = version.case;
  const search = route.useSearch();
  const navigate = useNavigate();
  const tab = TABS.find((name) => name === search.tab) ?? "thread";
  const count = (n: number | undefined) =>
    n ? (
      <Badge size="xs" variant="default" circle={n < 10}>
        {n}
      </Badge>
    ) : undefined;
  const documents = useQuery(artifactsQuery("case_id", found.id));
  const tables = useQuery(datatablesQuery("case_id", found.id));
  const emails = useQuery(emailsQuery("case_id", found.id));
  const runs = useQuery(runsQuery(found.id));
  const tree = useQuery(treeQuery(found.id));
  const subcases = (tree.data?.length ?? 1) - 1;

  return (
    <Tabs
      value={tab}
      keepMounted={false}
      onChange={(value) =>
        void navigate({ to: ".", search: value && value !== "thread" ? { tab: value } : {}, replace: true })
      }
    >
      <Tabs.List className={classes.tabs}>
        <Tabs.Tab value="thread">Thread</Tabs.Tab>
        <Tabs.Tab value="documents" rightSection={count(documents.data?.length)}>
          Documents
        </Tabs.Tab>
        <Tabs.Tab value="data" rightSection={count(tables.data?.length)}>
          Data
        </Tabs.Tab>
        <Tabs.Tab value="emails" rightSection={count(emails.data?.length)}>
          E-mail
        </Tabs.Tab>
        <Tabs.Tab value="subcases" rightSection={count(subcases)}>
          Subcases
        </Tabs.Tab>
        <Tabs.Tab value="runs" rightSection={count(runs.data?.length)}>
          Runs
        </Tabs.Tab>
        <Tabs.Tab value="history">History</Tabs.Tab>
      </Tabs.List>
      <Suspense fallback={<Loading />}>
        <Tabs.Panel value="thread" pt="md">
          <CaseThread case={found} {...(search.activity ? { shown: search.activity } : {})} />
        </Tabs.Panel>
        <Tabs.Panel value="documents" pt="md">
          <Documents place={{ kind: "case_id", id: found.id }} />
        </Tabs.Panel>
        <Tabs.Panel value="data" pt="md">
          <Data place={{ kind: "case_id", id: found.id }} />
        </Tabs.Panel>
        <Tabs.Panel value="emails" pt="md">
          <Emails place={{ kind: "case_id", id: found.id }} />
        </Tabs.Panel>
        <Tabs.Panel value="subcases" pt="md">
          <Tree case={found} />
        </Tabs.Panel>
        <Tabs.Panel value="runs" pt="md">
          <Runs case={found} />
        </Tabs.Panel>
        <Tabs.Panel value="history" pt="md">
          <History case={found} />
        </Tabs.Panel>
      </Suspense>
    </Tabs>
  );
}

