// What models cost where the list price is not known, or another was agreed on.
import { ActionIcon, Button, Group, NumberInput, Stack, Table, Text, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { body, v1, type Schemas } from "~/api/heddle.ts";
import { keys } from "~/api/keys.ts";
import { tell, useAct } from "~/api/query.ts";
import { QueryView } from "~/ui/query-view.tsx";

type Price = Schemas["Price"];

const COLUMNS = [
  { field: "input", label: "Read" },
  { field: "cached", label: "Read from cache" },
  { field: "cache_write", label: "Written to cache" },
  { field: "output", label: "Written" },
] as const;

const pricesQuery = queryOptions({
  queryKey: [...keys.admin, "prices"],
  queryFn: async () => (await body(v1.GET("/v1/prices"))).data.prices,
});

/** The prices, to be changed. */
export function Prices() {
  const query = useQuery(pricesQuery);
  return <QueryView query={query}>{(prices) => <Editor key={JSON.stringify(prices)} kept={prices} />}</QueryView>;
}

function Editor({ kept }: { kept: Price[] }) {
  const [prices, setPrices] = useState(kept);
  const changed = JSON.stringify(prices) !== JSON.stringify(kept);
  const save = useAct({
    run: () => body(v1.PUT("/v1/prices", { body: { prices } })),
    stale: [pricesQuery.queryKey],
    done: () => tell("Calls cost this from now on."),
  });
  const set = (n: number, change: Partial<Price>) => setPrices(prices.map((price, at) => (at === n ? { ...price, ...change } : price)));
  return (
    <Stack gap="md">
      <Text size="sm" c="dimmed" maw={640}>
        In US dollars per million tokens. A price here goes before the list price of the model with the same name. Calls that were made keep
        what they cost.
      </Text>
      {prices.length > 0 && (
        <Table.ScrollContainer minWidth={720}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Model</Table.Th>
                {COLUMNS.map(({ field, label }) => (
                  <Table.Th key={field}>{label}</Table.Th>
                ))}
                <Table.Th aria-label="Remove" />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {prices.map((price, n) => (
                <Table.Tr key={n}>
                  <Table.Td>
                    <TextInput aria-label={`Model of price ${n + 1}`} value={price.model} onChange={(event) => set(n, { model: event.currentTarget.value })} />
                  </Table.Td>
                  {COLUMNS.map(({ field, label }) => (
                    <Table.Td key={field}>
                      <NumberInput
                        aria-label={`${label}, price ${n + 1}`}
                        min={0}
                        prefix="$"
                        decimalScale={6}
                        value={price[field] / 1e6}
                        onChange={(value) => typeof value === "number" && set(n, { [field]: Math.round(value * 1e6) })}
                      />
                    </Table.Td>
                  ))}
                  <Table.Td>
                    <ActionIcon variant="subtle" color="gray" aria-label={`Remove price ${n + 1}`} onClick={() => setPrices(prices.filter((_, at) => at !== n))}>
                      <IconTrash size={16} />
                    </ActionIcon>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      <Group>
        <Button
          variant="default"
          leftSection={<IconPlus size={16} />}
          onClick={() => setPrices([...prices, { model: "", input: 0, cached: 0, cache_write: 0, output: 0 }])}
        >
          Add a price
        </Button>
        <Button disabled={!changed} loading={save.isPending} onClick={() => save.mutate()}>
          Save
        </Button>
      </Group>
    </Stack>
  );
}
