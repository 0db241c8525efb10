// Takes up an invitation.
import { Alert, Button, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { body, HeddleError, v1 } from "~/api/heddle.ts";
import { explain, fieldErrors, useAct } from "~/api/query.ts";
import { sessionQuery } from "~/api/session.ts";
import { ButtonLink } from "~/ui/links.tsx";
import { Loading } from "~/ui/states.tsx";
import { enter, Entry, useAddressToken } from "./entry.tsx";

/** The page. */
export function InvitationPage() {
  const token = useAddressToken() ?? "";
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const session = useQuery(sessionQuery);
  const invitation = useQuery({
    queryKey: ["invitation", token],
    queryFn: async () => (await body(v1.POST("/v1/invitations/by-token", { body: { token } }))).data,
    retry: false,
  });
  const accept = useAct({
    run: () =>
      body(v1.POST("/v1/invitations/accept", { body: { token, ...(name ? { name } : {}), ...(password ? { password } : {}) } })),
    failed: () => true,
    done: ({ data }) => enter(data),
  });
  const wrong = fieldErrors(accept.error);

  if (invitation.error) {
    const gone = invitation.error instanceof HeddleError && invitation.error.status < 500 && invitation.error.status > 0;
    return (
      <Entry title={gone ? "This invitation is over" : "This could not be shown"}>
        <Text size="sm">{explain(invitation.error)}</Text>
        <ButtonLink to="/sign-in" variant="default">
          Sign in
        </ButtonLink>
      </Entry>
    );
  }
  if (!invitation.data || session.isLoading) return <Loading />;
  const { workspace, email, invited_by, needs_account } = invitation.data;
  const known = session.data?.user.email === email;
  return (
    <Entry title={`Join ${workspace.name}`} lead={`${invited_by} invited ${email}.`}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          accept.mutate();
        }}
      >
        <Stack>
          {accept.error && Object.keys(wrong).length === 0 && <Alert color="red">{explain(accept.error)}</Alert>}
          <input type="text" name="username" autoComplete="username" value={email} readOnly hidden />
          {needs_account && (
            <TextInput
              label="Your name"
              autoComplete="name"
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
              error={wrong.name}
              autoFocus
              required
            />
          )}
          {!known && (
            <PasswordInput
              label={needs_account ? "Choose a password" : "Your password"}
              {...(needs_account ? { description: "At least 10 characters" } : {})}
              autoComplete={needs_account ? "new-password" : "current-password"}
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
              error={wrong.password}
              required
            />
          )}
          <Button type="submit" loading={accept.isPending}>
            Join
          </Button>
        </Stack>
      </form>
    </Entry>
  );
}
