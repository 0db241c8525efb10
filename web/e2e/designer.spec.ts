// Procedures: making, designing, saving against others, versions, trying.
import type { Page } from "@playwright/test";
import { accessible, expect, test } from "./support/test.ts";
import type { Server } from "./support/server.ts";

/** A space with a procedure of three stages. */
async function seeded(server: Server, name: string): Promise<{ space: string; procedure: string; api: Awaited<ReturnType<Server["client"]>> }> {
  const api = await server.client();
  const made = await api.v1.POST("/v1/spaces", { body: { name } });
  const space = made.data?.data.id ?? "";
  const begun = await api.v1.POST("/v1/procedures", { body: { space_id: space, name: "Objection" } });
  const procedure = begun.data?.data.id ?? "";
  for (const stage of ["Check", "Decide", "Send"]) {
    const { response } = await api.v1.POST("/v1/procedures/{id}/stages", {
      params: { path: { id: procedure } },
      body: { name: stage, instructions: [{ type: "todo", text: `Do ${stage.toLowerCase()}` }, { type: "todo", text: `Note ${stage.toLowerCase()}` }] },
    });
    expect(response.status).toBe(201);
  }
  return { space, procedure, api };
}

const stages = (page: Page) => page.getByRole("textbox", { name: /^Name of stage/ }).evaluateAll((inputs) => inputs.map((input) => (input as HTMLInputElement).value));
const texts = (page: Page) => page.getByRole("textbox", { name: /^Text of instruction/ }).evaluateAll((inputs) => inputs.map((input) => (input as HTMLTextAreaElement).value));

test("a new procedure is made, designed, saved, and deleted", async ({ owner, server }) => {
  const { space } = await seeded(server, "Objections");
  await owner.goto(`/town-hall/spaces/${space}/procedures`);
  await expect(owner.getByRole("link", { name: "Objection", exact: true })).toBeVisible();
  await accessible(owner);
  await owner.getByRole("button", { name: "New procedure" }).click();
  await owner.getByRole("dialog").getByLabel("Name").fill("Fence");
  await owner.getByRole("button", { name: "Make it" }).click();
  await expect(owner.getByRole("heading", { level: 1, name: "Fence" })).toBeVisible();
  await owner.getByRole("button", { name: "Add the first stage" }).click();
  await owner.keyboard.type("Look at the plan");
  await owner.getByRole("button", { name: "Add an instruction to Look at the plan" }).click();
  await owner.keyboard.type("Measure the height");
  // A stage without a name cannot be saved; the message is at the field.
  await owner.getByRole("button", { name: "Add a stage", exact: true }).click();
  await owner.getByRole("button", { name: "Save", exact: true }).click();
  await expect(owner.getByRole("textbox", { name: "Name of stage 2" })).toHaveAttribute("aria-invalid", "true");
  await owner.getByRole("textbox", { name: "Name of stage 2" }).fill("Decide");
  await expect(owner.getByRole("textbox", { name: "Name of stage 2" })).not.toHaveAttribute("aria-invalid", "true");
  await owner.getByRole("combobox", { name: "Who stage 2 is for" }).click();
  await owner.getByRole("option", { name: "People", exact: true }).click();
  await owner.getByRole("combobox", { name: "Who gets stage 2" }).click();
  await owner.getByRole("option", { name: "Ada Byrne" }).click();
  await owner.getByLabel("What did you change?").fill("First draft");
  await owner.keyboard.press("Control+s");
  await expect(owner.getByText("Saved as version 2")).toBeVisible();
  await expect(owner.getByRole("group", { name: "Unsaved changes" })).toHaveCount(0);
  await owner.reload();
  await expect(owner.getByRole("textbox", { name: "Name of stage 2" })).toHaveValue("Decide");
  await expect(owner.getByRole("combobox", { name: "Who gets stage 2" })).toHaveValue("Ada Byrne");
  await expect(owner.getByRole("textbox", { name: "Text of instruction 1" })).toHaveValue("Measure the height");
  await accessible(owner);

  await owner.getByRole("link", { name: "Procedures" }).click();
  await owner.getByRole("button", { name: "What can be done with Fence" }).click();
  await owner.getByRole("menuitem", { name: "Delete…" }).click();
  await owner.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await expect(owner.getByRole("link", { name: "Fence" })).toHaveCount(0);
  await expect(owner.getByRole("link", { name: "Objection", exact: true })).toBeVisible();
});

