// Text that people and agents wrote. What shows Markdown is large and comes after the page; until then the text is plain.
import { Text } from "@mantine/core";
import { lazy, Suspense } from "react";

const Markdown = lazy(async () => ({ default: (await import("./written.tsx")).WrittenText }));

/** The text, as Markdown. */
export function Written({ text }: { text: string }) {
  return (
    <Suspense
      fallback={
        <Text size="sm" style={{ whiteSpace: "pre-wrap" }}>
          {text}
        </Text>
      }
    >
      <Markdown text={text} />
    </Suspense>
  );
}
