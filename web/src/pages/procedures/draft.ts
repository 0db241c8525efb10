// A procedure while it is being edited: what it says, each edit of it, and taking edits back.
import type { Design, InstructionType, PutDesign, RequiredActor } from "~/api/designs.ts";

/** An instruction; `key` names it while it is edited, since instructions have no id. */
export interface DraftInstruction {
  key: string;
  type: InstructionType;
  text: string;
  condition: string;
}

/** A stage; `id` is null until it is saved. */
export interface DraftStage {
  key: string;
  id: string | null;
  name: string;
  description: string;
  required_actor_type: RequiredActor;
  assigned_actor_id: string | null;
  instructions: readonly DraftInstruction[];
}

/** The whole. */
export interface Draft {
  name: string;
  description: string;
  stages: readonly DraftStage[];
}

/** What is sent of it. */
export type DraftBody = Pick<PutDesign, "name" | "description" | "stages">;

/** One edit. */
export type Edit =
  | { do: "set"; change: Partial<Pick<Draft, "name" | "description">> }
  | { do: "stage"; key: string; change: Partial<Omit<DraftStage, "key" | "id" | "instructions">> }
  | { do: "add-stage"; stage: DraftStage; at?: number }
  | { do: "duplicate-stage"; key: string }
  | { do: "remove-stage"; key: string }
  | { do: "move-stage"; key: string; to: number }
  | { do: "instruction"; key: string; change: Partial<Omit<DraftInstruction, "key">> }
  | { do: "add-instruction"; stage: string; instruction: DraftInstruction }
  | { do: "duplicate-instruction"; key: string }
  | { do: "remove-instruction"; key: string }
  | { do: "move-instruction"; key: string; stage: string; to: number }
  | { do: "replace"; draft: Draft };

/** A key that nothing has yet. */
export function freshKey(): string {
  return `new-${Math.random().toString(36).slice(2)}`;
}

/** A stage with nothing in it. */
export function blankStage(): DraftStage {
  return { key: freshKey(), id: null, name: "", description: "", required_actor_type: "either", assigned_actor_id: null, instructions: [] };
}

/** An instruction with nothing in it. */
export function blankInstruction(type: InstructionType = "todo"): DraftInstruction {
  return { key: freshKey(), type, text: "", condition: "" };
}

/** A saved design, to be edited. Keys follow from ids and places, so that the same design always gives the same. */
export function toDraft(design: Pick<Design, "name" | "description" | "stages">): Draft {
  return {
    name: design.name,
    description: design.description ?? "",
    stages: design.stages.map((stage, n) => {
      const key = stage.id ?? `stage-${n}`;
      return {
        key,
        id: stage.id ?? null,
        name: stage.name,
        description: stage.description ?? "",
        required_actor_type: stage.required_actor_type,
        assigned_actor_id: stage.assigned_actor_id ?? null,
        instructions: stage.instructions.map((line, m) => ({
          key: `${key}/${m}`,
          type: line.type ?? "todo",
          text: line.text,
          condition: line.condition ?? "",
        })),
      };
    }),
  };
}

/** What is sent: blank texts are absent, and only implicit instructions have a condition. `known` are the stages that still exist. */
export function toBody(draft: Draft, known?: ReadonlySet<string>): DraftBody {
  return {
    name: draft.name.trim(),
    description: draft.description.trim() || null,
    stages: draft.stages.map((stage) => ({
      ...(stage.id !== null && (known?.has(stage.id) ?? true) ? { id: stage.id } : {}),
      name: stage.name.trim(),
      description: stage.description.trim() || null,
      required_actor_type: stage.required_actor_type,
      assigned_actor_id: stage.assigned_actor_id,
      instructions: stage.instructions.map(({ type, text, condition }) => ({
        type,
        text: text.trim(),
        ...(type === "implicit" ? { condition: condition.trim() } : {}),
      })),
    })),
  };
}

