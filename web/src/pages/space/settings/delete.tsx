// Deleting the space: only once its name has been typed.
import { Alert, Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { slim } from "~/api/heddle.ts";
import { keys } from "~/api/keys.ts";
import { explain, tell, useAct } from "~/api/query.ts";
import { useSession } from "~/api/session.ts";
import type { Space } from "~/api/spaces.ts";

/** The button and its dialog. */
export function DeleteSpace({ space }: { space: Space }) {
  const { workspace } = useSession();
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  const [typed, setTyped] = useState("");
  const remove = useAct({
    run: async () => {
      await slim.DELETE("/api/v1/public/spaces/{space_id}", { params: { path: { space_id: space.id } } });
    },
    failed: () => true,
    done: async () => {
      tell(`${space.name} is deleted`);
      await navigate({ to: "/$workspace/spaces", params: { workspace: workspace.slug } });
    },
    stale: [keys.spaces, keys.inbox],
  });
  return (
    <>
      <Text size="sm" c="dimmed" mb="xs">
        Its cases, procedures, documents and threads go with it, for everybody, and cannot be brought back.
      </Text>
      <Button color="red" variant="outline" onClick={() => setAsking(true)}>
        Delete the space…
      </Button>
      <Modal opened={asking} onClose={() => setAsking(false)} title={`Delete ${space.name}?`}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (typed === space.name) remove.mutate();
          }}
        >
          <Stack>
            {remove.error && <Alert color="red">{explain(remove.error)}</Alert>}
            <Text size="sm">Everything in it is gone then. Type its name to say that you mean it.</Text>
            <TextInput label="Name of the space" placeholder={space.name} data-autofocus value={typed} onChange={(event) => setTyped(event.currentTarget.value)} />
            <Group justify="flex-end">
              <Button variant="default" onClick={() => setAsking(false)}>
                Cancel
              </Button>
              <Button type="submit" color="red" disabled={typed !== space.name} loading={remove.isPending}>
                Delete
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
