// A space: board and list, dragging, filters and views, many at once, settings, and a hundred thousand cases.
import type { Heddle } from "@heddle/sdk";
import type { Page } from "@playwright/test";
import { accessible, expect, test } from "./support/test.ts";

type Phase = "intake" | "active" | "resolved" | "closed";

/** Makes a space with cases of these titles, all in intake. */
async function space(api: Heddle, name: string, titles: readonly string[]): Promise<{ id: string; cases: string[] }> {
  const made = await api.v1.POST("/v1/spaces", { body: { name } });
  const id = made.data?.data.id ?? "";
  const cases: string[] = [];
  for (const title of titles) {
    const opened = await api.v1.POST("/v1/cases", { body: { space_id: id, title } });
    cases.push(opened.data?.data.id ?? "");
  }
  return { id, cases };
}

const column = (page: Page, phase: Phase) => page.locator(`[data-phase=${phase}]`);
const card = (page: Page, title: string) => page.getByRole("article").filter({ hasText: title });

/** Drags a card over a column with the mouse; the button stays down. */
async function hold(page: Page, title: string, phase: Phase): Promise<void> {
  const from = await card(page, title).boundingBox();
  const to = await column(page, phase).boundingBox();
  if (!from || !to) throw new Error("nothing to drag");
  await page.mouse.move(from.x + from.width / 2, from.y + from.height - 30);
  await page.mouse.down();
  await page.mouse.move(from.x + from.width / 2 + 20, from.y + from.height - 20, { steps: 4 });
  await page.mouse.move(to.x + to.width / 2, to.y + 200, { steps: 10 });
}

test("a card dragged to another phase takes the step there, and is refused with the reason where there is none", async ({ owner, server }) => {
  const api = await server.client();
  const { id, cases } = await space(api, "Dragging", ["Fence at Mill Lane 4", "Garage at North Quay 9"]);
  await owner.goto(`/town-hall/spaces/${id}`);
  await expect(card(owner, "Fence at Mill Lane 4")).toBeVisible();
  await accessible(owner);

  await hold(owner, "Fence at Mill Lane 4", "resolved");
  await expect(column(owner, "active")).toHaveAttribute("data-lit", "true");
  await expect(column(owner, "resolved").getByText("Not here")).toBeVisible();
  await owner.mouse.up();
  await expect(owner.getByRole("alert").filter({ hasText: "Not moved to resolved" })).toBeVisible();
  await expect(column(owner, "intake").getByText("Fence at Mill Lane 4")).toBeVisible();

  await hold(owner, "Fence at Mill Lane 4", "active");
  await owner.mouse.up();
  await expect(column(owner, "active").getByText("Fence at Mill Lane 4")).toBeVisible();
  await expect(owner.getByTestId("count-active")).toHaveText("1");
  await expect(owner.getByTestId("count-intake")).toHaveText("1");
  const path = { id: cases[0] ?? "" };
  await expect.poll(async () => (await api.v1.GET("/v1/cases/{id}", { params: { path } })).data?.data.phase).toBe("active");

  // Back from resolved needs a reason; over for good asks first.
  await hold(owner, "Fence at Mill Lane 4", "resolved");
  await owner.mouse.up();
  await expect(column(owner, "resolved").getByText("Fence at Mill Lane 4")).toBeVisible();
  await hold(owner, "Fence at Mill Lane 4", "active");
  await owner.mouse.up();
  await owner.getByRole("dialog").getByLabel(/Why\?/).fill("The neighbour objected");
  await owner.getByRole("dialog").getByRole("button", { name: "Reopen" }).click();
  await expect(column(owner, "active").getByText("Fence at Mill Lane 4")).toBeVisible();
  await hold(owner, "Fence at Mill Lane 4", "resolved");
  await owner.mouse.up();
  await expect(column(owner, "resolved").getByText("Fence at Mill Lane 4")).toBeVisible();
  await hold(owner, "Fence at Mill Lane 4", "closed");
  await owner.mouse.up();
  await owner.getByRole("dialog").getByRole("button", { name: "Close it" }).click();
  await expect(column(owner, "closed").getByText("Fence at Mill Lane 4")).toBeVisible();
  await expect.poll(async () => (await api.v1.GET("/v1/cases/{id}", { params: { path } })).data?.data.phase).toBe("closed");
});

