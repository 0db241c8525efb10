// A conversation that whoever has its link may read, without signing in.
import { Box } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { sharedQuery } from "~/api/coding.ts";
import { Page } from "~/ui/page.tsx";
import { QueryView } from "~/ui/query-view.tsx";
import { TimeAgo } from "~/ui/time.tsx";
import { Transcript } from "./transcript.tsx";

const route = getRouteApi("/shared/$token");

/** The page. */
export function SharedPage() {
  const { token } = route.useParams();
  const query = useQuery(sharedQuery(token));
  return (
    <Box component="main">
      <QueryView query={query} what="link">
        {(conversation) => (
          <Page
            title={conversation.title ?? "Untitled conversation"}
            width={920}
            lead={
              <>
                A shared conversation with a coding agent · saved <TimeAgo time={conversation.updated_at} />
              </>
            }
          >
            <Transcript messages={conversation.messages} />
          </Page>
        )}
      </QueryView>
    </Box>
  );
}
