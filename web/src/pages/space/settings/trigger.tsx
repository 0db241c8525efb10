// What happens to new cases by themselves.
import { Alert, Button, Group, Radio, Select, Stack } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { body, slim, v1 } from "~/api/heddle.ts";
import { keys } from "~/api/keys.ts";
import { proceduresQuery } from "~/api/procedures.ts";
import { explain, tell, useAct } from "~/api/query.ts";
import { membersQuery } from "~/api/spaces.ts";
import { caseQuery } from "~/pages/case/queries.ts";
import { QueryView } from "~/ui/query-view.tsx";
import { triggerQuery, type NoTrigger, type Trigger } from "../queries.ts";

type Kind = "none" | "assignee" | "procedure" | "case";

/** The kind of a trigger and whom or what it names. */
export function partsOf(trigger: Trigger): { kind: Kind; id: string | null } {
  if ("assignee_id" in trigger) return { kind: "assignee", id: trigger.assignee_id };
  if ("procedure_id" in trigger) return { kind: "procedure", id: trigger.procedure_id };
  if ("reference_case_id" in trigger) return { kind: "case", id: trigger.reference_case_id };
  return { kind: "none", id: null };
}

/** The trigger of a kind that names `id`; none while nothing is chosen. */
export function triggerOf(kind: Kind, id: string | null): Trigger | null {
  // The server wants to see the null.
  if (kind === "none") return { trigger_type: null } as unknown as NoTrigger;
  if (id === null) return null;
  switch (kind) {
    case "assignee":
      return { trigger_type: "assignee", assignee_id: id };
    case "procedure":
      return { trigger_type: "apply_procedure", procedure_id: id };
    case "case":
      return { trigger_type: "reference_task", reference_case_id: id };
  }
}

/** The form. */
export function TriggerForm({ space, mayChange }: { space: string; mayChange: boolean }) {
  const query = useQuery(triggerQuery(space));
  return <QueryView query={query}>{(trigger) => <Fields key={JSON.stringify(trigger)} space={space} trigger={trigger} mayChange={mayChange} />}</QueryView>;
}

function Fields({ space, trigger, mayChange }: { space: string; trigger: Trigger; mayChange: boolean }) {
  const saved = partsOf(trigger);
  const [kind, setKind] = useState(saved.kind);
  const [ids, setIds] = useState<Partial<Record<Kind, string>>>(saved.id ? { [saved.kind]: saved.id } : {});
  const { data: members } = useQuery(membersQuery(space));
  const { data: procedures } = useQuery(proceduresQuery(space));
  const id = ids[kind] ?? null;
  const wanted = triggerOf(kind, id);
  const same = kind === saved.kind && id === saved.id;
  const save = useAct<Trigger>({
    run: (next) =>
      body(slim.PATCH("/api/v1/public/spaces/{space_id}/trigger", { params: { path: { space_id: space } }, body: next })),
    stale: [triggerQuery(space).queryKey, keys.spaces],
    failed: () => true,
    done: () => tell("Saved"),
  });
  const choose = (value: string | null) => setIds({ ...ids, [kind]: value ?? undefined });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (wanted) save.mutate(wanted);
      }}
    >
      <Stack gap="sm">
        {save.error && <Alert color="red">{explain(save.error)}</Alert>}
        <Radio.Group
          aria-label="What happens to new cases"
          value={kind}
          onChange={(value) => setKind((["none", "assignee", "procedure", "case"] as const).find((known) => known === value) ?? "none")}
        >
          <Stack gap={8}>
            <Radio value="none" label="Nothing: somebody takes them up" disabled={!mayChange} />
            <Radio value="assignee" label="They are given to somebody" disabled={!mayChange} />
            <Radio value="procedure" label="They get the stages of a procedure" disabled={!mayChange} />
            <Radio value="case" label="They are worked like an exemplary case" disabled={!mayChange} />
          </Stack>
        </Radio.Group>
        {kind === "assignee" && (
          <Select
            label="To whom"
            searchable
            disabled={!mayChange}
            maw={420}
            data={(members ?? [])
              .filter(({ role }) => role !== "observer")
              .map(({ actor_id, name, actor_type }) => ({ value: actor_id, label: actor_type === "ai" ? `${name} (agent)` : name }))}
            value={id}
            onChange={choose}
          />
        )}
        {kind === "procedure" && (
          <Select
            label="Procedure"
            placeholder={procedures?.length === 0 ? "The space has no procedures" : "Choose one"}
            searchable
            disabled={!mayChange}
            maw={420}
            data={(procedures ?? []).map(({ id: value, name }) => ({ value, label: name }))}
            value={id}
            onChange={choose}
          />
        )}
        {kind === "case" && <CaseSelect space={space} value={id} onChange={choose} disabled={!mayChange} />}
        {mayChange && (
          <Group>
            <Button type="submit" size="sm" disabled={same || wanted === null} loading={save.isPending}>
              Save
            </Button>
          </Group>
        )}
      </Stack>
    </form>
  );
}

/** A case of the space, found by words. */
function CaseSelect({ space, value, onChange, disabled }: { space: string; value: string | null; onChange: (id: string | null) => void; disabled: boolean }) {
  const [typed, setTyped] = useState("");
  const [words] = useDebouncedValue(typed.trim(), 250);
  const chosen = useQuery({ ...caseQuery(value ?? ""), enabled: value !== null });
  const found = useQuery({
    queryKey: keys.caseList(space, "find", words),
    queryFn: async ({ signal }) => {
      const query = { space_id: space, per_page: 20, ...(words ? { q: words } : {}) };
      return (await body(v1.GET("/v1/cases", { params: { query }, signal }))).data;
    },
    placeholderData: keepPreviousData,
  });
  const options = new Map((found.data ?? []).map((one) => [one.id, one.title]));
  if (chosen.data) options.set(chosen.data.case.id, chosen.data.case.title);
  return (
    <Select
      label="Exemplary case"
      description="New cases get its stages and instructions."
      placeholder="Type words of its title"
      searchable
      disabled={disabled}
      maw={420}
      // The server has found them already.
      filter={({ options: all }) => all}
      nothingFoundMessage="No such case"
      data={[...options].map(([id, label]) => ({ value: id, label }))}
      value={value}
      onChange={onChange}
      onSearchChange={setTyped}
    />
  );
}
