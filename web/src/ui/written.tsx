// Text that people and agents wrote, shown as Markdown. Nothing in it runs: HTML is shown as it is written, links go to web
// and mail addresses only, and pictures from elsewhere become links, so that reading tells nobody.
import { Anchor, Code, List, Table, Text, Title, Typography } from "@mantine/core";
import { memo } from "react";
import Markdown, { type Components } from "react-markdown";
import remarkGfm from "remark-gfm";

const MENTION = "actor:";

/** An address that may be linked, or nothing. */
export function safeAddress(address: string): string {
  if (address.startsWith(MENTION)) return address;
  try {
    const { protocol } = new URL(address, window.location.origin);
    return ["http:", "https:", "mailto:", "tel:"].includes(protocol) ? address : "";
  } catch {
    return "";
  }
}

const components: Components = {
  a: ({ href, children }) => {
    if (href?.startsWith(MENTION)) {
      return (
        <Text span fw={600} c="var(--mantine-color-anchor)">
          {children}
        </Text>
      );
    }
    if (!href) return <>{children}</>;
    return (
      <Anchor href={href} target="_blank" rel="noopener noreferrer nofollow" underline="always" inherit>
        {children}
      </Anchor>
    );
  },
  img: ({ src, alt }) =>
    typeof src === "string" && src !== "" ? (
      <Anchor href={src} target="_blank" rel="noopener noreferrer nofollow" underline="always" inherit>
        {alt === undefined || alt === "" ? src : alt}
      </Anchor>
    ) : (
      <>{alt}</>
    ),
  // Headings of an entry must not compete with those of the page.
  h1: ({ children }) => <Title order={4}>{children}</Title>,
  h2: ({ children }) => <Title order={5}>{children}</Title>,
  h3: ({ children }) => <Title order={6}>{children}</Title>,
  code: ({ children }) => <Code>{children}</Code>,
  pre: ({ children }) => <pre style={{ overflowX: "auto", margin: 0 }}>{children}</pre>,
  ul: ({ children }) => <List>{children}</List>,
  ol: ({ children, start }) => (
    <List type="ordered" start={start}>
      {children}
    </List>
  ),
  li: ({ children }) => <List.Item>{children}</List.Item>,
  table: ({ children }) => (
    <Table.ScrollContainer minWidth={200}>
      <Table withTableBorder withColumnBorders>
        {children}
      </Table>
    </Table.ScrollContainer>
  ),
};

const plugins = [remarkGfm];

/** The text. */
export const WrittenText = memo(function WrittenText({ text }: { text: string }) {
  return (
    <Typography className="written">
      <Markdown remarkPlugins={plugins} components={components} urlTransform={safeAddress}>
        {text}
      </Markdown>
    </Typography>
  );
});
