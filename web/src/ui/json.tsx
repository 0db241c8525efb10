// A value of a program, readable: the fields of an object line by line, the rest as it is written.
import { Box, Text } from "@mantine/core";

/** The value. */
export function Json({ value }: { value: unknown }) {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    const fields = Object.entries(value as Record<string, unknown>);
    if (fields.length === 0) return null;
    return (
      <Box component="dl" m={0} style={{ display: "grid", gridTemplateColumns: "max-content minmax(0, 1fr)", columnGap: 12, rowGap: 2 }}>
        {fields.map(([name, field]) => (
          <Box key={name} style={{ display: "contents" }}>
            <Text component="dt" size="xs" c="dimmed" ff="monospace">
              {name}
            </Text>
            <Box component="dd" m={0} style={{ minWidth: 0 }}>
              <Plain value={field} />
            </Box>
          </Box>
        ))}
      </Box>
    );
  }
  return <Plain value={value} />;
}

function Plain({ value }: { value: unknown }) {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  return (
    <Text
      size="xs"
      ff={typeof value === "string" ? undefined : "monospace"}
      style={{ whiteSpace: "pre-wrap", maxHeight: 320, overflowY: "auto" }}
      {...(text.length > 600 ? { tabIndex: 0, role: "region", "aria-label": "Long value" } : {})}
    >
      {text}
    </Text>
  );
}