/** Whether both say the same. */
export function sameDraft(a: Draft, b: Draft): boolean {
  return a === b || JSON.stringify(toBody(a)) === JSON.stringify(toBody(b));
}

/** The list with the item at `from` standing at `to`. */
function moved<T>(list: readonly T[], from: number, to: number): readonly T[] {
  const place = Math.max(0, Math.min(to, list.length - 1));
  if (from < 0 || from === place) return list;
  const rest = list.filter((_, n) => n !== from);
  return [...rest.slice(0, place), ...list.slice(from, from + 1), ...rest.slice(place)];
}

/** The list with `item` put in at `at`. */
function withItem<T>(list: readonly T[], item: T, at: number): readonly T[] {
  return [...list.slice(0, at), item, ...list.slice(at)];
}

/** Changes the instructions of the stages that hold the one with the key. */
function inStageOf(draft: Draft, key: string, change: (lines: readonly DraftInstruction[], at: number) => readonly DraftInstruction[]): Draft {
  return {
    ...draft,
    stages: draft.stages.map((stage) => {
      const at = stage.instructions.findIndex((line) => line.key === key);
      return at < 0 ? stage : { ...stage, instructions: change(stage.instructions, at) };
    }),
  };
}

/** The draft after an edit; the same one when the edit changes nothing. */
export function edited(draft: Draft, edit: Edit): Draft {
  const at = "key" in edit ? draft.stages.findIndex((stage) => stage.key === edit.key) : -1;
  switch (edit.do) {
    case "set":
      return { ...draft, ...edit.change };
    case "replace":
      return edit.draft;
    case "stage":
      return at < 0 ? draft : { ...draft, stages: draft.stages.map((stage, n) => (n === at ? { ...stage, ...edit.change } : stage)) };
    case "add-stage":
      return { ...draft, stages: withItem(draft.stages, edit.stage, edit.at ?? draft.stages.length) };
    case "duplicate-stage": {
      const stage = draft.stages[at];
      if (!stage) return draft;
      const copy = {
        ...stage,
        key: freshKey(),
        id: null,
        name: `${stage.name} (copy)`,
        instructions: stage.instructions.map((line) => ({ ...line, key: freshKey() })),
      };
      return { ...draft, stages: withItem(draft.stages, copy, at + 1) };
    }
    case "remove-stage":
      return at < 0 ? draft : { ...draft, stages: draft.stages.filter((_, n) => n !== at) };
    case "move-stage": {
      const stages = moved(draft.stages, at, edit.to);
      return stages === draft.stages ? draft : { ...draft, stages };
    }
    case "instruction":
      return inStageOf(draft, edit.key, (lines, n) => lines.map((line, m) => (m === n ? { ...line, ...edit.change } : line)));
    case "add-instruction":
      return {
        ...draft,
        stages: draft.stages.map((stage) =>
          stage.key === edit.stage ? { ...stage, instructions: [...stage.instructions, edit.instruction] } : stage,
        ),
      };
    case "duplicate-instruction":
      return inStageOf(draft, edit.key, (lines, n) =>
        lines.flatMap((line, m) => (m === n ? [line, { ...line, key: freshKey() }] : [line])),
      );
    case "remove-instruction":
      return inStageOf(draft, edit.key, (lines, n) => lines.filter((_, m) => m !== n));
    case "move-instruction":
      return movedInstruction(draft, edit.key, edit.stage, edit.to);
  }
}