test("stages and instructions are moved with mouse, keyboard and buttons, and each move is taken back", async ({ owner, server }) => {
  const { procedure } = await seeded(server, "Moves");
  await owner.goto(`/town-hall/procedures/${procedure}`);
  await expect.poll(() => stages(owner)).toEqual(["Check", "Decide", "Send"]);

  await owner.getByRole("button", { name: "What can be done with stage Send" }).click();
  await owner.getByRole("menuitem", { name: "Move up" }).click();
  await expect.poll(() => stages(owner)).toEqual(["Check", "Send", "Decide"]);
  await owner.keyboard.press("Control+z");
  await expect.poll(() => stages(owner)).toEqual(["Check", "Decide", "Send"]);

  // By keyboard: pick up, one down, drop.
  await owner.getByRole("button", { name: "Move stage Check" }).focus();
  await owner.keyboard.press("Enter");
  await expect(owner.getByRole("button", { name: "Move stage Check" })).toHaveAttribute("aria-grabbed", "true");
  await owner.keyboard.press("ArrowDown");
  await expect.poll(() => stages(owner)).toEqual(["Decide", "Check", "Send"]);
  await owner.keyboard.press("Enter");
  await expect(owner.getByRole("button", { name: "Undo" })).toBeEnabled();
  await expect.poll(() => stages(owner)).toEqual(["Decide", "Check", "Send"]);
  await owner.getByRole("button", { name: "Undo" }).click();
  await expect.poll(() => stages(owner)).toEqual(["Check", "Decide", "Send"]);
  await owner.getByRole("button", { name: "Redo" }).click();
  await expect.poll(() => stages(owner)).toEqual(["Decide", "Check", "Send"]);
  await owner.getByRole("button", { name: "Undo" }).click();

  // With the mouse: an instruction further down.
  const handle = owner.getByRole("button", { name: "Move Do check" });
  const target = owner.getByRole("button", { name: "Move Do decide" });
  await handle.scrollIntoViewIfNeeded();
  const [from, to] = [await handle.boundingBox(), await target.boundingBox()];
  if (!from || !to) throw new Error("nothing to drag");
  await owner.mouse.move(from.x + 8, from.y + 8);
  await owner.mouse.down();
  await owner.mouse.move(from.x + 8, from.y + 40, { steps: 4 });
  await owner.mouse.move(to.x + 8, to.y + 8, { steps: 12 });
  await expect.poll(async () => (await texts(owner)).indexOf("Do check")).toBeGreaterThan(0);
  await owner.mouse.up();
  // Dropped, and not only held: rows make room while it is held, so where exactly is not for a program to aim at.
  await expect(owner.getByRole("button", { name: "Undo" })).toBeEnabled();
  await expect.poll(async () => (await texts(owner)).indexOf("Do check")).toBeGreaterThan(0);
  await owner.getByRole("button", { name: "Undo" }).click();
  await expect.poll(() => texts(owner)).toEqual(["Do check", "Note check", "Do decide", "Note decide", "Do send", "Note send"]);
  // Nothing is left to take back, so nothing is unsaved.
  await expect(owner.getByRole("button", { name: "Undo" })).toBeDisabled();
  await expect(owner.getByRole("group", { name: "Unsaved changes" })).toHaveCount(0);
});

test("an instruction is dragged into a stage that has none", async ({ owner, server }) => {
  const { procedure, api } = await seeded(server, "Emptied");
  const { response } = await api.v1.POST("/v1/procedures/{id}/stages", { params: { path: { id: procedure } }, body: { name: "File" } });
  expect(response.status).toBe(201);
  await owner.goto(`/town-hall/procedures/${procedure}`);
  const last = owner.getByRole("listitem", { name: "Stage 4: File" });
  await last.scrollIntoViewIfNeeded();
  const handle = owner.getByRole("button", { name: "Move Note send" });
  const [from, to] = [await handle.boundingBox(), await last.getByRole("button", { name: "Add an instruction to File" }).boundingBox()];
  if (!from || !to) throw new Error("nothing to drag");
  await owner.mouse.move(from.x + 8, from.y + 8);
  await owner.mouse.down();
  await owner.mouse.move(from.x + 8, from.y + 40, { steps: 4 });
  await owner.mouse.move(to.x + 20, to.y + 8, { steps: 20 });
  await expect(last.getByRole("textbox", { name: "Text of instruction 1" })).toHaveValue("Note send");
  await owner.mouse.up();
  await owner.getByRole("button", { name: "Save", exact: true }).click();
  await expect(owner.getByText(/Saved as version/)).toBeVisible();
  const { data } = await api.v1.GET("/v1/procedures/{id}/design", { params: { path: { id: procedure } } });
  expect(data?.data.stages.map(({ instructions }) => instructions.length)).toEqual([2, 2, 1, 1]);
});

