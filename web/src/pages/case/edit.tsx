// Changing a case: saved against the version it was read in. When somebody else was faster, what does not clash is saved on
// top of theirs, and what clashes is shown side by side.
import { Button, Group, Paper, SimpleGrid, Stack, Text, Textarea } from "@mantine/core";
import { modals } from "@mantine/modals";
import { HeddleError, v1 } from "~/api/heddle.ts";
import { keys } from "~/api/keys.ts";
import { queries, tell, useAct } from "~/api/query.ts";
import { capital } from "~/ui/case-marks.tsx";
import { useState } from "react";
import { conflicts, type Change, type Conflict } from "./merge.ts";
import { caseQuery, type Case, type Versioned } from "./queries.ts";

async function save(id: string, change: Change, etag: string | null): Promise<void> {
  await v1.PATCH("/v1/cases/{id}", {
    params: { path: { id }, header: etag ? { "If-Match": etag } : {} },
    body: change,
  });
}

async function read(id: string): Promise<Versioned> {
  return queries.query({ ...caseQuery(id), staleTime: 0 });
}

/** Saves `change`, made to `base`; answers when it is saved or given up. */
async function saveOrMerge(id: string, change: Change, base: Versioned): Promise<void> {
  let version = base;
  for (;;) {
    try {
      await save(id, change, version.etag);
      return;
    } catch (error) {
      if (!(error instanceof HeddleError) || error.status !== 412) throw error;
      const theirs = await read(id);
      const clashes = conflicts(base.case, theirs.case, change);
      version = theirs;
      if (clashes.length === 0) continue;
      const decided = await ask(clashes, error.message);
      if (decided === null) return;
      change = { ...change, ...decided };
      base = theirs;
    }
  }
}

/** Asks what to keep of what clashes; null when theirs is to stay. */
function ask(clashes: Conflict[], who: string): Promise<Change | null> {
  return new Promise((resolve) => {
    const id = modals.open({
      title: "Somebody else changed this meanwhile",
      size: "lg",
      onClose: () => resolve(null),
      children: (
        <Merge
          clashes={clashes}
          who={who}
          decide={(change) => {
            resolve(change);
            modals.close(id);
          }}
        />
      ),
    });
  });
}

function Merge({ clashes, who, decide }: { clashes: Conflict[]; who: string; decide: (change: Change | null) => void }) {
  const [mine, setMine] = useState(() => Object.fromEntries(clashes.map(({ field, mine }) => [field, mine])) as Record<string, unknown>);
  const show = (value: unknown) => {
    if (value === null || value === undefined || value === "") return "nothing";
    return typeof value === "string" ? value : JSON.stringify(value);
  };
  return (
    <Stack>
      <Text size="sm">{who}</Text>
      {clashes.map(({ field, theirs }) => (
        <Stack key={field} gap={6}>
          <Text fw={600} size="sm">
            {capital(field)}
          </Text>
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <Paper withBorder p="xs">
              <Text size="xs" c="dimmed">
                Theirs, saved now
              </Text>
              <Text size="sm" style={{ whiteSpace: "pre-wrap" }}>
                {show(theirs)}
              </Text>
            </Paper>
            {typeof mine[field] === "string" ? (
              <Textarea
                label="Yours, not saved yet: change it as you like"
                autosize
                minRows={2}
                maxRows={12}
                value={mine[field]}
                onChange={(event) => setMine({ ...mine, [field]: event.currentTarget.value })}
              />
            ) : (
              <Paper withBorder p="xs">
                <Text size="xs" c="dimmed">
                  Yours, not saved yet
                </Text>
                <Text size="sm">{show(mine[field])}</Text>
              </Paper>
            )}
          </SimpleGrid>
        </Stack>
      ))}
      <Group justify="flex-end">
        <Button variant="default" onClick={() => decide(null)}>
          Keep theirs
        </Button>
        <Button onClick={() => decide(mine)}>Save mine</Button>
      </Group>
    </Stack>
  );
}

/** Changes the case. Shown at once; undone on the page when the server refuses. */
export function useEdit(version: Versioned) {
  const { id } = version.case;
  return useAct<{ change: Change; base?: Versioned }>({
    run: async ({ change, base }) => {
      const began = base ?? version;
      const key = caseQuery(id).queryKey;
      await queries.cancelQueries({ queryKey: key });
      queries.setQueryData(key, (now) => now && { ...now, case: { ...now.case, ...change } as Case });
      try {
        await saveOrMerge(id, change, began);
      } catch (error) {
        await queries.invalidateQueries({ queryKey: key });
        throw error;
      }
    },
    stale: [keys.case(id)],
    done: (_, { change }) => {
      if ("title" in change || "description" in change) tell("Saved");
    },
  });
}
