// The cases of a space, as a board or as a list.
import { useQuery, keepPreviousData } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useMemo } from "react";
import { countsQuery } from "~/api/cases.ts";
import { useSession } from "~/api/session.ts";
import { membersQuery } from "~/api/spaces.ts";
import type { CasesSearch } from "~/router.tsx";
import { Loading } from "~/ui/states.tsx";
import { Bulk } from "./bulk.tsx";
import classes from "./cases.module.css";
import { filterOf, sortOf } from "./filters.ts";
import { CaseList, Total } from "./list.tsx";
import { useSelection } from "./selection.ts";
import { Toolbar, type Narrow } from "./toolbar.tsx";
import { Views } from "./views.tsx";

// Dragging is only needed here, and not in the list.
const Board = lazy(async () => ({ default: (await import("./board.tsx")).Board }));

const route = getRouteApi("/$workspace/spaces/$space/");

/** The page. */
export function CasesPage() {
  const { space } = route.useParams();
  // Another space begins with nothing selected.
  return <Cases key={space} space={space} />;
}

function Cases({ space }: { space: string }) {
  const { workspace, actor_id } = useSession();
  const search = route.useSearch();
  const navigate = useNavigate();
  const selection = useSelection();
  const filter = useMemo(() => filterOf(search, actor_id), [search, actor_id]);
  const sort = sortOf(search);
  const layout = search.layout ?? "board";
  const counts = useQuery({ ...countsQuery(space, filter), placeholderData: keepPreviousData });
  const { data: members } = useQuery(membersQuery(space));
  const role = members?.find((member) => member.actor_id === actor_id)?.role;
  const manages = role === "owner" || role === "admin";
  const observes = role === "observer";

  const replace = (next: CasesSearch) => {
    selection.clear();
    void navigate({ to: "/$workspace/spaces/$space", params: { workspace: workspace.slug, space }, search: next, replace: true });
  };
  const narrow: Narrow = (change) => {
    const next: Record<string, unknown> = { ...search, ...change };
    replace(Object.fromEntries(Object.entries(next).filter(([, value]) => value !== undefined)));
  };
  const shared = { space, workspace: workspace.slug, filter, sort, selection };

  return (
    <div className={classes.cases} data-observes={observes || undefined}>
      <div className={classes.toolbar}>
        <Views space={space} search={search} layout={layout} manages={manages} replace={replace} />
        <Toolbar space={space} search={search} filter={filter} layout={layout} narrow={narrow} replace={replace} />
        {layout === "list" && <Total total={counts.data?.total} />}
      </div>
      {layout === "list" ? (
        <CaseList {...shared} setSort={(next) => narrow({ sort: next })} />
      ) : (
        <Suspense fallback={<Loading />}>
          <Board {...shared} counts={counts.data} fixed={members === undefined || observes} />
        </Suspense>
      )}
      {!observes && <Bulk space={space} selection={selection} />}
    </div>
  );
}
