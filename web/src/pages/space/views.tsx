// Saved views of a space's cases: one's own and shared ones.
import { Button, Checkbox, Group, Menu, Modal, Stack, TextInput } from "@mantine/core";
import { IconBookmark, IconCheck, IconChevronDown, IconUsers } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { keys } from "~/api/keys.ts";
import { fieldErrors, tell, useAct } from "~/api/query.ts";
import { useSession } from "~/api/session.ts";
import { changeView, deleteView, makeView, viewsQuery, type UpdateView, type View } from "~/api/views.ts";
import type { CasesSearch } from "~/router.tsx";
import { confirm } from "~/ui/confirm.tsx";
import { differs, kept, searchOf } from "./filters.ts";

/** The menu of views, and what can be done with the one that is shown. */
export function Views({
  space,
  search,
  layout,
  manages,
  replace,
}: {
  space: string;
  search: CasesSearch;
  layout: "board" | "list";
  /** Whether the user manages the space, and so its shared views. */
  manages: boolean;
  replace: (search: CasesSearch) => void;
}) {
  const { actor_id } = useSession();
  const { data: views } = useQuery(viewsQuery(space));
  const [asking, setAsking] = useState<"new" | "rename" | null>(null);
  const shown = views?.find(({ id }) => id === search.view);
  const own = (views ?? []).filter(({ owner }) => owner.id === actor_id);
  const others = (views ?? []).filter(({ owner }) => owner.id !== actor_id);
  const mayChange = shown !== undefined && (shown.owner.id === actor_id || (shown.shared && manages));
  const changed = shown !== undefined && differs(search, shown);
  const stale = [keys.views];
  const change = useAct<{ view: View; change: UpdateView; told: string }>({
    run: ({ view, change: what }) => changeView(view.id, what),
    stale,
    done: (_, { told }) => tell(told),
  });
  const remove = useAct<View>({
    run: (view) => deleteView(view.id),
    stale,
    done: () => replace({ layout }),
  });
  const entry = (view: View) => (
    <Menu.Item
      key={view.id}
      leftSection={view.shared ? <IconUsers size={15} aria-label="shared" /> : <IconBookmark size={15} aria-hidden />}
      rightSection={view.id === shown?.id ? <IconCheck size={15} aria-label="shown" /> : undefined}
      onClick={() => replace(searchOf(view))}
    >
      {view.name}
    </Menu.Item>
  );

  return (
    <>
      <Menu position="bottom-start" width={260}>
        <Menu.Target>
          <Button size="xs" variant="default" leftSection={<IconBookmark size={14} />} rightSection={<IconChevronDown size={13} />}>
            {shown ? `${shown.name}${changed ? " (changed)" : ""}` : "All cases"}
          </Button>
        </Menu.Target>
        <Menu.Dropdown mah={420} style={{ overflowY: "auto" }}>
          <Menu.Item onClick={() => replace({ layout })} rightSection={shown ? undefined : <IconCheck size={15} aria-label="shown" />}>
            All cases
          </Menu.Item>
          {own.length > 0 && <Menu.Label>Mine</Menu.Label>}
          {own.map(entry)}
          {others.length > 0 && <Menu.Label>Shared by others</Menu.Label>}
          {others.map(entry)}
          <Menu.Divider />
          {mayChange && changed && (
            <Menu.Item onClick={() => change.mutate({ view: shown, change: { query: kept(search), layout }, told: "The view is saved" })}>
              Save the changes to {shown.name}
            </Menu.Item>
          )}
          <Menu.Item onClick={() => setAsking("new")}>Save as a new view…</Menu.Item>
          {mayChange && (
            <>
              <Menu.Item onClick={() => setAsking("rename")}>Rename…</Menu.Item>
              <Menu.Item
                onClick={() =>
                  change.mutate({
                    view: shown,
                    change: { shared: !shown.shared },
                    told: shown.shared ? "Only its owner sees the view now" : "Every member of the space sees the view now",
                  })
                }
              >
                {shown.shared ? "Share no longer" : "Share with the space"}
              </Menu.Item>
              <Menu.Item
                color="red"
                onClick={() =>
                  confirm({
                    title: `Delete the view ${shown.name}?`,
                    text: shown.shared ? "It is gone for everybody. The cases stay." : "The cases stay.",
                    action: "Delete",
                    run: () => remove.mutate(shown),
                  })
                }
              >
                Delete
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      {asking === "new" && (
        <Name
          title="Save as a new view"
          shareable
          close={() => setAsking(null)}
          save={async (name, shared) => {
            const made = await makeView({ name, shared, space_id: space, layout, query: kept(search) });
            replace({ ...search, layout, view: made.id });
          }}
        />
      )}
      {asking === "rename" && shown && (
        <Name
          title="Rename the view"
          name={shown.name}
          close={() => setAsking(null)}
          save={async (name) => {
            await changeView(shown.id, { name });
          }}
        />
      )}
    </>
  );
}

function Name({
  title,
  name: before = "",
  shareable = false,
  close,
  save,
}: {
  title: string;
  name?: string;
  shareable?: boolean;
  close: () => void;
  save: (name: string, shared: boolean) => Promise<void>;
}) {
  const [name, setName] = useState(before);
  const [shared, setShared] = useState(false);
  const act = useAct({
    run: () => save(name, shared),
    stale: [keys.views],
    failed: (error) => "name" in fieldErrors(error),
    done: close,
  });
  return (
    <Modal opened onClose={close} title={title}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          act.mutate();
        }}
      >
        <Stack>
          <TextInput label="Name" required data-autofocus value={name} onChange={(event) => setName(event.currentTarget.value)} error={fieldErrors(act.error).name} />
          {shareable && <Checkbox label="Share with the members of the space" checked={shared} onChange={(event) => setShared(event.currentTarget.checked)} />}
          <Group justify="flex-end">
            <Button type="submit" loading={act.isPending}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
