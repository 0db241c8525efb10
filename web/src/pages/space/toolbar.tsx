// What is shown of the cases and how: filters with their counts, order, layout.
import { Button, Checkbox, CloseButton, Group, Menu, SegmentedControl, Select, Text, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconAlarm, IconLayoutKanban, IconList, IconSearch, IconTag } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { countsQuery, type CaseCounts, type CaseFilter, type CaseSort } from "~/api/cases.ts";
import { proceduresQuery } from "~/api/procedures.ts";
import { labelsQuery, membersQuery } from "~/api/spaces.ts";
import type { CasesSearch } from "~/router.tsx";
import { capital, LabelBadge, MOTIONS, PHASES, PRIORITIES } from "~/ui/case-marks.tsx";
import classes from "./cases.module.css";
import { filtersOn, labelsOf, ME, NOBODY, SORTS, sortOf, withoutFilters } from "./filters.ts";

/** Changes the address: what is undefined is taken out of it. */
export type Narrow = (change: { [name in keyof CasesSearch]?: CasesSearch[name] | undefined }) => void;

/** The bar. */
export function Toolbar({
  space,
  search,
  filter,
  layout,
  narrow,
  replace,
}: {
  space: string;
  search: CasesSearch;
  filter: CaseFilter;
  layout: "board" | "list";
  narrow: Narrow;
  replace: (search: CasesSearch) => void;
}) {
  const members = useQuery(membersQuery(space));
  const procedures = useQuery(proceduresQuery(space));
  const on = filtersOn(search);
  return (
    <>
      <Words words={search.q ?? ""} set={(q) => narrow({ q: q || undefined })} />
      {layout === "list" && <Facet space={space} filter={filter} name="phase" label="Phase" values={PHASES} set={(phase) => narrow({ phase })} />}
      <Facet space={space} filter={filter} name="motion" label="Motion" values={MOTIONS} set={(motion) => narrow({ motion })} />
      <Facet space={space} filter={filter} name="priority" label="Priority" values={PRIORITIES} set={(priority) => narrow({ priority })} />
      <LabelFilter space={space} chosen={labelsOf(search)} set={(ids) => narrow({ label: ids.join(",") || undefined })} />
      <Select
        {...look}
        w={142}
        aria-label="Assigned to"
        placeholder="Assigned to"
        searchable
        data={[
          { value: ME, label: "Me" },
          { value: NOBODY, label: "Nobody" },
          ...(members.data ?? []).map(({ actor_id, name, actor_type }) => ({ value: actor_id, label: actor_type === "ai" ? `${name} (agent)` : name })),
        ]}
        value={search.assignee ?? null}
        onChange={(assignee) => narrow({ assignee: assignee ?? undefined })}
      />
      {(procedures.data?.length ?? 0) > 0 && (
        <Select
          {...look}
          w={142}
          aria-label="Procedure"
          placeholder="Procedure"
          searchable
          data={(procedures.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          value={search.procedure ?? null}
          onChange={(procedure) => narrow({ procedure: procedure ?? undefined })}
        />
      )}
      <Button
        size="xs"
        variant={search.overdue ? "light" : "default"}
        leftSection={<IconAlarm size={14} />}
        aria-pressed={search.overdue === true}
        onClick={() => narrow({ overdue: search.overdue ? undefined : true })}
      >
        Overdue
      </Button>
      {on > 0 && (
        <Button size="xs" variant="subtle" onClick={() => replace(withoutFilters(search))}>
          Clear {on === 1 ? "the filter" : `${on} filters`}
        </Button>
      )}
      <Select
        size="xs"
        w={150}
        ml="auto"
        aria-label="Order"
        allowDeselect={false}
        comboboxProps={{ width: 180, position: "bottom-end" }}
        data={(Object.keys(SORTS) as CaseSort[]).map((value) => ({ value, label: SORTS[value] }))}
        value={sortOf(search)}
        onChange={(sort) => narrow({ sort: sort ?? undefined })}
      />
      <SegmentedControl
        size="xs"
        className={classes.layout}
        aria-label="Layout"
        value={layout}
        onChange={(value) => narrow({ layout: value === "list" ? "list" : "board" })}
        data={[
          { value: "board", label: <Layout icon={IconLayoutKanban} name="Board" /> },
          { value: "list", label: <Layout icon={IconList} name="List" /> },
        ]}
      />
    </>
  );
}

const look = { size: "xs", clearable: true, comboboxProps: { width: 220, position: "bottom-start" } } as const;

function Layout({ icon: Icon, name }: { icon: typeof IconList; name: string }) {
  return (
    <Group gap={5} wrap="nowrap">
      <Icon size={14} aria-hidden />
      {name}
    </Group>
  );
}

/** The field for words; the address follows when the typing stops. */
function Words({ words, set }: { words: string; set: (words: string) => void }) {
  const [text, setText] = useState(words);
  const [seen, setSeen] = useState(words);
  const [sent, setSent] = useState(words);
  // The address may change by itself, too: a view, a filter cleared, the way back.
  if (words !== seen) {
    setSeen(words);
    if (words !== sent) setText(words);
  }
  const send = (value: string) => {
    setSent(value);
    set(value);
  };
  const later = useDebouncedCallback((value: string) => send(value.trim()), 300);
  return (
    <TextInput
      size="xs"
      w={180}
      aria-label="Find in the cases"
      placeholder="Find"
      leftSection={<IconSearch size={14} aria-hidden />}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        later(event.currentTarget.value);
      }}
      rightSection={text !== "" && (
        <CloseButton
          size="xs"
          aria-label="Find everything again"
          onClick={() => {
            setText("");
            send("");
          }}
        />
      )}
    />
  );
}

