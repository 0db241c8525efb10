// Which step a card takes when it is dropped on another phase, and what the lists look like right after.
import type { CaseCounts, CaseFilter, CaseMove, CasePage, CaseSort, ListedCase } from "~/api/cases.ts";
import { PRIORITIES, type Phase } from "~/ui/case-marks.tsx";

/** A step from one phase to another. */
export type PhaseStep = "commence" | "resolve" | "reopen" | "close";

/** What dropping a card on a phase would do. */
export type Landing = { step: PhaseStep } | { refused: string } | { same: true };

/** The step that leads into `to`. */
function stepInto(from: Phase, to: Phase): PhaseStep | null {
  switch (to) {
    case "intake":
      return null;
    case "active":
      return from === "intake" ? "commence" : "reopen";
    case "resolved":
      return "resolve";
    case "closed":
      return "close";
  }
}

/** What dropping a case of phase `from` on `to` does, by what the server says can be done with it. */
export function landing(from: Phase, to: Phase, moves: readonly CaseMove[]): Landing {
  if (from === to) return { same: true };
  const step = stepInto(from, to);
  if (step === null) return { refused: "A case that has begun does not go back to intake." };
  const move = moves.find(({ action }) => action === step);
  if (move?.allowed) return { step };
  return { refused: move?.why_not ?? "This cannot be done now." };
}

const urgency = (item: ListedCase) => (item.priority ? PRIORITIES.indexOf(item.priority) : PRIORITIES.length);

/** Whether `a` comes before `b` in a list of this order; equal ones keep their places. */
export function before(a: ListedCase, b: ListedCase, sort: CaseSort): boolean {
  switch (sort) {
    case "created_at":
      return a.created_at < b.created_at;
    case "-created_at":
      return a.created_at > b.created_at;
    case "updated_at":
      return a.updated_at < b.updated_at;
    case "-updated_at":
      return a.updated_at > b.updated_at;
    case "due_at":
      return (a.due_at ?? "9") < (b.due_at ?? "9");
    case "priority":
      return urgency(a) < urgency(b);
    case "title":
      return a.title < b.title;
  }
}

/** A page of a list as it is once `item` has its new phase; the same page when that changes nothing in it. */
export function pageAfter(page: CasePage, filter: CaseFilter, sort: CaseSort, number: number, item: ListedCase): CasePage {
  const had = page.data.some(({ id }) => id === item.id);
  const belongs = filter.phase === undefined || filter.phase === item.phase;
  if (had) {
    const data = belongs ? page.data.map((one) => (one.id === item.id ? item : one)) : page.data.filter(({ id }) => id !== item.id);
    return { data, meta: { ...page.meta, total: page.meta.total - (belongs ? 0 : 1) } };
  }
  // Only the first page of the phase it came into: where it belongs further down, it is not in sight.
  if (filter.phase !== item.phase || number !== 1) return page;
  const place = page.data.findIndex((one) => before(item, one, sort));
  const data = [...page.data];
  if (place >= 0) data.splice(place, 0, item);
  else if (page.data.length === page.meta.total) data.push(item);
  return { data, meta: { ...page.meta, total: page.meta.total + 1 } };
}

/** The counts once a case has gone from one phase to another. */
export function countsAfter(counts: CaseCounts, from: Phase, to: Phase): CaseCounts {
  return { ...counts, phase: { ...counts.phase, [from]: counts.phase[from] - 1, [to]: counts.phase[to] + 1 } };
}
