// Applies a procedure to a case: its stages are added.
import { Button, Modal, Select, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { body, v1 } from "~/api/heddle.ts";
import { keys } from "~/api/keys.ts";
import { proceduresQuery } from "~/api/procedures.ts";
import { useAct } from "~/api/query.ts";
import type { Case } from "./queries.ts";

/** The button and its dialog. */
export function ApplyProcedure({ case: found }: { case: Case }) {
  const [opened, setOpened] = useState(false);
  const { data } = useQuery({ ...proceduresQuery(found.space_id), enabled: opened });
  const apply = useAct<string>({
    run: (procedure_id) =>
      body(v1.POST("/v1/cases/{id}/apply-procedure", { params: { path: { id: found.id } }, body: { procedure_id } })),
    stale: [keys.case(found.id)],
    done: () => setOpened(false),
  });
  return (
    <>
      <Button size="compact-xs" variant="default" onClick={() => setOpened(true)}>
        Apply a procedure
      </Button>
      <Modal opened={opened} onClose={() => setOpened(false)} title="Apply a procedure">
        <Stack>
          <Select
            label="Procedure"
            description="Its stages are added to the case. Later changes of the procedure do not reach them."
            placeholder={data?.length === 0 ? "The space has no procedures" : "Choose one"}
            searchable
            data-autofocus
            data={(data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
            onChange={(id) => {
              if (id) apply.mutate(id);
            }}
          />
        </Stack>
      </Modal>
    </>
  );
}
