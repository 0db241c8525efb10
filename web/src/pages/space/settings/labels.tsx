// The labels of the space.
import { ActionIcon, Button, ColorInput, Group, Modal, Stack, Table, Text, TextInput } from "@mantine/core";
import { IconPencil, IconPlus, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { body, v1 } from "~/api/heddle.ts";
import { keys } from "~/api/keys.ts";
import { explain, fieldErrors, useAct } from "~/api/query.ts";
import { labelsQuery, type Label } from "~/api/spaces.ts";
import { LabelBadge } from "~/ui/case-marks.tsx";
import { confirm } from "~/ui/confirm.tsx";
import { QueryView } from "~/ui/query-view.tsx";

const SWATCHES = ["#c92a2a", "#e8590c", "#f08c00", "#2f9e44", "#0c8599", "#1971c2", "#7048e8", "#c2255c", "#868e96"];

/** The list. */
export function Labels({ space, mayChange }: { space: string; mayChange: boolean }) {
  const query = useQuery(labelsQuery(space));
  const [opened, setOpened] = useState<Label | "new" | null>(null);
  const stale = [keys.labels(space), keys.caseList(space)];
  const remove = useAct<Label>({
    run: ({ id }) => body(v1.DELETE("/v1/labels/{id}", { params: { path: { id } } })),
    stale,
  });
  return (
    <Stack gap="sm">
      <QueryView query={query}>
        {(labels) =>
          labels.length === 0 ? (
            <Text size="sm" c="dimmed">
              No labels yet. A label marks cases across phases, such as those of a kind or a quarter of the town.
            </Text>
          ) : (
            <Table verticalSpacing={4}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Label</Table.Th>
                  <Table.Th aria-label="What can be done" />
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {labels.map((label) => (
                  <Table.Tr key={label.id}>
                    <Table.Td>
                      <LabelBadge name={label.name} color={label.color} />
                    </Table.Td>
                    <Table.Td w={84}>
                      {mayChange && (
                        <Group gap={4} wrap="nowrap">
                          <ActionIcon aria-label={`Change the label ${label.name}`} onClick={() => setOpened(label)}>
                            <IconPencil size={16} />
                          </ActionIcon>
                          <ActionIcon
                            aria-label={`Delete the label ${label.name}`}
                            onClick={() =>
                              confirm({
                                title: `Delete the label ${label.name}?`,
                                text: "It is taken off every case. The cases stay.",
                                action: "Delete",
                                run: () => remove.mutate(label),
                              })
                            }
                          >
                            <IconTrash size={16} />
                          </ActionIcon>
                        </Group>
                      )}
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          )
        }
      </QueryView>
      {mayChange && (
        <Group>
          <Button size="xs" variant="default" leftSection={<IconPlus size={15} />} onClick={() => setOpened("new")}>
            New label
          </Button>
        </Group>
      )}
      {opened && <LabelForm space={space} {...(opened === "new" ? {} : { label: opened })} close={() => setOpened(null)} />}
    </Stack>
  );
}

function LabelForm({ space, label, close }: { space: string; label?: Label; close: () => void }) {
  const [form, setForm] = useState({ name: label?.name ?? "", color: label ? (label.color ?? "") : (SWATCHES[5] ?? "") });
  const save = useAct({
    run: () => {
      const sent = { name: form.name, color: form.color === "" ? null : form.color };
      return label
        ? body(v1.PATCH("/v1/labels/{id}", { params: { path: { id: label.id } }, body: sent }))
        : body(v1.POST("/v1/spaces/{id}/labels", { params: { path: { id: space } }, body: sent }));
    },
    stale: [keys.labels(space), keys.caseList(space)],
    failed: () => true,
    done: close,
  });
  const wrong = fieldErrors(save.error);
  // Labels of the same name are refused without naming the field.
  const name = wrong.name ?? (save.error && !wrong.color ? explain(save.error) : undefined);
  return (
    <Modal opened onClose={close} title={label ? `Change ${label.name}` : "New label"}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Stack>
          <TextInput label="Name" required data-autofocus value={form.name} onChange={(event) => setForm({ ...form, name: event.currentTarget.value })} error={name} />
          <ColorInput
            label="Colour"
            placeholder="None"
            format="hex"
            swatches={SWATCHES}
            withEyeDropper={false}
            value={form.color}
            onChange={(color) => setForm((now) => ({ ...now, color }))}
            error={wrong.color}
          />
          <Group justify="space-between">
            <LabelBadge name={form.name || "label"} color={form.color} />
            <Button type="submit" loading={save.isPending}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
