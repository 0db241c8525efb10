// The whole story on a real log: first run, import, a procedure out of the past, a case, an agent, a decision in one browser
// that another watches, search, and the process as a picture.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { body } from "@heddle/sdk";
import { accessible, expect, signIn, test } from "./support/test.ts";
import { OWNER, Server } from "./support/server.ts";

const LOG = resolve(process.env.HEDDLE_SHARED_DATA ?? "../../shared/data", "permit-receipt.xes.gz");

test("from an empty server to a worked case", async ({ browser }) => {
  test.skip(!existsSync(LOG), "the permit log is not here");
  test.setTimeout(240_000);
  const server = await Server.start();
  try {
    const context = await browser.newContext({ baseURL: server.url });
    const page = await context.newPage();

    await test.step("first run", async () => {
      await page.goto(server.setup ?? "");
      await page.getByLabel("Workspace").fill("Town Hall");
      await page.getByLabel("Your name").fill(OWNER.name);
      await page.getByLabel("E-mail address").fill(OWNER.email);
      await page.getByLabel(/^Password/).fill(OWNER.password);
      await page.getByRole("button", { name: "Begin" }).click();
      await expect(page.getByText("Nothing waits for you")).toBeVisible();
    });

    await test.step("a space, and its past", async () => {
      await page.getByRole("button", { name: "All spaces, and a new one" }).click();
      await page.getByRole("button", { name: "New space" }).first().click();
      await page.getByRole("dialog").getByLabel("Name").fill("Permits");
      await page.getByRole("dialog").getByRole("button").last().click();
      await expect(page.getByRole("heading", { level: 1, name: "Permits" })).toBeVisible();
      const report = (await server.admin("import-log", LOG, "--workspace", "town-hall", "--space", "Permits")) as { traces: number };
      expect(report.traces).toBe(1434);
    });

    await test.step("a procedure out of the past", async () => {
      await page.getByRole("tab", { name: "Procedures" }).or(page.getByRole("link", { name: "Procedures" })).first().click();
      await page.reload();
      await expect(page.getByText(/of 1,434 finished cases/)).toBeVisible();
      await page.getByRole("button", { name: "Begin with this" }).click();
      await expect(page.getByRole("heading", { level: 1, name: "Permits as practised" })).toBeVisible();
      expect(await page.getByRole("textbox", { name: /^Name of stage/ }).count()).toBeGreaterThan(3);
    });

    const agent = await test.step("an agent that asks before it sets a priority", async () => {
      await page.goto("/town-hall/agents");
      await page.getByRole("button", { name: "New agent" }).click();
      await page.getByLabel("Name").fill("Clerk");
      await page.getByLabel("What is its job?").fill("You check whether applications are complete.");
      await page.getByRole("combobox", { name: "Model" }).fill("rules");
      await page.getByRole("option", { name: "rules" }).click();
      await page.getByRole("button", { name: "Make it" }).click();
      await expect(page.getByRole("heading", { level: 1, name: "Clerk" })).toBeVisible();
      await page.getByRole("tab", { name: "Settings" }).click();
      await page.getByLabel("Asks before").first().click();
      await page.getByRole("option", { name: "set priority" }).click();
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Save" }).click();
      await expect(page.getByText("Saved").first()).toBeVisible();
      return page.url().split("/").at(-1) ?? "";
    });

    const api = await server.client();
    const space = (await body(api.v1.GET("/v1/spaces", { params: { query: { per_page: 200 } } }))).data.find(({ name }) => name === "Permits")?.id ?? "";
    // Its stage: what the agent will do.
    await body(api.v1.POST("/v1/spaces/{id}/members", { params: { path: { id: space } }, body: { actor_id: agent, role: "member" } }));
    const procedure = (await body(api.v1.POST("/v1/procedures", { body: { space_id: space, name: "Check" } }))).data.id;
    await body(
      api.v1.POST("/v1/procedures/{id}/stages", {
        params: { path: { id: procedure } },
        body: {
          name: "Check",
          required_actor_type: "either",
          assigned_actor_id: agent,
          instructions: [{ type: "todo", text: "Set the priority to high" }, { type: "todo", text: "Write a note: the application is complete" }],
        },
      }),
    );

    const address = await test.step("a case", async () => {
      await page.goto(`/town-hall/spaces/${space}`);
      await expect(page.getByRole("button", { name: "New case" })).toBeVisible();
      await page.keyboard.press("n");
      const dialog = page.getByRole("dialog");
      await dialog.getByLabel("Title").fill("A greenhouse at Mill Lane 7");
      await dialog.getByRole("combobox", { name: "Procedure" }).click();
      await page.getByRole("option", { name: "Check", exact: true }).click();
      await dialog.getByRole("button", { name: "Open the case" }).click();
      const link = page.getByRole("link", { name: "A greenhouse at Mill Lane 7" }).or(page.getByRole("heading", { level: 1, name: "A greenhouse at Mill Lane 7" }));
      await expect(link.first()).toBeVisible();
      const found = (await body(api.v1.GET("/v1/cases", { params: { query: { space_id: space, phase: "intake" } } }))).data;
      return `/town-hall/cases/${found.find(({ title }) => title.startsWith("A greenhouse"))?.id ?? ""}`;
    });

    await test.step("the agent works, a person decides, another watches", async () => {
      const second = await browser.newContext({ baseURL: server.url });
      const watcher = await second.newPage();
      await signIn(watcher, OWNER.email, OWNER.password);
      await watcher.goto(address);
      await expect(watcher.getByRole("heading", { level: 1 })).toHaveText("A greenhouse at Mill Lane 7");
      await page.goto(address);
      await page.getByRole("button", { name: "Commence" }).click();
      await expect(page.locator("[data-proposal]")).toBeVisible();
      await expect(watcher.locator("[data-proposal]")).toBeVisible();
      await page.getByRole("button", { name: "Approve", exact: true }).click();
      await expect(watcher.locator("[data-run]").getByText("succeeded")).toBeVisible();
      await expect(watcher.locator("[data-proposal]")).toHaveCount(0);
      await expect(watcher.getByRole("tab", { name: /Documents/ })).toContainText("1");
      await second.close();
    });

    await test.step("search", async () => {
      await page.keyboard.press("Control+K");
      await page.getByRole("dialog").getByLabel("Find").fill("greenh");
      await expect(page.getByRole("dialog").locator("mark").first()).toHaveText("greenh");
      await page.keyboard.press("Escape");
      await page.goto("/town-hall/search?q=case-10011");
      await expect(page.locator("mark").first()).toBeVisible();
    });

    await test.step("the process", async () => {
      await page.goto(`/town-hall/spaces/${space}/process`);
      await expect(page.getByText("Process map")).toBeVisible();
      await expect(page.getByText("1,435").first()).toBeVisible();
      await accessible(page);
    });
    await context.close();
  } finally {
    await server.end();
  }
});