function movedInstruction(draft: Draft, key: string, target: string, to: number): Draft {
  const source = draft.stages.find((stage) => stage.instructions.some((line) => line.key === key));
  const line = source?.instructions.find((one) => one.key === key);
  if (!source || !line || !draft.stages.some((stage) => stage.key === target)) return draft;
  if (source.key === target) {
    const from = source.instructions.indexOf(line);
    const instructions = moved(source.instructions, from, to);
    if (instructions === source.instructions) return draft;
    return { ...draft, stages: draft.stages.map((stage) => (stage === source ? { ...stage, instructions } : stage)) };
  }
  return {
    ...draft,
    stages: draft.stages.map((stage) => {
      if (stage === source) return { ...stage, instructions: stage.instructions.filter((one) => one !== line) };
      if (stage.key !== target) return stage;
      return { ...stage, instructions: withItem(stage.instructions, line, Math.max(0, Math.min(to, stage.instructions.length))) };
    }),
  };
}

/** A draft with the way back and forth. */
export interface Edits {
  past: readonly Draft[];
  now: Draft;
  future: readonly Draft[];
  /** The field that was typed into last: further typing there is taken back together with it. */
  typing: string | null;
}

/** What can happen to {@link Edits}. */
export type EditsAct =
  | Edit
  | { do: "undo" }
  | { do: "redo" }
  | { do: "begin"; draft: Draft }
  // Saved: new stages have ids from now on, also in what is taken back to.
  | { do: "saved"; ids: ReadonlyMap<string, string> };

const REMEMBERED = 200;

/** A draft without a past. */
export function beginning(draft: Draft): Edits {
  return { past: [], now: draft, future: [], typing: null };
}

/** The field that an edit types into, or null for an edit of another kind. */
function field(edit: Edit): string | null {
  if (edit.do !== "set" && edit.do !== "stage" && edit.do !== "instruction") return null;
  const [name, ...others] = Object.keys(edit.change);
  if (others.length > 0 || !name || !["name", "description", "text", "condition"].includes(name)) return null;
  return `${"key" in edit ? edit.key : ""}.${name}`;
}

/** The reducer. */
export function edits(state: Edits, act: EditsAct): Edits {
  if (act.do === "begin") return beginning(act.draft);
  if (act.do === "saved") {
    const known = (draft: Draft): Draft => ({
      ...draft,
      stages: draft.stages.map((stage) => ({ ...stage, id: act.ids.get(stage.key) ?? stage.id })),
    });
    return { past: state.past.map(known), now: known(state.now), future: state.future.map(known), typing: null };
  }
  if (act.do === "undo") {
    const now = state.past.at(-1);
    return now ? { past: state.past.slice(0, -1), now, future: [state.now, ...state.future], typing: null } : state;
  }
  if (act.do === "redo") {
    const [now, ...future] = state.future;
    return now ? { past: [...state.past, state.now], now, future, typing: null } : state;
  }
  const now = edited(state.now, act);
  if (now === state.now) return state;
  const typing = field(act);
  const past = typing !== null && typing === state.typing ? state.past : [...state.past, state.now].slice(-REMEMBERED);
  return { past, now, future: [], typing };
}

/** The ids that the stages of a sent draft have in what was answered: both are in the same order. */
export function savedIds(sent: Draft, design: Pick<Design, "stages">): Map<string, string> {
  const ids = new Map<string, string>();
  sent.stages.forEach(({ key }, n) => {
    const id = design.stages[n]?.id;
    if (id) ids.set(key, id);
  });
  return ids;
}

/** Messages of fields by the key of what they are about, `KEY.field`; of the procedure itself by the field alone. */
export function placed(draft: Draft, messages: Readonly<Record<string, string>>): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [path, message] of Object.entries(messages)) {
    const [, stageAt, rest = ""] = /^stages\.(\d+)\.(.+)$/.exec(path) ?? [];
    const stage = stageAt === undefined ? undefined : draft.stages[Number(stageAt)];
    const [, lineAt, name = ""] = /^instructions\.(\d+)\.(.+)$/.exec(rest) ?? [];
    const line = lineAt === undefined ? undefined : stage?.instructions[Number(lineAt)];
    found[line ? `${line.key}.${name}` : stage ? `${stage.key}.${rest}` : path] = message;
  }
  return found;
}
