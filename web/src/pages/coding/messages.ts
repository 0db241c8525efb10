// What a conversation's messages say, whichever client wrote them.

/** A piece of a message. */
export type Piece =
  | { kind: "text"; text: string }
  | { kind: "thinking"; text: string }
  | { kind: "image"; url: string }
  | { kind: "call"; id: string; name: string; input: unknown }
  | { kind: "result"; id: string; text: string; failed: boolean }
  | { kind: "other"; value: unknown };

/** A message as it is shown. */
export interface Shown {
  role: string;
  at: string | null;
  pieces: Piece[];
}

type Fields = Record<string, unknown>;

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/** The arguments of a call: an object, or the text of one. */
function input(value: unknown): unknown {
  if (typeof value !== "string") return value ?? {};
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

function call(value: Fields): Piece {
  // As OpenAI writes it, the call is within `function`.
  const named = isFields(value.function) ? value.function : value;
  return {
    kind: "call",
    id: text(value.id) ?? text(value.tool_call_id) ?? "",
    name: text(named.name) ?? text(named.tool_name) ?? "tool",
    input: input(named.input ?? named.arguments ?? named.arguments_json),
  };
}

function result(value: Fields, content: unknown): Piece {
  const said = plain(content);
  return {
    kind: "result",
    id: text(value.tool_call_id) ?? text(value.tool_use_id) ?? "",
    text: said ?? JSON.stringify(content ?? "", null, 2),
    failed: value.is_error === true,
  };
}

/** The text of content that is nothing but text. */
function plain(content: unknown): string | null {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return null;
  const texts = content.map((part: unknown) => (isFields(part) && part.type === "text" ? text(part.text) : null));
  return texts.every((one) => one !== null) ? texts.join("\n") : null;
}

/** Pictures whose bytes are in the message. Others would be fetched from elsewhere, which a reader must not be made to do. */
function image(part: Fields): Piece {
  const source = isFields(part.source) ? part.source : part;
  const [type, data] = [text(source.media_type), text(source.data)];
  const known = type !== null && /^image\/(png|jpeg|gif|webp)$/.test(type);
  return known && data !== null && /^[A-Za-z0-9+/=]+$/.test(data)
    ? { kind: "image", url: `data:${type};base64,${data}` }
    : { kind: "other", value: { ...part, data: data === null ? undefined : "…" } };
}

function piece(part: unknown): Piece[] {
  if (typeof part === "string") return part === "" ? [] : [{ kind: "text", text: part }];
  if (!isFields(part)) return [{ kind: "other", value: part }];
  switch (part.type) {
    case "text":
      return piece(text(part.text) ?? "");
    case "tool_use":
    case "tool_call":
      return [call(part)];
    case "tool_result":
      return [result(part, part.content)];
    case "image":
      return [image(part)];
    case "thinking":
      return [{ kind: "thinking", text: text(part.thinking) ?? "" }];
    case "reasoning":
    case "redacted_thinking":
      // For the provider only.
      return [];
    default:
      return [{ kind: "other", value: part }];
  }
}

/** What a message says. */
export function shown(message: unknown): Shown {
  if (!isFields(message)) return { role: "other", at: null, pieces: [{ kind: "other", value: message }] };
  const role = text(message.role) ?? "other";
  const at = text(message.timestamp) ?? text(message.created_at);
  if (role === "tool") return { role, at, pieces: [result(message, message.content)] };
  const parts: unknown[] = Array.isArray(message.parts) && message.parts.length > 0 ? message.parts : [];
  if (parts.length > 0) return { role, at, pieces: parts.flatMap(piece) };
  const content: unknown[] = Array.isArray(message.content) ? message.content : [message.content ?? ""];
  const calls: unknown[] = Array.isArray(message.tool_calls) ? message.tool_calls : [];
  return { role, at, pieces: [...content.flatMap(piece), ...calls.filter(isFields).map(call)] };
}

/** A message, with the results of its calls beside them, wherever they were written. */
export interface Turn extends Shown {
  results: Map<string, Extract<Piece, { kind: "result" }>>;
}

/** The messages as turns: results go to the calls that they answer, and messages that are nothing else are not shown again. */
export function turns(messages: unknown[]): Turn[] {
  const all: Turn[] = [];
  const callers = new Map<string, Turn>();
  for (const message of messages) {
    const one: Turn = { ...shown(message), results: new Map() };
    const left = one.pieces.filter((part) => {
      const caller = part.kind === "result" ? callers.get(part.id) : undefined;
      if (part.kind !== "result" || !caller) return true;
      caller.results.set(part.id, part);
      return false;
    });
    if (left.length === 0 && one.pieces.length > 0) continue;
    const kept = { ...one, pieces: left };
    for (const part of left) if (part.kind === "call" && part.id !== "") callers.set(part.id, kept);
    all.push(kept);
  }
  return all;
}

/** A call in a line: the argument that says most. */
export function summary(value: unknown): string {
  if (!isFields(value)) return typeof value === "string" ? value : "";
  for (const name of ["command", "path", "file_path", "query", "pattern", "question", "url"]) {
    const said = text(value[name]);
    if (said) return said;
  }
  const first = Object.values(value).find((one) => typeof one === "string");
  return typeof first === "string" ? first : "";
}

/** The messages after an event told of new ones from a place on; null when they must be asked for. */
export function grown(before: unknown[], from: unknown, added: unknown[] | undefined): unknown[] | null {
  if (added === undefined || typeof from !== "number" || from > before.length) return null;
  return [...before.slice(0, from), ...added];
}
