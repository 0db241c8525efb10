// Sign in with a password or by a link in the mail.
import { Alert, Anchor, Button, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { body, v1 } from "~/api/heddle.ts";
import { explain, useAct } from "~/api/query.ts";
import { enter, Entry } from "./entry.tsx";

const route = getRouteApi("/sign-in");

/** The page. */
export function SignInPage() {
  const { next } = route.useSearch();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [byLink, setByLink] = useState(false);
  const signIn = useAct({
    run: () => body(v1.POST("/v1/session", { body: { email, password } })),
    failed: () => true,
    done: ({ data }) => enter(data, next),
  });
  const send = useAct({ run: () => body(v1.POST("/v1/session/link", { body: { email } })), failed: () => true });
  const error = byLink ? send.error : signIn.error;

  if (byLink && send.isSuccess) {
    return (
      <Entry title="Look into your mail">
        <Text size="sm">
          If somebody here has the address {email}, a link to sign in is on its way. It works once, for a short time.
        </Text>
        <Button variant="default" onClick={() => send.reset()}>
          Send it again
        </Button>
      </Entry>
    );
  }
  return (
    <Entry title="Sign in">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (byLink) send.mutate();
          else signIn.mutate();
        }}
      >
        <Stack>
          {error && <Alert color="red">{explain(error)}</Alert>}
          <TextInput
            label="E-mail address"
            type="email"
            autoComplete="username"
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
            autoFocus
            required
          />
          {!byLink && (
            <PasswordInput
              label="Password"
              autoComplete="current-password"
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
              required
            />
          )}
          <Button type="submit" loading={byLink ? send.isPending : signIn.isPending}>
            {byLink ? "Send me a link" : "Sign in"}
          </Button>
          <Anchor component="button" type="button" size="sm" onClick={() => setByLink(!byLink)}>
            {byLink ? "Sign in with a password" : "Sign in by a link in the mail"}
          </Anchor>
        </Stack>
      </form>
    </Entry>
  );
}