test("a card is moved by the keyboard alone", async ({ owner, server }) => {
  const api = await server.client();
  const { id, cases } = await space(api, "Keyboard", ["Kiosk at Old Market 2"]);
  await owner.goto(`/town-hall/spaces/${id}`);
  await expect(card(owner, "Kiosk at Old Market 2")).toBeVisible();
  await owner.keyboard.press("j");
  await expect(owner.getByRole("link", { name: "Kiosk at Old Market 2" })).toBeFocused();
  await owner.keyboard.press("Space");
  await expect(column(owner, "active")).toHaveAttribute("data-lit", "true");
  await owner.keyboard.press("ArrowRight");
  await expect(column(owner, "active")).toHaveAttribute("data-over", "true");
  await owner.keyboard.press("Space");
  await expect(column(owner, "active").getByText("Kiosk at Old Market 2")).toBeVisible();
  await expect(owner.getByRole("link", { name: "Kiosk at Old Market 2" })).toBeFocused();
  const path = { id: cases[0] ?? "" };
  await expect.poll(async () => (await api.v1.GET("/v1/cases/{id}", { params: { path } })).data?.data.phase).toBe("active");
  await owner.keyboard.press("Enter");
  await expect(owner).toHaveURL(new RegExp(`/cases/${path.id}`));
});

test("a move that the server refuses is undone with the reason", async ({ owner, server }) => {
  const api = await server.client();
  const { id, cases } = await space(api, "Refused", ["Dormer at Church Row 7"]);
  await owner.goto(`/town-hall/spaces/${id}`);
  await expect(card(owner, "Dormer at Church Row 7")).toBeVisible();
  // What may be done is answered before somebody else is faster; the page does not hear of it.
  await owner.route("**/v1/cases/*/commence", (route) =>
    route.fulfill({
      status: 409,
      json: { error: { code: "invalid_transition", message: "Somebody else has commenced it.", status: 409, request_id: cases[0] } },
    }),
  );
  await hold(owner, "Dormer at Church Row 7", "active");
  await expect(column(owner, "active")).toHaveAttribute("data-lit", "true");
  await owner.mouse.up();
  await expect(owner.getByText("Somebody else has commenced it.")).toBeVisible();
  await expect(column(owner, "intake").getByText("Dormer at Church Row 7")).toBeVisible();
  await expect(owner.getByTestId("count-intake")).toHaveText("1");
});

