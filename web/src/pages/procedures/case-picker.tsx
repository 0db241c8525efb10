// Chooses a case of the space to try things on.
import { Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { body, v1 } from "~/api/heddle.ts";
import { keys } from "~/api/keys.ts";
import type { TryCase } from "./editing.ts";

const foundQuery = (space: string, q: string) =>
  queryOptions({
    queryKey: keys.caseList(space, "pick", q),
    queryFn: async ({ signal }) =>
      (
        await body(
          v1.GET("/v1/cases", {
            params: { query: { space_id: space, per_page: 20, ...(q ? { q } : { sort: "-updated_at" }) } },
            signal,
          }),
        )
      ).data,
    placeholderData: keepPreviousData,
  });

/** The field. */
export function CasePicker({ space, value, onChange }: { space: string; value: TryCase | null; onChange: (value: TryCase | null) => void }) {
  const [words, setWords] = useState("");
  const [asked] = useDebouncedValue(words.trim(), 150);
  const q = asked === value?.title ? "" : asked;
  const { data } = useQuery(foundQuery(space, q));
  const options = (data ?? []).map(({ id, title }) => ({ value: id, label: title }));
  if (value && !options.some((option) => option.value === value.id)) options.unshift({ value: value.id, label: value.title });
  return (
    <Select
      label="Case"
      placeholder="Words of its title"
      searchable
      clearable
      clearButtonProps={{ "aria-label": "Try no case" }}
      searchValue={words}
      onSearchChange={setWords}
      // The server has searched already.
      filter={({ options: all }) => all}
      data={options}
      value={value?.id ?? null}
      onChange={(id, option: { label: string } | null) => onChange(id ? { id, title: option?.label ?? id } : null)}
      nothingFoundMessage={asked === "" ? "The space has no cases" : "No case has all of these words"}
    />
  );
}