type FacetName = "phase" | "motion" | "priority";

/** One kind of a case's state; each value with how many cases the other filters leave of it. */
function Facet<T extends string>({
  space,
  filter,
  name,
  label,
  values,
  set,
}: {
  space: string;
  filter: CaseFilter;
  name: FacetName;
  label: string;
  values: readonly T[];
  set: (value: T | undefined) => void;
}) {
  const [open, setOpen] = useState(false);
  const others = Object.fromEntries(Object.entries(filter).filter(([other]) => other !== name)) as CaseFilter;
  const options: { value: string; label: string }[] = values.map((value) => ({ value, label: capital(value) }));
  const chosen: string | null = filter[name] ?? null;
  const counts = useQuery({ ...countsQuery(space, others), enabled: open, placeholderData: keepPreviousData });
  return (
    <Select
      {...look}
      w={112}
      aria-label={label}
      placeholder={label}
      onDropdownOpen={() => setOpen(true)}
      onDropdownClose={() => setOpen(false)}
      data={options}
      value={chosen}
      onChange={(value) => set(values.find((known) => known === value))}
      renderOption={({ option }) => (
        <Group justify="space-between" flex={1} wrap="nowrap">
          <span>{option.label}</span>
          <Text span size="xs" c="dimmed">
            {counts.data && countOf(counts.data, name, option.value)?.toLocaleString()}
          </Text>
        </Group>
      )}
    />
  );
}

function countOf(counts: CaseCounts, name: FacetName, value: string): number | undefined {
  return (counts[name] as Record<string, number>)[value];
}

function LabelFilter({ space, chosen, set }: { space: string; chosen: readonly string[]; set: (ids: string[]) => void }) {
  const { data: labels } = useQuery(labelsQuery(space));
  if (!labels || labels.length === 0) return null;
  return (
    <Menu closeOnItemClick={false} position="bottom-start">
      <Menu.Target>
        <Button size="xs" variant={chosen.length > 0 ? "light" : "default"} leftSection={<IconTag size={14} />}>
          Labels{chosen.length > 0 && ` (${chosen.length})`}
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah={320} style={{ overflowY: "auto" }}>
        <Menu.Label>With all of these</Menu.Label>
        {labels.map(({ id, name, color }) => {
          const on = chosen.includes(id);
          return (
            <Menu.Item
              key={id}
              role="menuitemcheckbox"
              aria-checked={on}
              leftSection={<Checkbox.Indicator size="xs" checked={on} />}
              onClick={() => set(on ? chosen.filter((one) => one !== id) : [...chosen, id])}
            >
              <LabelBadge name={name} color={color} />
            </Menu.Item>
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}
