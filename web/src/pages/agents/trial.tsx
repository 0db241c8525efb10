// Trying an agent on a case: it reads and thinks for real, and what it would change is only told.
import { Alert, Box, Button, Group, Select, Stack, Text, Textarea } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconFlask } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { trialsQuery } from "~/api/agents.ts";
import { body, v1 } from "~/api/heddle.ts";
import { keys } from "~/api/keys.ts";
import { useAct } from "~/api/query.ts";
import { searchQuery } from "~/api/search.ts";
import { stagesQuery } from "~/pages/case/queries.ts";
import { RunCard } from "~/pages/case/run-card.tsx";
import { QueryView } from "~/ui/query-view.tsx";

/** The form, and what came of it. */
export function Trial({ agent }: { agent: string }) {
  const [words, setWords] = useState("");
  const [asked] = useDebouncedValue(words.trim(), 150);
  const [found, setFound] = useState<{ value: string; label: string } | null>(null);
  const [stage, setStage] = useState<string | null>(null);
  const [instructions, setInstructions] = useState("");
  const hits = useQuery({
    ...searchQuery(asked, "case", 20),
    enabled: asked !== "" && asked !== found?.label,
    placeholderData: keepPreviousData,
  });
  const stages = useQuery({ ...stagesQuery(found?.value ?? ""), enabled: found !== null });
  const trials = useQuery(trialsQuery(agent));
  const begin = useAct({
    run: () =>
      body(
        v1.POST("/v1/actors/{id}/trial", {
          params: { path: { id: agent } },
          body: {
            case_id: found?.value ?? "",
            ...(stage ? { stage_id: stage } : {}),
            ...(instructions.trim() ? { instructions: instructions.trim() } : {}),
          },
        }),
      ),
    stale: [keys.actor(agent)],
  });
  const cases = (hits.data ?? []).map(({ id, title }) => ({ value: id, label: title }));
  const options = found && !cases.some(({ value }) => value === found.value) ? [found, ...cases] : cases;

  return (
    <Stack maw={820}>
      <Alert icon={<IconFlask size={18} />}>
        A trial changes nothing: no entry is written, no stage moves, no tool is called. The agent reads the case as it is, and each thing it would do
        is listed below.
      </Alert>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          begin.mutate();
        }}
      >
        <Stack>
          <Select
            label="Case"
            placeholder="Words of its title"
            searchable
            required
            searchValue={words}
            onSearchChange={setWords}
            // The server has searched already.
            filter={({ options: all }) => all}
            data={options}
            value={found?.value ?? null}
            onChange={(value, option: { label: string } | null) => {
              setFound(value ? { value, label: option?.label ?? value } : null);
              setStage(null);
            }}
            nothingFoundMessage={asked === "" ? "Type to find a case" : "No case has all of these words"}
          />
          {found && (
            <Select
              label="Stage"
              placeholder="The active one"
              clearable
              data={(stages.data ?? []).map(({ id, name, phase }) => ({ value: id, label: `${name} (${phase})` }))}
              value={stage}
              onChange={setStage}
            />
          )}
          <Textarea label="Instructions" description="Instead of those of the stage" autosize minRows={2} value={instructions} onChange={(event) => setInstructions(event.currentTarget.value)} />
          <Group>
            <Button type="submit" loading={begin.isPending} disabled={!found}>
              Try it
            </Button>
          </Group>
        </Stack>
      </form>
      <QueryView query={trials}>
        {(runs) => (
          <Box>
            <Text fw={600} mb="xs">
              Trials
            </Text>
            {runs.length === 0 && (
              <Text size="sm" c="dimmed">
                None yet.
              </Text>
            )}
            <Stack gap="sm">
              {runs.map((run, n) => (
                <RunCard key={run.id} run={run} opened={n === 0} />
              ))}
            </Stack>
          </Box>
        )}
      </QueryView>
    </Stack>
  );
}
