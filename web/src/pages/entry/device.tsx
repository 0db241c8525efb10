// Lets a program in that shows a code: a coding agent on the command line, or in an editor.
import { Alert, Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { decideDevice, findDevice } from "~/api/auth.ts";
import { explain, useAct } from "~/api/query.ts";
import { useSession } from "~/api/session.ts";
import { Entry } from "./entry.tsx";

/** The page. */
export function DevicePage() {
  const { code: given } = useSearch({ strict: false });
  const session = useSession();
  const [code, setCode] = useState(given ?? "");
  const find = useAct({ run: () => findDevice(code), failed: () => true });
  const decide = useAct({ run: (approve: boolean) => decideDevice(code, approve), failed: () => true });
  const error = decide.error ?? find.error;
  const state = decide.data?.state ?? find.data?.state;

  if (state === "approved") {
    return <Entry title="The program is let in" lead="Go back to it; it goes on by itself. You may close this page." children={null} />;
  }
  if (state === "denied") {
    return <Entry title="The program stays out" lead="If you did not start it, somebody else may have. Nothing of yours was shown." children={null} />;
  }
  if (find.data) {
    return (
      <Entry title="Let this program in?">
        {error && <Alert color="red">{explain(error)}</Alert>}
        <Text size="sm">
          A program that calls itself <b>{find.data.client ?? "nothing"}</b>
          {find.data.address !== null && <> and asks from {find.data.address}</>} wants to work as {session.user.name} in{" "}
          {session.workspace.name}, and to do everything that you may do there.
        </Text>
        <Text size="sm" c="dimmed">
          Let it in only if you started it yourself just now. Any program can call itself anything.
        </Text>
        <Group grow>
          <Button variant="default" onClick={() => decide.mutate(false)} loading={decide.isPending && !decide.variables}>
            Deny
          </Button>
          <Button onClick={() => decide.mutate(true)} loading={decide.isPending && decide.variables}>
            Approve
          </Button>
        </Group>
      </Entry>
    );
  }
  return (
    <Entry title="Let a program in" lead="Enter the code that the program shows.">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          find.mutate(undefined);
        }}
      >
        <Stack>
          {error && <Alert color="red">{explain(error)}</Alert>}
          <TextInput
            label="Code"
            placeholder="BCDF-2345"
            autoComplete="off"
            autoCapitalize="characters"
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
            autoFocus
            required
          />
          <Button type="submit" loading={find.isPending}>
            Go on
          </Button>
        </Stack>
      </form>
    </Entry>
  );
}
