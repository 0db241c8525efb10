// The settings of a space.
import { Alert, Box, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useSession } from "~/api/session.ts";
import { membersQuery, spaceQuery } from "~/api/spaces.ts";
import { QueryView } from "~/ui/query-view.tsx";
import { DeleteSpace } from "./settings/delete.tsx";
import { General } from "./settings/general.tsx";
import { Labels } from "./settings/labels.tsx";
import { Members } from "./settings/members.tsx";
import { Tools } from "./settings/tools.tsx";
import { TriggerForm } from "./settings/trigger.tsx";

const route = getRouteApi("/$workspace/spaces/$space/settings");

/** The page. */
export function SpaceSettingsPage() {
  const { space: id } = route.useParams();
  const { actor_id } = useSession();
  const space = useQuery(spaceQuery(id));
  const members = useQuery(membersQuery(id));
  return (
    <QueryView query={space} what="space">
      {(found) => (
        <QueryView query={members}>
          {(all) => {
            const role = all.find((member) => member.actor_id === actor_id)?.role;
            const manages = role === "owner" || role === "admin";
            return (
              <Stack gap="xl" px={{ base: "sm", sm: "lg" }} py="md" maw={860}>
                {!manages && <Alert>Only the owners and admins of the space change its settings.</Alert>}
                <Section title="General">
                  <General space={found} mayChange={manages} />
                </Section>
                <Section title="Members" about="What somebody may do here: observers look, members work cases, admins change members and settings, owners do everything.">
                  <Members space={found} members={all} mine={role} />
                </Section>
                <Section title="Labels">
                  <Labels space={id} mayChange={manages} />
                </Section>
                <Section title="New cases" about="What happens to a case by itself when it is opened in this space.">
                  <TriggerForm space={id} mayChange={manages} />
                </Section>
                <Section title="Tools" about="Services over HTTP that agents may call in cases of this space.">
                  <Tools space={id} mayChange={manages} />
                </Section>
                {role === "owner" && found.kind === "custom" && (
                  <Section title="Delete the space">
                    <DeleteSpace space={found} />
                  </Section>
                )}
              </Stack>
            );
          }}
        </QueryView>
      )}
    </QueryView>
  );
}

function Section({ title, about, children }: { title: string; about?: string; children: ReactNode }) {
  return (
    <Box component="section" aria-label={title}>
      <Title order={2} mb={about ? 2 : "xs"}>
        {title}
      </Title>
      {about && (
        <Text size="sm" c="dimmed" mb="xs">
          {about}
        </Text>
      )}
      {children}
    </Box>
  );
}
