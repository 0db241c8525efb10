// Signs in by the one-time link of a mail.
import { Alert, Button, Text } from "@mantine/core";
import { body, v1 } from "~/api/heddle.ts";
import { explain, useAct } from "~/api/query.ts";
import { ButtonLink } from "~/ui/links.tsx";
import { enter, Entry, useAddressToken } from "./entry.tsx";

/** The page. It asks for a click: programs that look at mail follow links, and this one works once. */
export function LinkPage() {
  const token = useAddressToken();
  const redeem = useAct({
    run: (secret: string) => body(v1.POST("/v1/session/link/redeem", { body: { token: secret } })),
    failed: () => true,
    done: ({ data }) => enter(data),
  });
  return (
    <Entry title="Sign in">
      {redeem.error && <Alert color="red">{explain(redeem.error)}</Alert>}
      {token === null || redeem.error ? (
        <>
          {token === null && <Text size="sm">This address lacks its token. Open the whole link of the mail.</Text>}
          <ButtonLink to="/sign-in" variant="default">
            Sign in another way
          </ButtonLink>
        </>
      ) : (
        <Button onClick={() => redeem.mutate(token)} loading={redeem.isPending}>
          Go on to Heddle
        </Button>
      )}
    </Entry>
  );
}
