// The versions of a procedure: who made each and why, looking at one, comparing two, going back to one.
import { ActionIcon, Box, Button, Group, Menu, Modal, Pagination, Select, Stack, Switch, Text } from "@mantine/core";
import { IconDots } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { designQuery, versionQuery, versionsQuery, type Design, type ProcedureVersion } from "~/api/designs.ts";
import { body, v1 } from "~/api/heddle.ts";
import { keys } from "~/api/keys.ts";
import { queries, tell, useAct } from "~/api/query.ts";
import { confirm } from "~/ui/confirm.tsx";
import { QueryView } from "~/ui/query-view.tsx";
import { Loading } from "~/ui/states.tsx";
import { TimeAgo } from "~/ui/time.tsx";
import { Comparison } from "./comparison.tsx";
import { toDraft, type Draft } from "./draft.ts";

/** The draft, as one side of a comparison. */
const MINE = "mine";

/** The list. */
export function Versions({ base, draft, dirty, adopt }: { base: Design; draft: Draft; dirty: boolean; adopt: (design: Design) => void }) {
  const id = base.procedure_id;
  const [page, setPage] = useState(1);
  const query = useQuery(versionsQuery(id, page));
  const [pair, setPair] = useState<{ from: string; to: string } | null>(null);
  const [looked, setLooked] = useState<number | null>(null);
  const restore = useAct<number, Design>({
    run: async (version) =>
      (await body(v1.POST("/v1/procedures/{id}/versions/{version}/restore", { params: { path: { id, version } } }))).data,
    stale: [keys.procedures],
    done: (design, version) => {
      queries.setQueryData(designQuery(id).queryKey, design);
      adopt(design);
      tell(`Version ${version} restored as version ${design.version}`);
    },
  });
  const ask = (version: number) =>
    confirm({
      title: `Restore version ${version}?`,
      text: dirty
        ? "What you have not saved is lost. What is saved now stays in the list of versions."
        : "It becomes the newest version. What is saved now stays in the list.",
      action: "Restore",
      run: () => restore.mutate(version),
    });

  return (
    <QueryView query={query}>
      {({ data, meta }) => (
        <Stack gap="xs">
          {dirty && (
            <Button variant="default" size="xs" onClick={() => setPair({ from: String(base.version), to: MINE })}>
              What I have changed
            </Button>
          )}
          <Stack gap="xs" component="ol" p={0} m={0} style={{ listStyle: "none" }}>
            {data.map((version) => (
              <VersionLine
                key={version.version}
                version={version}
                newest={page === 1 && version === data[0]}
                look={() => setLooked(version.version)}
                compare={version.version > 1 ? () => setPair({ from: String(version.version - 1), to: String(version.version) }) : null}
                restore={() => ask(version.version)}
              />
            ))}
          </Stack>
          {meta.total > meta.per_page && (
            <Pagination
              size="xs"
              total={Math.ceil(meta.total / meta.per_page)}
              value={page}
              onChange={setPage}
              getControlProps={(control) => ({ "aria-label": `${control} page` })}
            />
          )}
          {looked !== null && (
            <Modal opened onClose={() => setLooked(null)} title={`Version ${looked}`} size="lg">
              <Looked id={id} version={looked} />
            </Modal>
          )}
          {pair && <Compared id={id} newest={base.version} draft={draft} dirty={dirty} pair={pair} setPair={setPair} />}
        </Stack>
      )}
    </QueryView>
  );
}

function VersionLine({
  version,
  newest,
  look,
  compare,
  restore,
}: {
  version: ProcedureVersion;
  newest: boolean;
  look: () => void;
  compare: (() => void) | null;
  restore: () => void;
}) {
  return (
    <Group component="li" gap="xs" wrap="nowrap" align="flex-start" justify="space-between">
      <Box style={{ minWidth: 0 }}>
        <Text size="sm" fw={600}>
          Version {version.version}
        </Text>
        <Text size="xs" c="dimmed">
          {version.actor.name}, <TimeAgo time={version.at} /> · {version.stages} {version.stages === 1 ? "stage" : "stages"}
        </Text>
        {version.note && <Text size="sm">{version.note}</Text>}
      </Box>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon aria-label={`What can be done with version ${version.version}`}>
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={look}>Look at it</Menu.Item>
          {compare && <Menu.Item onClick={compare}>Compare…</Menu.Item>}
          {!newest && <Menu.Item onClick={restore}>Restore…</Menu.Item>}
        </Menu.Dropdown>
      </Menu>
    </Group>
  );
}

function Looked({ id, version }: { id: string; version: number }) {
  const query = useQuery(versionQuery(id, version));
  return (
    <QueryView query={query}>
      {(design) => {
        const draft = toDraft(design);
        return (
          <Stack gap="sm">
            <div>
              <Text fw={600}>{design.name}</Text>
              {design.description && (
                <Text size="sm" c="dimmed">
                  {design.description}
                </Text>
              )}
            </div>
            <Comparison before={draft} after={draft} />
          </Stack>
        );
      }}
    </QueryView>
  );
}

function useSide(id: string, side: string, draft: Draft): Draft | null {
  const query = useQuery({ ...versionQuery(id, Number(side)), enabled: side !== MINE });
  return useMemo(() => (side === MINE ? draft : query.data ? toDraft(query.data) : null), [side, draft, query.data]);
}

function Compared({
  id,
  newest,
  draft,
  dirty,
  pair,
  setPair,
}: {
  id: string;
  newest: number;
  draft: Draft;
  dirty: boolean;
  pair: { from: string; to: string };
  setPair: (pair: { from: string; to: string } | null) => void;
}) {
  const [all, setAll] = useState(false);
  const before = useSide(id, pair.from, draft);
  const after = useSide(id, pair.to, draft);
  const options = [
    ...(dirty ? [{ value: MINE, label: "What I have now" }] : []),
    ...Array.from({ length: newest }, (_, n) => ({ value: String(newest - n), label: `Version ${newest - n}` })),
  ];
  return (
    <Modal opened onClose={() => setPair(null)} title="What is different" size="lg">
      <Stack gap="sm">
        <Group gap="sm" grow>
          <Select label="From" allowDeselect={false} data={options} value={pair.from} onChange={(from) => setPair({ ...pair, from: from ?? pair.from })} />
          <Select label="To" allowDeselect={false} data={options} value={pair.to} onChange={(to) => setPair({ ...pair, to: to ?? pair.to })} />
        </Group>
        <Switch size="sm" label="Also show what stayed the same" checked={all} onChange={(event) => setAll(event.currentTarget.checked)} />
        {before && after ? <Comparison before={before} after={after} onlyChanges={!all} /> : <Loading />}
      </Stack>
    </Modal>
  );
}
