// All spaces of the user, and a new one.
import { Badge, Box, Button, Group, SimpleGrid, Text } from "@mantine/core";
import { IconFolder, IconLock, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { countsQuery } from "~/api/cases.ts";
import { useSession } from "~/api/session.ts";
import { spacesQuery, type Space } from "~/api/spaces.ts";
import { capital, PHASES } from "~/ui/case-marks.tsx";
import { TextLink } from "~/ui/links.tsx";
import { Page } from "~/ui/page.tsx";
import { QueryView } from "~/ui/query-view.tsx";
import { Empty } from "~/ui/states.tsx";
import { NewSpace } from "./new-space.tsx";

/** The page. */
export function SpacesPage() {
  const query = useQuery(spacesQuery);
  const [making, setMaking] = useState(false);
  return (
    <Page
      title="Spaces"
      lead="A space holds the cases of one kind of work, its procedures, and those who work there."
      actions={
        <Button leftSection={<IconPlus size={16} />} onClick={() => setMaking(true)}>
          New space
        </Button>
      }
    >
      <QueryView query={query}>
        {(spaces) =>
          spaces.length === 0 ? (
            <Empty icon={<IconFolder size={32} stroke={1.4} aria-hidden />} title="No spaces yet">
              Make one, or ask to be added to one.
            </Empty>
          ) : (
            <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} component="ul" p={0} m={0} style={{ listStyle: "none" }}>
              {spaces.map((space) => (
                <SpaceCard key={space.id} space={space} />
              ))}
            </SimpleGrid>
          )
        }
      </QueryView>
      {making && <NewSpace close={() => setMaking(false)} />}
    </Page>
  );
}

/** What a space of Heddle's own is for. */
const OWN: Partial<Record<Space["kind"], string>> = {
  private: "Only you see what is in here.",
  general: "Everybody of the workspace is a member.",
};

function SpaceCard({ space }: { space: Space }) {
  const { workspace } = useSession();
  const { data: counts } = useQuery(countsQuery(space.id, {}));
  const description = space.description ?? OWN[space.kind];
  return (
    <Box component="li" className="panel" p="md" style={{ display: "flex", flexDirection: "column", gap: 6 }}>
      <Group gap={8} wrap="nowrap">
        {space.kind === "private" ? <IconLock size={18} aria-label="private" /> : <IconFolder size={18} aria-hidden />}
        <TextLink
          to="/$workspace/spaces/$space"
          params={{ workspace: workspace.slug, space: space.id }}
          fw={600}
          c="var(--mantine-color-text)"
          truncate
        >
          {space.name}
        </TextLink>
      </Group>
      {description && (
        <Text size="sm" c="dimmed" lineClamp={3}>
          {description}
        </Text>
      )}
      <Group gap={6} mt="auto" pt={4} mih={28}>
        {counts?.total === 0 && (
          <Text size="xs" c="dimmed">
            No cases
          </Text>
        )}
        {counts &&
          PHASES.filter((phase) => counts.phase[phase] > 0).map((phase) => (
            <Badge key={phase} variant="default" tt="none" fw={500}>
              {counts.phase[phase].toLocaleString()} {phase === "intake" ? "in intake" : capital(phase).toLowerCase()}
            </Badge>
          ))}
      </Group>
    </Box>
  );
}
