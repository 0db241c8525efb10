import { describe, expect, it } from "vitest";
import type { CaseMove, CasePage, ListedCase } from "~/api/cases.ts";
import type { Phase } from "~/ui/case-marks.tsx";
import { before, countsAfter, landing, pageAfter } from "./drop.ts";

const move = (action: CaseMove["action"], why_not: string | null): CaseMove => ({ action, allowed: why_not === null, needs: [], takes: [], why_not });

const moves = [move("commence", null), move("resolve", "Not begun yet."), move("reopen", "Not resolved."), move("close", "Not resolved.")];

const made = (id: string, phase: Phase, updated_at = "2026-01-01T00:00:00.000000Z"): ListedCase => ({
  id,
  space_id: "s",
  thread_id: "t",
  title: id,
  phase,
  motion: "idle",
  labels: [],
  attributes: {},
  created_by: "a",
  created_at: "2026-01-01T00:00:00.000000Z",
  updated_at,
});

const page = (data: ListedCase[], total = data.length): CasePage => ({ data, meta: { request_id: "r", total, page: 1, per_page: 50 } });

describe("a card that is dropped", () => {
  it("takes the step that leads there", () => {
    expect(landing("intake", "active", moves)).toEqual({ step: "commence" });
    expect(landing("resolved", "active", [move("reopen", null)])).toEqual({ step: "reopen" });
    expect(landing("resolved", "closed", [move("close", null)])).toEqual({ step: "close" });
  });

  it("stays on its own phase", () => {
    expect(landing("intake", "intake", moves)).toEqual({ same: true });
  });

  it("is refused with the server's reason", () => {
    expect(landing("intake", "resolved", moves)).toEqual({ refused: "Not begun yet." });
    expect(landing("intake", "closed", moves)).toEqual({ refused: "Not resolved." });
  });

  it("never goes back to intake, and nowhere that the server does not name", () => {
    expect(landing("active", "intake", moves)).toHaveProperty("refused");
    expect(landing("intake", "active", [])).toHaveProperty("refused");
  });
});

describe("the lists after a drop", () => {
  const moved = made("b", "active", "2026-02-01T00:00:00.000000Z");

  it("lose the case where it was", () => {
    const after = pageAfter(page([made("a", "intake"), made("b", "intake")], 70), { phase: "intake" }, "-updated_at", 2, moved);
    expect(after.data.map(({ id }) => id)).toEqual(["a"]);
    expect(after.meta.total).toBe(69);
  });

  it("have it where its order puts it", () => {
    const there = page([made("x", "active", "2026-03-01T00:00:00.000000Z"), made("y", "active")]);
    const after = pageAfter(there, { phase: "active" }, "-updated_at", 1, moved);
    expect(after.data.map(({ id }) => id)).toEqual(["x", "b", "y"]);
    expect(after.meta.total).toBe(3);
    const last = pageAfter(page([made("x", "active")]), { phase: "active" }, "updated_at", 1, moved);
    expect(last.data.map(({ id }) => id)).toEqual(["x", "b"]);
  });

  it("only count it when it belongs further down than was loaded", () => {
    const after = pageAfter(page([made("x", "active")], 500), { phase: "active" }, "updated_at", 1, moved);
    expect(after.data.map(({ id }) => id)).toEqual(["x"]);
    expect(after.meta.total).toBe(501);
  });

  it("stay the same objects when the case is not theirs", () => {
    const other = page([made("x", "closed")]);
    expect(pageAfter(other, { phase: "closed" }, "-updated_at", 1, moved)).toBe(other);
    const second = page([made("x", "active")], 80);
    expect(pageAfter(second, { phase: "active" }, "-updated_at", 2, moved)).toBe(second);
  });

  it("show its new phase in a list of all phases", () => {
    const after = pageAfter(page([made("b", "intake")]), {}, "title", 1, moved);
    expect(after.data[0]?.phase).toBe("active");
    expect(after.meta.total).toBe(1);
  });

  it("are counted anew", () => {
    const counts = {
      total: 3,
      phase: { intake: 2, active: 1, resolved: 0, closed: 0 },
      motion: { idle: 3, working: 0, waiting: 0, blocked: 0, paused: 0 },
      priority: { critical: 0, high: 0, medium: 0, low: 0, none: 3 },
    };
    expect(countsAfter(counts, "intake", "active").phase).toEqual({ intake: 1, active: 2, resolved: 0, closed: 0 });
  });
});

describe("the order of a list", () => {
  it("puts cases without a priority or a due time last", () => {
    const urgent = { ...made("u", "active"), priority: "critical" as const, due_at: "2026-01-01T00:00:00.000000Z" };
    const plain = made("p", "active");
    expect(before(urgent, plain, "priority")).toBe(true);
    expect(before(plain, urgent, "priority")).toBe(false);
    expect(before(urgent, plain, "due_at")).toBe(true);
    expect(before(plain, urgent, "due_at")).toBe(false);
  });
});
