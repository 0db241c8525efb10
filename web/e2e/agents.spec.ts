// Agents, tools and secrets; and the pages of administrators that change something.
import { readFile } from "node:fs/promises";
import { body } from "@heddle/sdk";
import { expect, test } from "./support/test.ts";
import { openCase, permits, type Permits } from "./support/seed.ts";

let things: Permits;
test.beforeAll(async ({ server }) => {
  things = await permits(server, "Trials");
});

test("an agent is tried on a case, and nothing changes", async ({ owner }) => {
  const id = await openCase(things, "A terrace at Mill Lane 3");
  const { api } = things;
  await body(api.v1.POST("/v1/cases/{id}/commence", { params: { path: { id } } }));
  const stages = (await body(api.v1.GET("/v1/cases/{id}/stages", { params: { path: { id } } }))).data;
  const thread = (await body(api.v1.GET("/v1/cases/{id}", { params: { path: { id } } }))).data.thread_id;
  const entries = async () => (await body(api.v1.GET("/v1/threads/{id}/activities", { params: { path: { id: thread } } }))).meta.total;
  const before = await entries();

  await owner.goto(`/town-hall/agents/${things.agent}`);
  await owner.getByRole("tab", { name: "Try it" }).click();
  await owner.getByRole("combobox", { name: "Case" }).fill("terrace");
  await owner.getByRole("option", { name: "A terrace at Mill Lane 3" }).click();
  await owner.getByRole("combobox", { name: "Stage" }).click();
  await owner.getByRole("option", { name: /^Check/ }).click();
  await owner.getByRole("button", { name: "Try it" }).click();
  const run = owner.locator("[data-run]").first();
  await expect(run.getByText("succeeded")).toBeVisible();
  await run.getByRole("button", { name: /^set priority/ }).click();
  await expect(run.getByText(/would/i).first()).toBeVisible();

  const now = (await body(api.v1.GET("/v1/cases/{id}", { params: { path: { id } } }))).data;
  expect(now.priority ?? null).toBeNull();
  expect((await body(api.v1.GET("/v1/cases/{id}/stages", { params: { path: { id } } }))).data.map(({ phase }) => phase)).toEqual(stages.map(({ phase }) => phase));
  expect(await entries()).toBe(before);
});

test("a secret is kept, given to a script, and never shown", async ({ owner }) => {
  await owner.goto("/town-hall/secrets");
  await owner.getByRole("button", { name: "New secret" }).click();
  await owner.getByLabel("Name").fill("REGISTRY_TOKEN");
  await owner.getByLabel("Value").fill("s3cr3t-value");
  await owner.getByRole("button", { name: "Keep it" }).click();
  await expect(owner.getByText("REGISTRY_TOKEN")).toBeVisible();
  await expect(owner.getByText("s3cr3t-value")).toHaveCount(0);

  await owner.goto("/town-hall/tools");
  await owner.getByRole("button", { name: "New script" }).click();
  const dialog = owner.getByRole("dialog");
  await dialog.getByLabel("Name").fill("Look Up");
  await dialog.getByLabel("What it does, and when to use it").fill("Looks a parcel up");
  await dialog.getByRole("combobox", { name: "Secrets" }).click();
  await owner.getByRole("option", { name: "REGISTRY_TOKEN" }).click();
  await dialog.getByRole("button", { name: "Save" }).click();
  // A name that models cannot call is refused with its reason, and nothing is lost.
  await expect(dialog.getByRole("alert")).toContainText("lower-case letters");
  await expect(dialog.getByLabel("What it does, and when to use it")).toHaveValue("Looks a parcel up");
  await dialog.getByLabel("Name").fill("look_up_parcel");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(owner.getByRole("cell", { name: "look_up_parcel" })).toBeVisible();

  await owner.getByRole("row", { name: /look_up_parcel/ }).getByRole("button", { name: "Change" }).click();
  await expect(owner.getByRole("dialog").getByLabel("Script")).toHaveValue(/json/);
  await owner.getByRole("dialog").getByLabel("Script").fill("print('changed')");
  await owner.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await expect(owner.getByRole("dialog")).toHaveCount(0);
  await owner.getByRole("row", { name: /look_up_parcel/ }).getByRole("button", { name: "Change" }).click();
  await expect(owner.getByRole("dialog").getByLabel("Script")).toHaveValue("print('changed')");
});

