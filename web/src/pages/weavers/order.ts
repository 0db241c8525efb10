// What is typed into the dialog for a new weaver, as the API takes it.

/** The fields of the dialog. */
export interface Order {
  image: string;
  hours: number;
  memory: string;
  processors: string;
  command: string;
  tags: string[];
  env: string;
}

/** The fields at first. */
export const first: Order = { image: "local", hours: 4, memory: "", processors: "", command: "", tags: [], env: "" };

/** The body of the request. */
export function ordered(order: Order, workspace: string) {
  const resources = {
    ...(order.memory.trim() ? { memory_limit: order.memory.trim() } : {}),
    ...(order.processors.trim() ? { cpu_limit: order.processors.trim() } : {}),
  };
  const command = order.command.trim();
  return {
    image: order.image.trim(),
    org_id: workspace,
    lifetime_hours: order.hours,
    env: pairs(order.env.split("\n"), "="),
    tags: pairs(order.tags, ":"),
    ...(Object.keys(resources).length > 0 ? { resources } : {}),
    // What is typed is for a shell to read, quotes and all.
    ...(command ? { command: ["bash", "-lc", command] } : {}),
  };
}

/** Names and values out of lines such as `NAME=value`; a line without a value has an empty one. */
export function pairs(lines: string[], separator: string): Record<string, string> {
  const found = lines.map((line) => line.trim()).filter((line) => line !== "");
  return Object.fromEntries(
    found.map((line) => {
      const at = line.indexOf(separator);
      return at < 0 ? [line, ""] : [line.slice(0, at).trim(), line.slice(at + separator.length).trim()];
    }),
  );
}
