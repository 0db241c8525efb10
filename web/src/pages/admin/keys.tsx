// The keys of everybody in the workspace.
import { useQuery } from "@tanstack/react-query";
import { apiKeysQuery, Keys } from "~/pages/account/tokens.tsx";
import { Page } from "~/ui/page.tsx";
import { QueryView } from "~/ui/query-view.tsx";

/** The page. */
export function KeysPage() {
  const query = useQuery(apiKeysQuery(true));
  return (
    <Page title="Keys" lead="Whoever carries one acts as the person it belongs to.">
      <QueryView query={query}>{(found) => <Keys found={found} whose />}</QueryView>
    </Page>
  );
}