test("an agent gets a tool, and its settings are kept", async ({ owner }) => {
  await owner.goto(`/town-hall/agents/${things.agent}`);
  await owner.getByRole("tab", { name: "Tools" }).click();
  const box = owner.getByRole("checkbox", { name: /draft email/ });
  const had = await box.isChecked();
  await box.click();
  await expect(box).toBeChecked({ checked: !had });
  await owner.reload();
  await owner.getByRole("tab", { name: "Tools" }).click();
  await expect(owner.getByRole("checkbox", { name: /draft email/ })).toBeChecked({ checked: !had });
  await owner.getByRole("tab", { name: "Settings" }).click();
  await owner.getByLabel("Its job").fill("You are careful.");
  await owner.getByRole("button", { name: "Save" }).click();
  await expect(owner.getByText("Saved").first()).toBeVisible();
  await owner.reload();
  await owner.getByRole("tab", { name: "Settings" }).click();
  await expect(owner.getByLabel("Its job")).toHaveValue("You are careful.");
});

test("the audit log is filtered, and exported as what is shown", async ({ owner }) => {
  await owner.goto("/town-hall/admin/audit");
  await owner.getByLabel("What").fill("space.");
  await expect(owner.getByText("space.created").first()).toBeVisible();
  await expect(owner.getByText("session.begun")).toHaveCount(0);
  const [file] = await Promise.all([owner.waitForEvent("download"), owner.getByRole("link", { name: "CSV" }).click()]);
  const lines = (await readFile(await file.path(), "utf8")).trim().split("\n");
  expect(lines.length).toBeGreaterThan(1);
  expect(lines.slice(1).every((line) => line.includes("space."))).toBe(true);
});

test("a role is changed, and the last owner stays one", async ({ owner, server }) => {
  await server.admin("create-user", "--workspace", "town-hall", "--email", "dora@town.example", "--name", "Dora Lane");
  await owner.goto("/town-hall/admin/members");
  await owner.getByRole("combobox", { name: "Role of Dora Lane" }).click();
  await owner.getByRole("option", { name: "Admin" }).click();
  await expect(owner.getByRole("combobox", { name: "Role of Dora Lane" })).toHaveValue("Admin");
  await owner.getByRole("combobox", { name: "Role of Ada Byrne" }).click();
  await owner.getByRole("option", { name: "Member", exact: true }).click();
  await expect(owner.getByText("That did not work")).toBeVisible();
  await expect(owner.getByRole("combobox", { name: "Role of Ada Byrne" })).toHaveValue("Owner");
});

test("several tabs share one stream, and when the first closes the next goes on", async ({ owner, server }) => {
  const id = await openCase(things, "A bridge");
  const context = owner.context();
  const streams: string[] = [];
  context.on("request", (request) => {
    if (request.url().includes("/v1/events")) streams.push(request.url());
  });
  const first = owner;
  await first.goto(`/town-hall/cases/${id}`);
  await expect(first.getByRole("heading", { level: 1 })).toHaveText("A bridge");
  const second = await context.newPage();
  await second.goto(`${server.url}/town-hall/cases/${id}`);
  await expect(second.getByRole("heading", { level: 1 })).toHaveText("A bridge");
  const rename = (title: string) => body(things.api.v1.PATCH("/v1/cases/{id}", { params: { path: { id } }, body: { title } }));
  await rename("A bridge of wood");
  await expect(first.getByRole("heading", { level: 1 })).toHaveText("A bridge of wood");
  await expect(second.getByRole("heading", { level: 1 })).toHaveText("A bridge of wood");
  expect(streams.length).toBe(1);
  await first.close();
  await expect.poll(() => streams.length).toBe(2);
  await rename("A bridge of stone");
  await expect(second.getByRole("heading", { level: 1 })).toHaveText("A bridge of stone");
});