test("a condition is checked while it is typed, and tried on a case", async ({ owner, server }) => {
  const { space, procedure, api } = await seeded(server, "Conditions");
  await api.v1.POST("/v1/cases", { body: { space_id: space, title: "Fence at Mill Lane 4", priority: "high" } });
  await owner.goto(`/town-hall/procedures/${procedure}`);
  await owner.getByRole("button", { name: "Type of Do check: To do" }).click();
  await owner.getByRole("menuitem", { name: /By itself/ }).click();
  const field = owner.getByRole("textbox", { name: "Condition of Do check" });
  await field.fill("case.priority ==\n  'high' &&& true");
  await expect(owner.getByText(/Line 2, column \d+/)).toBeVisible();
  await expect(field).toHaveAttribute("aria-invalid", "true");
  await accessible(owner);
  await owner.getByRole("button", { name: "Help with conditions" }).click();
  await owner.getByRole("button", { name: "Use: One of the documents is a PDF" }).click();
  await expect(owner.getByText("Can be used")).toBeVisible();
  await field.fill("case.priority == 'high'");

  await owner.getByRole("combobox", { name: "Case" }).fill("Mill");
  await owner.getByRole("option", { name: "Fence at Mill Lane 4" }).click();
  await expect(owner.getByText("Holds for Fence at Mill Lane 4")).toBeVisible();
  await owner.getByRole("button", { name: "Try it", exact: true }).click();
  const told = owner.getByRole("region", { name: "What would happen to Fence at Mill Lane 4" });
  await expect(told.getByText("Would be active")).toHaveCount(1);
  await expect(told.getByText("Would wait")).toHaveCount(2);
  await expect(told.getByRole("img", { name: "done at once" })).toHaveCount(1);
  // Tried without being saved.
  const { data } = await api.v1.GET("/v1/procedures/{id}/design", { params: { path: { id: procedure } } });
  expect(data?.data.stages[0]?.instructions[0]?.type).toBe("todo");
});

test("unsaved work survives a reload, and leaving asks", async ({ owner, server }) => {
  const { procedure } = await seeded(server, "Kept");
  await owner.goto(`/town-hall/procedures/${procedure}`);
  await owner.getByRole("textbox", { name: "Name of stage 1" }).fill("Look closely");
  await owner.getByRole("link", { name: "Procedures" }).click();
  const dialog = owner.getByRole("dialog", { name: "Leave without saving?" });
  await dialog.getByRole("button", { name: "Stay" }).click();
  await expect(owner.getByRole("textbox", { name: "Name of stage 1" })).toHaveValue("Look closely");
  owner.once("dialog", (asked) => void asked.accept());
  await owner.reload();
  await expect(owner.getByText("You left unsaved work here")).toBeVisible();
  await expect(owner.getByRole("textbox", { name: "Name of stage 1" })).toHaveValue("Check");
  await owner.getByRole("button", { name: "Bring it back" }).click();
  await expect(owner.getByRole("textbox", { name: "Name of stage 1" })).toHaveValue("Look closely");
  await owner.getByRole("button", { name: "Save", exact: true }).click();
  await expect(owner.getByText(/Saved as version/)).toBeVisible();
  await owner.reload();
  await expect(owner.getByRole("textbox", { name: "Name of stage 1" })).toHaveValue("Look closely");
  await expect(owner.getByText("You left unsaved work here")).toHaveCount(0);
});

