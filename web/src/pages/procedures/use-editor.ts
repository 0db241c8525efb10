// The state of the designer: the draft, what it is made from, saving it, and what others did meanwhile.
import { useCallback, useEffect, useMemo, useReducer, useState } from "react";
import { designQuery, type Design } from "~/api/designs.ts";
import { body, HeddleError, v1 } from "~/api/heddle.ts";
import { keys } from "~/api/keys.ts";
import { fieldErrors, queries, tell, useAct } from "~/api/query.ts";
import { beginning, edits, placed, sameDraft, savedIds, toBody, toDraft, type Draft, type Edit } from "./draft.ts";
import { forget, keep, kept, type Kept } from "./kept.ts";

/** What the designer works with. */
export interface Editor {
  draft: Draft;
  base: Design;
  dirty: boolean;
  errors: Readonly<Record<string, string>>;
  canUndo: boolean;
  canRedo: boolean;
  saving: boolean;
  /** What another saved since {@link base}. */
  newer: Design | null;
  /** Whether the way out of a conflict is being asked for. */
  conflict: boolean;
  /** Unsaved work of an earlier visit. */
  offered: Kept | null;
  edit: (edit: Edit) => void;
  undo: () => void;
  redo: () => void;
  save: (note: string, onto?: Design) => void;
  setConflict: (open: boolean) => void;
  /** Goes on from what is saved; what was not saved is gone. */
  adopt: (design: Design) => void;
  bringBack: () => void;
  throwAway: () => void;
}

/** The designer of a procedure; `owner` tells apart the people who use one browser. */
export function useEditor(design: Design, owner: string): Editor {
  const id = design.procedure_id;
  const place = `${owner}.${id}`;
  const [state, dispatch] = useReducer(edits, design, (first) => beginning(toDraft(first)));
  const [base, setBase] = useState(design);
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const [conflict, setConflict] = useState(false);
  const [offered, setOffered] = useState(() => {
    const found = kept(place);
    return found && !sameDraft(found.draft, toDraft(design)) ? found : null;
  });
  const saved = useMemo(() => toDraft(base), [base]);
  const dirty = !sameDraft(state.now, saved);

  const adopt = (newest: Design) => {
    dispatch({ do: "begin", draft: toDraft(newest) });
    setBase(newest);
    setErrors({});
    setConflict(false);
  };

  const save = useAct<{ sent: Draft; note: string; onto: Design }, Design>({
    run: async ({ sent, note, onto }) => {
      const known = new Set(onto.stages.flatMap((stage) => (stage.id ? [stage.id] : [])));
      const put = { base_version: onto.version, ...toBody(sent, known), ...(note.trim() ? { note: note.trim() } : {}) };
      return (await body(v1.PUT("/v1/procedures/{id}/design", { params: { path: { id } }, body: put }))).data;
    },
    stale: [keys.procedures],
    done: (answer, { sent }) => {
      queries.setQueryData(designQuery(id).queryKey, answer);
      dispatch({ do: "saved", ids: savedIds(sent, answer) });
      setBase(answer);
      setErrors({});
      setConflict(false);
      tell(`Saved as version ${answer.version}`);
    },
    failed: (error, { sent }) => {
      if (error instanceof HeddleError && error.code === "procedure_changed") {
        void queries.invalidateQueries({ queryKey: designQuery(id).queryKey });
        setConflict(true);
        return true;
      }
      const wrong = placed(sent, fieldErrors(error));
      setErrors(wrong);
      return Object.keys(wrong).length > 0;
    },
  });

  const edit = useCallback((made: Edit) => {
    // A field that was refused is not wrong any more once it says something else.
    if ("change" in made) {
      const about = "key" in made ? `${made.key}.` : "";
      setErrors((wrong) => without(wrong, Object.keys(made.change).map((name) => about + name)));
    }
    dispatch(made);
  }, []);

  const newer = design.version > base.version && !save.isPending ? design : null;
  // Nothing is unsaved: then what another saved is simply shown.
  if (newer && !dirty && !conflict) adopt(newer);

  useEffect(() => {
    if (dirty) keep(place, { draft: state.now, base: base.version, at: new Date().toISOString() });
    else if (!offered) forget(place);
  }, [dirty, state.now, base.version, place, offered]);

  return {
    draft: state.now,
    base,
    dirty,
    errors,
    canUndo: state.past.length > 0,
    canRedo: state.future.length > 0,
    saving: save.isPending,
    newer,
    conflict,
    offered,
    edit,
    undo: () => dispatch({ do: "undo" }),
    redo: () => dispatch({ do: "redo" }),
    save: (note, onto = base) => {
      if (!save.isPending) save.mutate({ sent: state.now, note, onto });
    },
    setConflict,
    adopt,
    bringBack: () => {
      if (!offered) return;
      dispatch({ do: "replace", draft: offered.draft });
      // Made from an older version: saving it will ask what to do with the newer one.
      setBase({ ...design, version: Math.min(offered.base, design.version) });
      setOffered(null);
    },
    throwAway: () => {
      forget(place);
      setOffered(null);
    },
  };
}

function without(messages: Readonly<Record<string, string>>, names: readonly string[]): Readonly<Record<string, string>> {
  if (!names.some((name) => name in messages)) return messages;
  return Object.fromEntries(Object.entries(messages).filter(([name]) => !names.includes(name)));
}
