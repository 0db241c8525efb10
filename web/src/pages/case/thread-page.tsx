// A thread that belongs to no case.
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { body, v1 } from "~/api/heddle.ts";
import { keys } from "~/api/keys.ts";
import { Page } from "~/ui/page.tsx";
import { QueryView } from "~/ui/query-view.tsx";
import { Thread } from "./case-thread.tsx";

const route = getRouteApi("/$workspace/threads/$thread");

/** The page. */
export function ThreadPage() {
  const { thread: id } = route.useParams();
  const query = useQuery({
    queryKey: [...keys.thread(id), "thread"],
    queryFn: async () => (await body(v1.GET("/v1/threads/{id}", { params: { path: { id } } }))).data,
  });
  return (
    <QueryView query={query} what="thread">
      {(thread) => (
        <Page title={thread.title ?? "Thread"} width={860}>
          <Thread thread={thread.id} space={thread.space_id} />
        </Page>
      )}
    </QueryView>
  );
}
