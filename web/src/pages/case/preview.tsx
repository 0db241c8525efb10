// What is in a file, as far as it can be shown safely. Bytes come from an address that lets nothing run; text, tables and
// mail are put together here from plain text.
import { Alert, Box, Button, Group, Image, Modal, Stack, Table, Text } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { queryOptions, useQuery } from "@tanstack/react-query";
import Papa from "papaparse";
import PostalMime from "postal-mime";
import { HeddleError } from "~/api/heddle.ts";
import { QueryView } from "~/ui/query-view.tsx";
import { bytes } from "~/ui/sizes.ts";
import { moment } from "~/ui/time.tsx";
import type { Artifact } from "./queries.ts";

/** The most text that is fetched to be shown, in bytes. */
const MOST_TEXT = 2_000_000;
/** The most rows of a table that are shown. */
const MOST_ROWS = 500;

type Form = "image" | "pdf" | "table" | "mail" | "text" | "none";

/** How a document can be shown. */
export function formOf({ mime_type, name }: Pick<Artifact, "mime_type" | "name">): Form {
  const type = mime_type.split(";")[0]?.trim().toLowerCase() ?? "";
  if (["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"].includes(type)) return "image";
  if (type === "application/pdf") return "pdf";
  if (type === "text/csv" || type === "text/tab-separated-values" || /\.(csv|tsv)$/i.test(name)) return "table";
  if (type === "message/rfc822" || /\.eml$/i.test(name)) return "mail";
  // HTML and SVG are shown as the text they are.
  if (type.startsWith("text/") || type === "image/svg+xml" || /^application\/(json|xml|yaml|toml|javascript)$/.test(type)) return "text";
  return "none";
}

const textQuery = (document: Artifact) =>
  queryOptions({
    queryKey: ["document-text", document.id, document.updated_at],
    queryFn: async () => {
      const response = await fetch(`/v1/artifacts/${document.id}/download`, { headers: { range: `bytes=0-${MOST_TEXT - 1}` } });
      if (!response.ok) throw HeddleError.of(response, await response.json().catch(() => null));
      return response.text();
    },
  });

/** The window. */
export function Preview({ document, close }: { document: Artifact; close: () => void }) {
  const form = formOf(document);
  const cut = document.size > MOST_TEXT && (form === "text" || form === "table" || form === "mail");
  return (
    <Modal opened onClose={close} size="min(1100px, 96vw)" title={document.name} styles={{ title: { fontWeight: 600 } }}>
      <Stack gap="sm">
        <Group justify="space-between">
          <Text size="sm" c="dimmed">
            {document.mime_type} · {bytes(document.size)} · {moment(document.updated_at)}
          </Text>
          <Button component="a" href={`/v1/artifacts/${document.id}/download`} size="xs" variant="default" leftSection={<IconDownload size={15} />}>
            Download
          </Button>
        </Group>
        {cut && <Alert p="xs">Only the first {bytes(MOST_TEXT)} are shown.</Alert>}
        <Shown document={document} form={form} />
      </Stack>
    </Modal>
  );
}

function Shown({ document, form }: { document: Artifact; form: Form }) {
  const address = `/v1/artifacts/${document.id}/preview`;
  switch (form) {
    case "image":
      return <Image src={address} alt={document.name} fit="contain" mah="72vh" />;
    case "pdf":
      return <iframe src={address} title={document.name} style={{ width: "100%", height: "72vh", border: 0 }} />;
    case "table":
      return <AsTable document={document} />;
    case "mail":
      return <AsMail document={document} />;
    case "text":
      return <AsText document={document} />;
    case "none":
      return <Text size="sm">There is no preview of this kind of file. Download it to open it.</Text>;
  }
}

function AsText({ document }: { document: Artifact }) {
  const query = useQuery(textQuery(document));
  return (
    <QueryView query={query}>
      {(text) => (
        <Box component="pre" m={0} fz="xs" mah="70vh" tabIndex={0} role="region" aria-label="Content" style={{ overflow: "auto", whiteSpace: "pre-wrap" }}>
          {text}
        </Box>
      )}
    </QueryView>
  );
}

function AsTable({ document }: { document: Artifact }) {
  const query = useQuery(textQuery(document));
  return (
    <QueryView query={query}>
      {(text) => {
        const { data } = Papa.parse<string[]>(text, { preview: MOST_ROWS + 1, skipEmptyLines: true });
        const [head = [], ...rows] = data;
        return (
          <Box>
            <Table.ScrollContainer minWidth={300} maxHeight="66vh">
              <Table stickyHeader striped withColumnBorders fz="xs">
                <Table.Thead>
                  <Table.Tr>
                    {head.map((name, n) => (
                      <Table.Th key={n}>{name}</Table.Th>
                    ))}
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {rows.map((row, n) => (
                    <Table.Tr key={n}>
                      {row.map((cell, column) => (
                        <Table.Td key={column}>{cell}</Table.Td>
                      ))}
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </Table.ScrollContainer>
            <Text size="xs" c="dimmed" mt={6}>
              {rows.length >= MOST_ROWS ? `The first ${MOST_ROWS} rows` : `${rows.length} rows`}
            </Text>
          </Box>
        );
      }}
    </QueryView>
  );
}

function AsMail({ document }: { document: Artifact }) {
  const query = useQuery({
    queryKey: ["document-mail", document.id, document.updated_at],
    queryFn: async ({ client }) => {
      const mail = await PostalMime.parse(await client.query(textQuery(document)));
      return { mail, text: mail.text ?? plain(mail.html ?? "") };
    },
  });
  return (
    <QueryView query={query}>
      {({ mail, text }) => (
        <Stack gap="xs">
          <Table fz="sm" layout="auto" variant="vertical">
            <Table.Tbody>
              {[
                ["From", mail.from?.address],
                ["To", mail.to?.map(({ address, name }) => address ?? name).join(", ")],
                ["Subject", mail.subject],
                ["Date", mail.date ? moment(mail.date) : undefined],
              ].map(
                ([name, value]) =>
                  value && (
                    <Table.Tr key={name}>
                      <Table.Th w={90}>{name}</Table.Th>
                      <Table.Td>{value}</Table.Td>
                    </Table.Tr>
                  ),
              )}
            </Table.Tbody>
          </Table>
          <Box component="pre" m={0} fz="sm" ff="var(--mantine-font-family)" mah="56vh" tabIndex={0} role="region" aria-label="Text of the mail" style={{ overflow: "auto", whiteSpace: "pre-wrap" }}>
            {text}
          </Box>
          {mail.attachments.length > 0 && (
            <Text size="xs" c="dimmed">
              Attached: {mail.attachments.map(({ filename }) => filename ?? "unnamed").join(", ")}. Download the mail to open them.
            </Text>
          )}
        </Stack>
      )}
    </QueryView>
  );
}

/** The text of HTML. A document made by the parser runs nothing and loads nothing. */
export function plain(html: string): string {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  for (const hidden of parsed.querySelectorAll("script, style, template")) hidden.remove();
  for (const line of parsed.querySelectorAll("br, p, div, tr, li, h1, h2, h3")) line.append("\n");
  return parsed.body.textContent.replace(/\n{3,}/g, "\n\n").trim();
}

