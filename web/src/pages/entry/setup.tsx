// The first page of a new server: its owner and its first workspace.
import { Alert, Button, Code, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { body, v1 } from "~/api/heddle.ts";
import { explain, fieldErrors, useAct } from "~/api/query.ts";
import { ButtonLink } from "~/ui/links.tsx";
import { QueryView } from "~/ui/query-view.tsx";
import { enter, Entry, useAddressToken } from "./entry.tsx";

/** The page. */
export function SetupPage() {
  const given = useAddressToken();
  const [form, setForm] = useState({ workspace_name: "", owner_name: "", owner_email: "", password: "", token: "" });
  const needed = useQuery({ queryKey: ["setup"], queryFn: async () => (await body(v1.GET("/v1/setup"))).data.needed });
  const setUp = useAct({
    run: () => body(v1.POST("/v1/setup", { body: { ...form, token: given ?? form.token } })),
    failed: () => true,
    done: ({ data }) => enter(data),
  });
  const wrong = fieldErrors(setUp.error);
  const field = (name: keyof typeof form) => ({
    value: form[name],
    onChange: (event: { currentTarget: { value: string } }) => setForm({ ...form, [name]: event.currentTarget.value }),
    error: wrong[name],
    required: true,
  });

  return (
    <QueryView query={needed}>
      {(open) =>
        open ? (
          <Entry title="Set up Heddle" lead="Who owns this server, and what is the first workspace called?">
            <form
              onSubmit={(event) => {
                event.preventDefault();
                setUp.mutate();
              }}
            >
              <Stack>
                {setUp.error && Object.keys(wrong).length === 0 && <Alert color="red">{explain(setUp.error)}</Alert>}
                <TextInput label="Workspace" placeholder="Town Hall" autoComplete="organization" autoFocus {...field("workspace_name")} />
                <TextInput label="Your name" autoComplete="name" {...field("owner_name")} />
                <TextInput label="E-mail address" type="email" autoComplete="username" {...field("owner_email")} />
                <PasswordInput
                  label="Password"
                  description="At least 10 characters"
                  autoComplete="new-password"
                  {...field("password")}
                />
                {given === null && (
                  <TextInput
                    label="Set-up token"
                    description={
                      <>
                        It is at the end of the address that <Code>heddle serve</Code> printed when it started.
                      </>
                    }
                    {...field("token")}
                  />
                )}
                <Button type="submit" loading={setUp.isPending}>
                  Begin
                </Button>
              </Stack>
            </form>
          </Entry>
        ) : (
          <Entry title="Heddle is set up already">
            <Text size="sm">Sign in, or ask an administrator to invite you.</Text>
            <ButtonLink to="/sign-in">Sign in</ButtonLink>
          </Entry>
        )
      }
    </QueryView>
  );
}
