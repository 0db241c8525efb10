// What is different between two versions of a procedure.
import { diffWords } from "diff";
import type { Draft, DraftInstruction, DraftStage } from "./draft.ts";

/** A piece of a text: in both, only in the earlier, or only in the later. */
export interface Piece {
  text: string;
  kind: "same" | "added" | "removed";
}

/** A field that says something else. */
export interface FieldChange {
  field: string;
  before: string;
  after: string;
}

/** What became of an instruction or a stage. */
export type Fate = "same" | "added" | "removed" | "changed";

/** An instruction in both, or in one of them. */
export interface ComparedInstruction {
  fate: Fate;
  moved: boolean;
  line: DraftInstruction;
  changes: readonly FieldChange[];
}

/** A stage in both, or in one of them. */
export interface ComparedStage {
  fate: Fate;
  moved: boolean;
  stage: DraftStage;
  changes: readonly FieldChange[];
  instructions: readonly ComparedInstruction[];
}

/** All differences; stages and instructions that stayed the same are there too. */
export interface Comparison {
  changes: readonly FieldChange[];
  stages: readonly ComparedStage[];
  same: boolean;
}

/** The pieces of a text that changed, word by word. */
export function pieces(before: string, after: string): Piece[] {
  return diffWords(before, after).map(({ value, added, removed }) => ({
    text: value,
    kind: added ? "added" : removed ? "removed" : "same",
  }));
}

/** The numbers at these places are the longest row that grows: what is not in it was moved. */
function growing(numbers: readonly number[]): Set<number> {
  const best = numbers.map(() => ({ length: 1, before: -1 }));
  let last = -1;
  numbers.forEach((number, n) => {
    for (let m = 0; m < n; m += 1) {
      const [here, there] = [best[n], best[m]];
      if (here && there && (numbers[m] ?? 0) < number && there.length >= here.length) best[n] = { length: there.length + 1, before: m };
    }
    if (last < 0 || (best[n]?.length ?? 0) > (best[last]?.length ?? 0)) last = n;
  });
  const places = new Set<number>();
  for (let n = last; n >= 0; n = best[n]?.before ?? -1) places.add(n);
  return places;
}

interface Pair<T> {
  before: T | null;
  after: T | null;
  moved: boolean;
}

/** Finds the partner of each; what is gone stands after what it followed. */
function paired<T>(from: readonly T[], to: readonly T[], alike: readonly ((a: T, b: T) => boolean)[]): Pair<T>[] {
  const partner = new Map<number, number>();
  const taken = new Set<number>();
  for (const test of alike) {
    to.forEach((after, n) => {
      if (partner.has(n)) return;
      const found = from.findIndex((before, m) => !taken.has(m) && test(before, after));
      if (found < 0) return;
      partner.set(n, found);
      taken.add(found);
    });
  }
  const kept = to.flatMap((_, n) => (partner.has(n) ? [n] : []));
  const stayed = growing(kept.map((n) => partner.get(n) ?? 0));
  const moved = new Set(kept.filter((_, n) => !stayed.has(n)));
  const pairs: Pair<T>[] = [];
  const gone = (before: T): Pair<T> => ({ before, after: null, moved: false });
  const emitted = new Set<number>();
  /** Those that are gone and stood right after the place. */
  const goneAfter = (place: number) => {
    for (let m = place + 1; m < from.length && !taken.has(m); m += 1) {
      const before = from[m];
      if (emitted.has(m) || before === undefined) continue;
      emitted.add(m);
      pairs.push(gone(before));
    }
  };
  goneAfter(-1);
  to.forEach((after, n) => {
    const place = partner.get(n);
    pairs.push({ before: place === undefined ? null : (from[place] ?? null), after, moved: moved.has(n) });
    if (place !== undefined) goneAfter(place);
  });
  return pairs;
}

function fieldChanges<T extends object>(before: T, after: T, names: readonly (keyof T & string)[]): FieldChange[] {
  const text = (value: unknown) => (typeof value === "string" ? value.trim() : "");
  return names
    .map((field) => ({ field, before: text(before[field]), after: text(after[field]) }))
    .filter((change) => change.before !== change.after);
}

/** Whether two texts share more than half of their words. */
function similar(a: string, b: string): boolean {
  const words = (text: string) => new Set(text.toLowerCase().split(/\W+/).filter(Boolean));
  const [left, right] = [words(a), words(b)];
  const shared = [...left].filter((word) => right.has(word)).length;
  return shared > 0 && (2 * shared) / (left.size + right.size) > 0.5;
}

function comparedInstructions(before: DraftStage, after: DraftStage): ComparedInstruction[] {
  const condition = (line: DraftInstruction) => (line.type === "implicit" ? line.condition.trim() : "");
  const pairs = paired(before.instructions, after.instructions, [
    (a, b) => a.type === b.type && a.text === b.text && condition(a) === condition(b),
    (a, b) => a.text === b.text,
    (a, b) => similar(a.text, b.text),
    (a, b) => condition(a) !== "" && condition(a) === condition(b),
  ]);
  return pairs.flatMap(({ before: old, after: now, moved }): ComparedInstruction[] => {
    const line = now ?? old;
    if (!line) return [];
    if (!old || !now) return [{ fate: now ? "added" : "removed", moved, line, changes: [] }];
    const changes = fieldChanges({ ...old, condition: condition(old) }, { ...now, condition: condition(now) }, ["type", "text", "condition"]);
    return [{ fate: changes.length > 0 ? "changed" : "same", moved, line, changes }];
  });
}

/** Compares. */
export function compare(before: Draft, after: Draft): Comparison {
  const stages = paired(before.stages, after.stages, [
    (a, b) => a.id !== null && a.id === b.id,
    (a, b) => (a.id === null || b.id === null || a.id !== b.id) && a.name.trim() !== "" && a.name.trim() === b.name.trim(),
  ]).flatMap(({ before: old, after: now, moved }): ComparedStage[] => {
    const stage = now ?? old;
    if (!stage) return [];
    if (!old || !now) {
      const fate = now ? "added" : "removed";
      return [{ fate, moved, stage, changes: [], instructions: stage.instructions.map((line) => ({ fate, moved: false, line, changes: [] })) }];
    }
    const changes = fieldChanges(old, now, ["name", "description", "required_actor_type", "assigned_actor_id"]);
    const instructions = comparedInstructions(old, now);
    const changed = changes.length > 0 || instructions.some((line) => line.fate !== "same" || line.moved);
    return [{ fate: changed ? "changed" : "same", moved, stage, changes, instructions }];
  });
  const changes = fieldChanges(before, after, ["name", "description"]);
  return { changes, stages, same: changes.length === 0 && stages.every(({ fate, moved }) => fate === "same" && !moved) };
}
