// The dialog that makes a space.
import { Alert, Button, Group, Modal, Stack, Textarea, TextInput } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { body, v1 } from "~/api/heddle.ts";
import { keys } from "~/api/keys.ts";
import { explain, fieldErrors, useAct } from "~/api/query.ts";
import { useSession } from "~/api/session.ts";

/** The dialog. */
export function NewSpace({ close }: { close: () => void }) {
  const { workspace } = useSession();
  const navigate = useNavigate();
  const [space, setSpace] = useState({ name: "", description: "" });
  const make = useAct({
    run: () =>
      body(v1.POST("/v1/spaces", { body: { name: space.name, ...(space.description.trim() ? { description: space.description } : {}) } })),
    stale: [keys.spaces],
    failed: () => true,
    done: ({ data }) => navigate({ to: "/$workspace/spaces/$space", params: { workspace: workspace.slug, space: data.id } }),
  });
  const wrong = fieldErrors(make.error);
  return (
    <Modal opened onClose={close} title="New space">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          make.mutate();
        }}
      >
        <Stack>
          {make.error && Object.keys(wrong).length === 0 && <Alert color="red">{explain(make.error)}</Alert>}
          <TextInput label="Name" required data-autofocus value={space.name} onChange={(event) => setSpace({ ...space, name: event.currentTarget.value })} error={wrong.name} />
          <Textarea
            label="What is it for?"
            autosize
            minRows={2}
            value={space.description}
            onChange={(event) => setSpace({ ...space, description: event.currentTarget.value })}
            error={wrong.description}
          />
          <Group justify="flex-end">
            <Button type="submit" loading={make.isPending}>
              Make it
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
