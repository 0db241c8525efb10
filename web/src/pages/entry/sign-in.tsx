// Sign in with a password, by a link in the mail, or at a provider.
import { Alert, Anchor, Button, Divider, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { providersQuery } from "~/api/auth.ts";
import { body, v1 } from "~/api/heddle.ts";
import { explain, useAct } from "~/api/query.ts";
import { enter, Entry } from "./entry.tsx";
import { safeNext } from "./next.ts";
import { refusal } from "./refusals.ts";

const route = getRouteApi("/sign-in");

/** The page. */
export function SignInPage() {
  const { next, error: refused, provider } = route.useSearch();
  // A page for signing in that cannot ask for providers still takes a password.
  const labels = useQuery(providersQuery).data?.labels ?? {};
  const target = new URLSearchParams({ redirect_uri: safeNext(next) ?? "/" }).toString();
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
          {!error && refused !== undefined && (
            <Alert color="red">{refusal(refused, provider === undefined ? undefined : labels[provider])}</Alert>
          )}
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
      {Object.keys(labels).length > 0 && (
        <Stack gap="xs">
          <Divider label="or" />
          {Object.entries(labels).map(([word, name]) => (
            <Button key={word} component="a" href={`/auth/login/${word}?${target}`} variant="default">
              Sign in with {name}
            </Button>
          ))}
        </Stack>
      )}
    </Entry>
  );
}