test("who saves second sees what the first changed and keeps theirs on top", async ({ owner, server }) => {
  const { procedure, api } = await seeded(server, "Conflicts");
  const path = { id: procedure };
  const other = async (rename: string, note: string) => {
    const { data } = await api.v1.GET("/v1/procedures/{id}/design", { params: { path } });
    if (!data) throw new Error("no design");
    const { version, name, stages: now } = data.data;
    const [first, , last] = now;
    if (!first || !last) throw new Error("no stages");
    const put = { base_version: version, name, note, stages: [{ ...first, name: rename }, last] };
    const { response } = await api.v1.PUT("/v1/procedures/{id}/design", { params: { path }, body: put });
    expect(response.status).toBe(200);
  };
  await owner.goto(`/town-hall/procedures/${procedure}`);
  await owner.getByRole("textbox", { name: "Name of stage 3" }).fill("Send and file");
  await other("Check twice", "Two eyes more");
  await expect(owner.getByText(/saved version \d+ meanwhile/)).toBeVisible();
  await owner.getByRole("button", { name: "Save", exact: true }).click();
  const dialog = owner.getByRole("dialog", { name: "Changed meanwhile" });
  await expect(dialog.getByText("Two eyes more")).toBeVisible();
  await expect(dialog.locator("ins", { hasText: "twice" })).toBeVisible();
  await expect(dialog.getByText("removed").first()).toBeVisible();
  await accessible(owner);
  await dialog.getByRole("button", { name: "Keep mine" }).click();
  await expect(dialog).toHaveCount(0);
  await expect.poll(() => stages(owner)).toEqual(["Check", "Decide", "Send and file"]);

  // Nothing unsaved: what another saves is shown at once.
  await other("Check again", "Shorter");
  await expect.poll(() => stages(owner)).toEqual(["Check again", "Send and file"]);

  // And this time theirs is taken.
  await owner.getByRole("textbox", { name: "Name of stage 1" }).fill("Mine");
  await api.v1.PATCH("/v1/procedures/{id}", { params: { path }, body: { name: "Objections, new" } });
  await owner.getByRole("button", { name: "See what changed" }).click();
  await dialog.getByRole("button", { name: "Take theirs" }).click();
  await expect(owner.getByRole("heading", { level: 1, name: "Objections, new" })).toBeVisible();
  await expect.poll(() => stages(owner)).toEqual(["Check again", "Send and file"]);
});

test("versions are looked at, compared and restored", async ({ owner, server }) => {
  const { procedure } = await seeded(server, "Versions");
  await owner.goto(`/town-hall/procedures/${procedure}`);
  await owner.getByRole("textbox", { name: "Text of instruction 1" }).first().fill("Do check the form");
  await owner.getByRole("button", { name: "What can be done with stage Decide" }).click();
  await owner.getByRole("menuitem", { name: "Delete" }).click();
  await owner.getByLabel("What did you change?").fill("Decided elsewhere");
  await owner.getByRole("button", { name: "Save", exact: true }).click();
  await expect(owner.getByText("Saved as version 5")).toBeVisible();
  await owner.getByRole("tab", { name: "Versions" }).click();
  await expect(owner.getByText("Decided elsewhere")).toBeVisible();
  await owner.getByRole("button", { name: "What can be done with version 5" }).click();
  await owner.getByRole("menuitem", { name: "Compare…" }).click();
  const compared = owner.getByRole("dialog", { name: "What is different" });
  await expect(compared.locator("ins", { hasText: "the form" })).toBeVisible();
  await expect(compared.getByText("removed").first()).toBeVisible();
  await compared.getByRole("combobox", { name: "To" }).click();
  await owner.getByRole("option", { name: "Version 4" }).click();
  await expect(compared.getByText("Both say the same.")).toBeVisible();
  await owner.keyboard.press("Escape");
  await owner.getByRole("button", { name: "What can be done with version 4" }).click();
  await owner.getByRole("menuitem", { name: "Look at it" }).click();
  await expect(owner.getByRole("dialog", { name: "Version 4" }).getByText("Do decide")).toBeVisible();
  await owner.keyboard.press("Escape");
  await owner.getByRole("button", { name: "What can be done with version 4" }).click();
  await owner.getByRole("menuitem", { name: "Restore…" }).click();
  await owner.getByRole("dialog").getByRole("button", { name: "Restore" }).click();
  await expect(owner.getByText("Version 4 restored as version 6")).toBeVisible();
  await expect.poll(() => stages(owner)).toEqual(["Check", "Decide", "Send"]);
});
