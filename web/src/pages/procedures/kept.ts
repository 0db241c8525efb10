// Work that is not saved yet, kept in the browser so that a reload does not lose it.
import type { Draft } from "./draft.ts";

/** What is kept, and what it was made from. */
export interface Kept {
  draft: Draft;
  /** The version it was made from. */
  base: number;
  /** When it was kept, RFC 3339. */
  at: string;
}

const name = (procedure: string) => `heddle.procedure.${procedure}`;

/** Keeps unsaved work; a browser that has no room for it keeps nothing. */
export function keep(procedure: string, kept: Kept): void {
  try {
    localStorage.setItem(name(procedure), JSON.stringify(kept));
  } catch {
    // Full or forbidden: the page itself still has the work.
  }
}

/** Forgets it. */
export function forget(procedure: string): void {
  try {
    localStorage.removeItem(name(procedure));
  } catch {
    // Forbidden: then there is nothing either.
  }
}

/** What was kept, unless it cannot be read. */
export function kept(procedure: string): Kept | null {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(name(procedure)) ?? "null");
    return isKept(found) ? found : null;
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isKept(value: unknown): value is Kept {
  if (!isObject(value) || typeof value.base !== "number" || !isText(value.at) || !isObject(value.draft)) return false;
  const { name: title, description, stages } = value.draft;
  return isText(title) && isText(description) && Array.isArray(stages) && stages.every(isStage);
}

function isStage(value: unknown): boolean {
  return (
    isObject(value) &&
    [value.key, value.name, value.description, value.required_actor_type].every(isText) &&
    [value.id, value.assigned_actor_id].every((id) => id === null || isText(id)) &&
    Array.isArray(value.instructions) &&
    value.instructions.every((line) => isObject(line) && [line.key, line.type, line.text, line.condition].every(isText))
  );
}
