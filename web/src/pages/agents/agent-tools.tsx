// Which tools an agent has.
import { Badge, Box, Checkbox, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { agentToolsQuery, toolsQuery } from "~/api/agents.ts";
import { body, slim } from "~/api/heddle.ts";
import { keys } from "~/api/keys.ts";
import { useAct } from "~/api/query.ts";
import { QueryView } from "~/ui/query-view.tsx";

/** The list, with a tick for each that it has. */
export function AgentTools({ agent, mayChange }: { agent: string; mayChange: boolean }) {
  const tools = useQuery(toolsQuery);
  const own = useQuery(agentToolsQuery(agent));
  const set = useAct<string[]>({
    run: (tool_ids) =>
      body(slim.PUT("/api/v1/public/agents/{agent_id}/tools", { params: { path: { agent_id: agent } }, body: { tool_ids } })),
    stale: [[...keys.actor(agent), "tools"]],
  });
  return (
    <QueryView query={tools}>
      {(all) => (
        <QueryView query={own}>
          {(given) => {
            const ids = given.map(({ id }) => id);
            const group = (type: "custom" | "internal", title: string, about: string) => {
              const shown = all.filter((tool) => tool.type === type);
              if (shown.length === 0) return null;
              return (
                <Box component="fieldset" className="panel" p="md" m={0}>
                  <Text component="legend" fw={600} px={4}>
                    {title}
                  </Text>
                  <Text size="sm" c="dimmed" mb="xs">
                    {about}
                  </Text>
                  <Stack gap={8}>
                    {shown.map((tool) => (
                      <Checkbox
                        key={tool.id}
                        label={
                          <Group gap={8}>
                            {type === "internal" ? tool.name.replaceAll("_", " ") : tool.name}
                            {type === "custom" && (
                              <Badge size="xs" variant="default">
                                tool
                              </Badge>
                            )}
                          </Group>
                        }
                        checked={ids.includes(tool.id)}
                        disabled={!mayChange || set.isPending}
                        onChange={(event) =>
                          set.mutate(event.currentTarget.checked ? [...ids, tool.id] : ids.filter((id) => id !== tool.id))
                        }
                      />
                    ))}
                  </Stack>
                </Box>
              );
            };
            return (
              <Stack maw={720}>
                {group("custom", "Tools", "Services and scripts of this workspace.")}
                {group("internal", "Actions of Heddle", "What a run cannot do without is always given and not listed.")}
              </Stack>
            );
          }}
        </QueryView>
      )}
    </QueryView>
  );
}