test("filters are in the address, and a view brings them back", async ({ owner, server, browser }) => {
  const api = await server.client();
  const { id, cases } = await space(api, "Filters", ["Carport at Station Road 1", "Carport at Station Road 2", "Balcony at Castle Hill 3"]);
  await api.v1.PATCH("/v1/cases/{id}", { params: { path: { id: cases[0] ?? "" } }, body: { priority: "high" } });
  await owner.goto(`/town-hall/spaces/${id}?layout=list`);
  await expect(owner.getByTestId("total")).toHaveText("3 cases");
  await accessible(owner);

  await owner.getByRole("combobox", { name: "Priority" }).click();
  await expect(owner.getByRole("option", { name: /High/ })).toContainText("1");
  await owner.getByRole("option", { name: /High/ }).click();
  await expect(owner).toHaveURL(/priority=high/);
  await expect(owner.getByTestId("total")).toHaveText("1 case");
  await expect(owner.getByRole("link", { name: "Carport at Station Road 1" })).toBeVisible();
  await expect(owner.getByRole("link", { name: "Balcony at Castle Hill 3" })).toHaveCount(0);

  await owner.getByRole("button", { name: "All cases" }).click();
  await owner.getByRole("menuitem", { name: "Save as a new view…" }).click();
  await owner.getByRole("dialog").getByLabel(/^Name/).fill("Urgent ones");
  await owner.getByLabel("Share with the members of the space").check();
  await owner.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await expect(owner.getByRole("button", { name: "Urgent ones" })).toBeVisible();

  await owner.getByRole("button", { name: "Clear the filter" }).click();
  await expect(owner.getByTestId("total")).toHaveText("3 cases");
  await owner.getByRole("textbox", { name: "Find in the cases" }).fill("balcony");
  await expect(owner).toHaveURL(/q=balcony/);
  await expect(owner.getByTestId("total")).toHaveText("1 case");
  await expect(owner.getByRole("textbox", { name: "Find in the cases" })).toHaveValue("balcony");

  await owner.getByRole("button", { name: "All cases" }).click();
  await owner.getByRole("menuitem", { name: "Urgent ones" }).click();
  await expect(owner).toHaveURL(/priority=high/);
  await expect(owner.getByRole("link", { name: "Carport at Station Road 1" })).toBeVisible();
  await expect(owner.getByRole("textbox", { name: "Find in the cases" })).toHaveValue("");

  // The address alone shows the same to somebody else's browser.
  const other = await browser.newContext({ storageState: await owner.context().storageState(), baseURL: server.url });
  const page = await other.newPage();
  await page.goto(owner.url());
  await expect(page.getByTestId("total")).toHaveText("1 case");
  await expect(page.getByRole("button", { name: "Urgent ones" })).toBeVisible();
  await page.getByRole("button", { name: "Urgent ones" }).click();
  await page.getByRole("menuitem", { name: "Rename…" }).click();
  await page.getByRole("dialog").getByLabel(/^Name/).fill("The urgent ones");
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await page.getByRole("button", { name: "The urgent ones" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await expect(page.getByRole("button", { name: "All cases" })).toBeVisible();
  const views = await api.v1.GET("/v1/views", { params: { query: { space_id: id } } });
  expect(views.data?.data).toEqual([]);
  await other.close();
});

test("many cases are changed at once, and those that are refused are named with the reason", async ({ owner, server }) => {
  const api = await server.client();
  const titles = Array.from({ length: 8 }, (_, n) => `Shop sign ${n + 1}`);
  const { id, cases } = await space(api, "Many", titles);
  await api.v1.POST("/v1/cases/{id}/commence", { params: { path: { id: cases[2] ?? "" } } });
  await owner.goto(`/town-hall/spaces/${id}?layout=list&sort=title`);
  await expect(owner.getByRole("link", { name: "Shop sign 1" })).toBeVisible();

  // The keyboard: the first, then all to the fourth.
  await owner.keyboard.press("j");
  await owner.keyboard.press("x");
  for (let n = 0; n < 3; n += 1) await owner.keyboard.press("j");
  await owner.keyboard.press("Shift+X");
  await expect(owner.getByText("4 cases selected")).toBeVisible();
  await accessible(owner);
  await owner.getByRole("toolbar").getByRole("button", { name: "Commence" }).click();
  const dialog = owner.getByRole("dialog");
  await expect(dialog).toContainText("3 cases changed, 1 refused");
  await expect(dialog.getByRole("listitem")).toHaveText(["Shop sign 3"]);
  await dialog.getByRole("button", { name: "Good" }).click();
  await expect(owner.getByText("1 case selected")).toBeVisible();
  await owner.keyboard.press("Escape");
  await expect(owner.getByRole("toolbar")).toHaveCount(0);

  // The mouse, with Shift.
  await owner.getByLabel("Select Shop sign 5").click();
  await owner.getByLabel("Select Shop sign 8").click({ modifiers: ["Shift"] });
  await expect(owner.getByText("4 cases selected")).toBeVisible();
  await owner.getByRole("toolbar").getByRole("button", { name: "Priority" }).click();
  await owner.getByRole("menuitem", { name: "Critical" }).click();
  await expect(owner.getByRole("img", { name: "Priority critical" })).toHaveCount(4);
  await expect(owner.getByRole("toolbar")).toHaveCount(0);

  await owner.getByLabel("Select all loaded cases").check();
  await expect(owner.getByText("8 cases selected")).toBeVisible();
});

test("what somebody else does appears without a reload", async ({ owner, server }) => {
  const api = await server.client();
  const { id, cases } = await space(api, "Live", ["Tree at Harbour Street 5"]);
  await owner.goto(`/town-hall/spaces/${id}`);
  await expect(column(owner, "intake").getByText("Tree at Harbour Street 5")).toBeVisible();
  await api.v1.POST("/v1/cases/{id}/commence", { params: { path: { id: cases[0] ?? "" } } });
  await expect(column(owner, "active").getByText("Tree at Harbour Street 5")).toBeVisible();
  await api.v1.POST("/v1/cases", { body: { space_id: id, title: "Tree at Harbour Street 6" } });
  await expect(column(owner, "intake").getByText("Tree at Harbour Street 6")).toBeVisible();
  await expect(owner.getByTestId("count-intake")).toHaveText("1");
});

test("a new space, a case in it by the keyboard, and its settings", async ({ owner, server }) => {
  const api = await server.client();
  await api.v1.POST("/v1/actors", { body: { type: "ai", name: "Clerk", model_id: "rules" } });
  await owner.goto("/town-hall/spaces");
  await accessible(owner);
  await owner.getByRole("button", { name: "New space" }).click();
  await owner.getByRole("dialog").getByLabel(/^Name/).fill("Signs");
  await owner.getByRole("dialog").getByRole("button", { name: "Make it" }).click();
  await expect(owner.getByRole("heading", { name: "Signs", level: 1 })).toBeVisible();
  await expect(owner.getByTestId("count-intake")).toHaveText("0");
  await owner.keyboard.press("n");
  const dialog = owner.getByRole("dialog", { name: "New case" });
  await dialog.getByLabel(/^Title/).fill("A sign at the bakery");
  await dialog.getByRole("button", { name: "Open the case" }).click();
  await expect(owner).toHaveURL(/\/cases\//);
  await owner.goBack();
  await expect(card(owner, "A sign at the bakery")).toBeVisible();

  await owner.getByRole("tab", { name: "Settings" }).click();
  await expect(owner.getByRole("heading", { name: "Members" })).toBeVisible();
  await accessible(owner);
  await owner.getByRole("combobox", { name: "Add somebody" }).click();
  await owner.getByRole("option", { name: "Clerk (agent)" }).click();
  await owner.getByRole("button", { name: "Add", exact: true }).click();
  await expect(owner.getByRole("button", { name: "Remove Clerk" })).toBeVisible();
  await owner.getByRole("combobox", { name: "Role of Clerk" }).click();
  await owner.getByRole("option", { name: "Observer" }).click();
  await expect(owner.getByRole("combobox", { name: "Role of Clerk" })).toHaveValue("Observer");
  // The last owner stays.
  await owner.getByRole("button", { name: "Remove Ada Byrne" }).click();
  await owner.getByRole("dialog").getByRole("button", { name: "Leave" }).click();
  const refused = owner.getByRole("alert").filter({ hasText: "That did not work" });
  await expect(refused).toBeVisible();
  await refused.getByRole("button").click();

  await owner.getByRole("button", { name: "New label" }).click();
  await owner.getByRole("dialog").getByLabel(/^Name/).fill("loud");
  await owner.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await expect(owner.getByText("loud")).toBeVisible();
  await owner.getByRole("button", { name: "Change the label loud" }).click();
  await owner.getByRole("dialog").getByLabel(/^Name/).fill("very loud");
  await owner.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await expect(owner.getByText("very loud")).toBeVisible();

  await owner.getByLabel("They are given to somebody").check();
  await owner.getByRole("combobox", { name: "To whom" }).click();
  await owner.getByRole("option", { name: "Ada Byrne" }).click();
  await owner.getByRole("region", { name: "New cases" }).getByRole("button", { name: "Save" }).click();
  await expect(owner.getByText("Saved")).toBeVisible();

  await owner.getByRole("button", { name: "Register a tool" }).click();
  await owner.getByRole("dialog").getByLabel(/^Name/).fill("look_up");
  await owner.getByRole("dialog").getByLabel(/^What it does/).fill("Looks a sign up.");
  await owner.getByRole("dialog").getByLabel(/^Address/).fill("https://registry.example/signs");
  await owner.getByRole("dialog").getByRole("button", { name: "Register" }).click();
  await owner.getByRole("button", { name: "Give look_up to an agent" }).click();
  await owner.getByRole("menuitem", { name: "Clerk" }).click();
  await expect(owner.getByText("Clerk may call look_up")).toBeVisible();

  await owner.getByRole("tab", { name: "Documents" }).click();
  await owner.getByRole("tab", { name: "Threads" }).click();
  await accessible(owner);
  await owner.getByRole("button", { name: "Start a thread" }).click();
  await owner.getByRole("dialog").getByLabel(/What is it about/).fill("Colours of signs");
  await owner.getByRole("dialog").getByRole("button", { name: "Start" }).click();
  await expect(owner.getByRole("heading", { name: "Colours of signs" })).toBeVisible();
  await owner.goBack();

  await owner.getByRole("tab", { name: "Settings" }).click();
  await owner.getByRole("button", { name: "Delete the space…" }).click();
  const remove = owner.getByRole("dialog").getByRole("button", { name: "Delete", exact: true });
  await expect(remove).toBeDisabled();
  await owner.getByLabel("Name of the space").fill("Signs");
  await remove.click();
  await expect(owner).toHaveURL(/\/spaces$/);
  await expect(owner.getByRole("link", { name: "Signs" })).toHaveCount(0);
});

test("thousands of cases: few elements, and any place of the list is a scroll away", async ({ owner, server }) => {
  const api = await server.client();
  const { id } = await space(api, "Archive", []);
  const lines = Array.from({ length: 5000 }, (_, n) => JSON.stringify({ title: `Permit ${String(n).padStart(5, "0")}`, external_id: `P-${n}` }));
  const form = new FormData();
  form.append("space_id", id);
  form.append("manifest", new Blob([lines.join("\n")]), "manifest.jsonl");
  const begun = await api.public.POST("/api/v1/public/case-ingestions", {
    body: form as unknown as { space_id: string; manifest: string },
    bodySerializer: (sent: unknown) => sent as FormData,
  });
  const params = { path: { case_ingestion_id: begun.data?.id ?? "" } };
  await expect
    .poll(async () => (await api.public.GET("/api/v1/public/case-ingestions/{case_ingestion_id}", { params })).data?.status, { timeout: 60_000 })
    .toBe("completed");

  await owner.goto(`/town-hall/spaces/${id}?layout=list&sort=title`);
  await expect(owner.getByTestId("total")).toHaveText("5,000 cases");
  await expect(owner.getByRole("link", { name: "Permit 00000" })).toBeVisible();
  const scroller = owner.locator("[role=table] [role=presentation]").first();
  await scroller.evaluate((element) => element.scrollTo(0, element.scrollHeight / 2));
  await expect(owner.getByRole("link", { name: "Permit 02500" })).toBeVisible();
  await scroller.evaluate((element) => element.scrollTo(0, element.scrollHeight));
  await expect(owner.getByRole("link", { name: "Permit 04999" })).toBeVisible();
  expect(await owner.getByRole("row").count()).toBeLessThan(60);

  await owner.goto(`/town-hall/spaces/${id}?sort=title`);
  await expect(owner.getByTestId("count-intake")).toHaveText("5,000");
  await expect(card(owner, "Permit 00000")).toBeVisible();
  expect(await owner.getByRole("article").count()).toBeLessThan(40);
});
