// What conditions can say, with examples to take over.
import { Button, Code, Group, Modal, Stack, Table, Text, Title } from "@mantine/core";

const SEEN: readonly [string, string][] = [
  ["case.title, case.description, case.summary", "Texts; description and summary may be null"],
  ["case.phase", "'intake', 'active', 'resolved' or 'closed'"],
  ["case.motion", "'idle', 'working', 'waiting', 'blocked' or 'paused'"],
  ["case.priority", "'low', 'medium', 'high', 'critical', or null"],
  ["case.assigned_actor_id, case.external_id", "Texts, or null"],
  ["case.labels", "The names of its labels"],
  ["case.attributes", "What the case carries besides, by name"],
  ["stage.name, stage.motion, stage.open_instructions", "The stage that the instruction is in"],
  ["artifacts", "Its documents, each with name and mime_type"],
  ["emails", "Its e-mails, each with subject and state"],
  ["subcases", "Its subcases, each with title and phase"],
  ["comments", "How many there are in its thread"],
];

const EXAMPLES: readonly [string, string][] = [
  ["size(artifacts) > 0", "There is a document"],
  ["artifacts.exists(a, a.mime_type == 'application/pdf')", "One of the documents is a PDF"],
  ["artifacts.exists(a, a.name.startsWith('decision'))", "A document of that name is there"],
  ["'paid' in case.labels", "The case has the label"],
  ["has(case.attributes.amount) && case.attributes.amount > 1000.0", "An attribute is there and large"],
  ["emails.exists(e, e.state == 'sent')", "An e-mail went out"],
  ["size(subcases) > 0 && subcases.all(s, s.phase == 'resolved')", "All subcases are resolved"],
  ["case.assigned_actor_id != null && comments > 0", "Somebody has it, and something was said"],
];

/** The dialog. */
export function ConditionHelp({ close, use }: { close: () => void; use: (condition: string) => void }) {
  return (
    <Modal opened onClose={close} title="Conditions" size="lg">
      <Stack gap="md">
        <Text size="sm">
          A condition is an expression in CEL that gives true or false. It is looked at whenever something happens to the case; once it holds, the
          instruction is done. One that fails, because the case lacks what it names, does not hold.
        </Text>
        <div>
          <Title order={3} mb={4}>
            What it can use
          </Title>
          <Table verticalSpacing={4}>
            <Table.Tbody>
              {SEEN.map(([names, meaning]) => (
                <Table.Tr key={names}>
                  <Table.Td>
                    <Group gap={4}>
                      {names.split(", ").map((name) => (
                        <Code key={name}>{name}</Code>
                      ))}
                    </Group>
                  </Table.Td>
                  <Table.Td>
                    <Text size="sm">{meaning}</Text>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
          <Text size="sm" mt="xs">
            Compared and combined with <Code>==</Code> <Code>!=</Code> <Code>&lt;</Code> <Code>&gt;</Code> <Code>in</Code> <Code>&amp;&amp;</Code>{" "}
            <Code>||</Code> <Code>!</Code>, counted with <Code>size(…)</Code>, searched with <Code>.exists(x, …)</Code> and <Code>.all(x, …)</Code>.
          </Text>
        </div>
        <div>
          <Title order={3} mb={4}>
            Examples
          </Title>
          <Stack gap={6}>
            {EXAMPLES.map(([condition, meaning]) => (
              <Group key={condition} justify="space-between" wrap="nowrap" align="flex-start">
                <div>
                  <Text size="sm">{meaning}</Text>
                  <Code>{condition}</Code>
                </div>
                <Button
                  size="compact-xs"
                  variant="default"
                  aria-label={`Use: ${meaning}`}
                  onClick={() => {
                    use(condition);
                    close();
                  }}
                >
                  Use
                </Button>
              </Group>
            ))}
          </Stack>
        </div>
      </Stack>
    </Modal>
  );
}
