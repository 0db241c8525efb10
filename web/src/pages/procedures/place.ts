// Places in a text of several lines.

/** The place in the text of a line and column, both from 1; the end for one beyond it. */
export function offsetOf(text: string, line: number, column: number): number {
  const lines = text.split("\n");
  const before = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  const length = lines[line - 1]?.length;
  if (length === undefined) return text.length;
  return before + Math.min(Math.max(column - 1, 0), length);
}

/** The text around a place: what stands there is marked, a space when it is the end. */
export function marked(text: string, at: number): { before: string; at: string; after: string } {
  const here = text.slice(at, at + 1);
  // A line's end cannot be seen; a space is shown before it.
  if (here === "" || here === "\n") return { before: text.slice(0, at), at: " ", after: text.slice(at) };
  return { before: text.slice(0, at), at: here, after: text.slice(at + 1) };
}
