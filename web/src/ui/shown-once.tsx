// A secret that is shown this once, to be copied.
import { ActionIcon, Code, CopyButton, Group } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";

/** The secret; `what` names it for its button. */
export function ShownOnce({ value, what, testId }: { value: string; what: string; testId: string }) {
  return (
    <Group gap="xs" wrap="nowrap">
      <Code block flex={1} data-testid={testId} style={{ overflowWrap: "anywhere", whiteSpace: "pre-wrap" }}>
        {value}
      </Code>
      <CopyButton value={value}>
        {({ copied, copy }) => (
          <ActionIcon size="lg" variant="default" aria-label={copied ? "Copied" : `Copy the ${what}`} onClick={copy}>
            {copied ? <IconCheck size={18} /> : <IconCopy size={18} />}
          </ActionIcon>
        )}
      </CopyButton>
    </Group>
  );
}
