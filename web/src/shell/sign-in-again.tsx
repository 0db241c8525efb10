// The session ended while the page was open: sign in over it, and nothing that was typed is lost.
import { Alert, Button, Group, Modal, PasswordInput, Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { sessionBegun, useSessionOver } from "~/api/expiry.ts";
import { body, v1 } from "~/api/heddle.ts";
import { explain, useAct } from "~/api/query.ts";
import { keepSession, useSession } from "~/api/session.ts";

/** The dialog. */
export function SignInAgain() {
  const over = useSessionOver();
  const { user, workspace } = useSession();
  const [password, setPassword] = useState("");
  const queries = useQueryClient();
  const enter = useAct({
    run: async () =>
      body(v1.POST("/v1/session", { body: { email: user.email, password, workspace: workspace.slug } })),
    failed: () => true,
    done: async ({ data }) => {
      setPassword("");
      keepSession(data);
      sessionBegun();
      await queries.invalidateQueries();
    },
  });
  return (
    <Modal opened={over} onClose={() => undefined} withCloseButton={false} closeOnEscape={false} closeOnClickOutside={false} title="Sign in again">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          enter.mutate();
        }}
      >
        <Stack>
          <Text size="sm">Your session is over. What you typed is still on the page behind this.</Text>
          {enter.error && <Alert color="red">{explain(enter.error)}</Alert>}
          <input type="text" name="username" autoComplete="username" value={user.email} readOnly hidden />
          <PasswordInput
            label={`Password of ${user.email}`}
            autoComplete="current-password"
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            data-autofocus
            required
          />
          <Group justify="space-between">
            <Button variant="subtle" color="gray" component="a" href="/sign-in" target="_blank">
              Another way to sign in
            </Button>
            <Button type="submit" loading={enter.isPending}>
              Sign in
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
