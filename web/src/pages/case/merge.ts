// Two people edit a case at once: what differs field by field, and what to do about it.
import type { Schemas } from "~/api/heddle.ts";
import type { Case } from "./queries.ts";

export type Change = Schemas["UpdateCase"];
type Field = keyof Change & keyof Case;

/** A field that somebody else changed to something else while it was edited here. */
export interface Conflict {
  field: Field;
  base: unknown;
  theirs: unknown;
  mine: unknown;
}

/** The fields of `mine` that were changed to something else between `base` and `theirs`. The others can simply be saved. */
export function conflicts(base: Case, theirs: Case, mine: Change): Conflict[] {
  return (Object.keys(mine) as Field[])
    .filter((field) => !same(base[field], theirs[field]) && !same(theirs[field], mine[field]))
    .map((field) => ({ field, base: base[field], theirs: theirs[field], mine: mine[field] }));
}

function same(one: unknown, other: unknown): boolean {
  return (one ?? null) === (other ?? null);
}
