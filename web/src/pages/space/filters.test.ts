import { describe, expect, it } from "vitest";
import type { View } from "~/api/views.ts";
import { differs, filterOf, filtersOn, kept, searchOf, sortOf, withoutFilters } from "./filters.ts";

const view = (query: Record<string, unknown>, layout: "board" | "list" = "list"): View => ({
  id: "v",
  space_id: "s",
  name: "Mine",
  shared: false,
  owner: { id: "a", name: "Ada" },
  query,
  layout,
  position: 1,
  created_at: "",
  updated_at: "",
});

describe("the filter of an address", () => {
  it("is in the server's words", () => {
    expect(
      filterOf({ motion: "waiting", priority: "high", label: "a,b", assignee: "none", procedure: "p", q: " fence ", overdue: true }, "me-id"),
    ).toEqual({
      motion: "waiting",
      priority: "high",
      label_id: "a,b",
      assigned_actor_id: "none",
      procedure_id: "p",
      q: "fence",
      overdue: true,
    });
  });

  it("means whoever looks by me", () => {
    expect(filterOf({ assignee: "me" }, "me-id")).toEqual({ assigned_actor_id: "me-id" });
  });

  it("leaves out what no case can be, so that a mistyped address still shows cases", () => {
    expect(filterOf({ motion: "dancing", phase: "gone", priority: "x", label: ",", q: " " }, "me-id")).toEqual({});
    expect(sortOf({ sort: "colour" })).toBe("-updated_at");
    expect(sortOf({ sort: "due_at" })).toBe("due_at");
  });

  it("is counted and taken off, order and layout stay", () => {
    const search = { layout: "list", sort: "title", view: "v", motion: "idle", q: "x" } as const;
    expect(filtersOn(search)).toBe(2);
    expect(withoutFilters(search)).toEqual({ layout: "list", sort: "title" });
  });
});

describe("a view", () => {
  it("shows again what was saved", () => {
    const search = { layout: "list", phase: "active", overdue: true, sort: "title", assignee: "me" } as const;
    const saved = view(kept(search));
    expect(searchOf(saved)).toEqual({ ...search, view: "v" });
    expect(differs({ ...search, view: "v" }, saved)).toBe(false);
  });

  it("differs once a filter, the order or the layout does", () => {
    const saved = view({ phase: "active" });
    expect(differs({ layout: "list", phase: "active", q: "x" }, saved)).toBe(true);
    expect(differs({ layout: "list" }, saved)).toBe(true);
    expect(differs({ layout: "list", phase: "active", sort: "title" }, saved)).toBe(true);
    expect(differs({ layout: "board", phase: "active" }, saved)).toBe(true);
  });

  it("cannot put anything else into the address", () => {
    expect(searchOf(view({ phase: 7, q: { evil: true }, overdue: "yes", unknown: "x" }))).toEqual({ layout: "list", view: "v" });
  });
});
