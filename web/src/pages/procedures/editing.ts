// What every part of the designer needs.
import { createContext, use } from "react";
import type { SpaceMember } from "~/api/spaces.ts";
import type { Edit } from "./draft.ts";

/** A case that conditions and the whole procedure are tried on. */
export interface TryCase {
  id: string;
  title: string;
}

/** It. */
export interface Editing {
  edit: (edit: Edit) => void;
  errors: Readonly<Record<string, string>>;
  members: readonly SpaceMember[];
  tryCase: TryCase | null;
}

/** Given by the page. */
export const EditingContext = createContext<Editing | null>(null);

/** For the parts. */
export function useEditing(): Editing {
  const editing = use(EditingContext);
  if (!editing) throw new Error("a part of the designer is shown outside of it");
  return editing;
}
