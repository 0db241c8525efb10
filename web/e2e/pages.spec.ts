// Every page, light and dark, on a desk and on a phone: nothing breaks a rule of WCAG AA that can be checked, nothing is
// wider than the screen, nothing fails in the console. With SHOTS=FOLDER pictures are kept to be looked at.
import { join } from "node:path";
import { body } from "@heddle/sdk";
import type { Page } from "@playwright/test";
import { accessible, expect, test } from "./support/test.ts";
import { openCase, permits, reachAgent, type Permits } from "./support/seed.ts";

// Pages that say what they say when nothing is there yet.
test.use({ house: "pages" });

let things: Permits;
let found: string;
let weaver: string;
test.beforeAll(async ({ server }) => {
  things = await permits(server, "Permits");
  await openCase(things, "A shed at Mill Lane 9");
  found = await openCase(things, "A garage at Church Street 12");
  await reachAgent(things, found);
  const { api, space } = things;
  await body(api.v1.POST("/v1/spaces/{id}/labels", { params: { path: { id: space } }, body: { name: "urgent", color: "#e03131" } }));
  await body(api.v1.POST("/v1/emails", { body: { case_id: found, to: ["owner@mill.example"], subject: "Your garage", body: "We have your drawing." } }));
  const { workspace } = (await body(api.v1.GET("/v1/session"))).data;
  weaver = (await body(api.loom.POST("/api/weaver", { body: { image: "local", org_id: workspace.id, tags: { task: "roof" } } }))).id;
  const call = { id: "c1", tool_name: "bash", arguments_json: { command: "grep -rn gutter src" } };
  const messages = [
    { role: "user", content: "The gutter leaks. Find **why**, and mend it.", timestamp: "2026-03-03T12:00:00Z" },
    { role: "assistant", content: "I look into the folder.", tool_calls: [call] },
    { role: "tool", tool_call_id: "c1", content: "src/roof.rs:12: // gutter", is_error: true },
    { role: "assistant", content: "It is in `src/roof.rs`:\n\n```rust\nfn gutter() {}\n```" },
  ];
  const roof = { id: "T-roof", title: "Fix the gutter", workspace: "/home/ada/roof", visibility: "shared", messages };
  await body(api.loom.PUT("/api/threads/{id}", { params: { path: { id: "T-roof" } }, body: roof as never }));
  const limit = { subject: "workspace", measure: "cost_micros", period: "month", most: 50_000_000, ask: true } as const;
  await body(api.v1.PUT("/v1/limits", { body: { limits: [limit] } }));
  await body(api.v1.PUT("/v1/prices", { body: { prices: [{ model: "qwen", input: 1_000_000, cached: 0, cache_write: 0, output: 2_500_000 }] } }));
  await body(api.v1.POST("/v1/datatables", { body: { case_id: found, name: "Distances", rows: [{ side: "north", metres: 2.5 }] } }));
});

/** Each page: its name, its address below the workspace, and what shows that it is there. */
const pages: [name: string, path: () => string, ready: (page: Page) => Promise<void>][] = [
  ["work", () => "work", (page) => expect(page.getByRole("heading", { name: "Decisions" })).toBeVisible()],
  ["spaces", () => "spaces", (page) => expect(page.getByRole("heading", { level: 1 })).toBeVisible()],
  ["board", () => `spaces/${things.space}?layout=board`, (page) => expect(page.getByText("A shed at Mill Lane 9").first()).toBeVisible()],
  ["list", () => `spaces/${things.space}?layout=list`, (page) => expect(page.getByText("A shed at Mill Lane 9").first()).toBeVisible()],
  ["procedures", () => `spaces/${things.space}/procedures`, (page) => expect(page.getByText("Fence permit").first()).toBeVisible()],
  ["designer", () => `procedures/${things.procedure}`, (page) => expect(page.getByRole("heading", { level: 1 })).toBeVisible()],
  ["process", () => `spaces/${things.space}/process`, (page) => expect(page.getByRole("tab", { name: "Process" }).or(page.getByRole("link", { name: "Process" })).first()).toBeVisible()],
  ["space documents", () => `spaces/${things.space}/documents`, (page) => expect(page.getByRole("button", { name: "Upload files" })).toBeVisible()],
  ["space settings", () => `spaces/${things.space}/settings`, (page) => expect(page.getByText("Clerk of Permits").first()).toBeVisible()],
  ["case", () => `cases/${found}`, (page) => expect(page.getByRole("textbox", { name: "Write into the thread" })).toBeVisible()],
  ["case data", () => `cases/${found}?tab=data`, (page) => expect(page.getByRole("cell", { name: "north" })).toBeVisible()],
  ["case e-mails", () => `cases/${found}?tab=emails`, (page) => expect(page.getByText("Your garage")).toBeVisible()],
  ["case runs", () => `cases/${found}?tab=runs`, (page) => expect(page.locator("[data-run]")).toBeVisible()],
  ["case history", () => `cases/${found}?tab=history`, (page) => expect(page.getByText("case commenced")).toBeVisible()],
  ["agents", () => "agents", (page) => expect(page.getByText("Clerk of Permits")).toBeVisible()],
  ["agent", () => `agents/${things.agent}`, (page) => expect(page.getByRole("figure", { name: "Runs by week" })).toBeVisible()],
  ["tools", () => "tools", (page) => expect(page.getByText("No tools of your own")).toBeVisible()],
  ["secrets", () => "secrets", (page) => expect(page.getByText("No secrets")).toBeVisible()],
  ["search", () => "search?q=garage", (page) => expect(page.locator("mark").first()).toBeVisible()],
  ["conversations", () => "coding", (page) => expect(page.getByText("Fix the gutter")).toBeVisible()],
  ["conversation", () => "coding/T-roof", (page) => expect(page.getByText("live", { exact: true })).toBeVisible()],
  ["weavers", () => "weavers", (page) => expect(page.getByText("begun").first()).toBeVisible()],
  ["weaver", () => `weavers/${weaver}`, (page) => expect(page.locator(".xterm-rows")).toContainText("$")],
  ["account", () => "account", (page) => expect(page.getByText("this one")).toBeVisible()],
  ["tokens", () => "personal-tokens", (page) => expect(page.getByRole("cell", { name: "tests", exact: true }).first()).toBeVisible()],
  ["members", () => "admin/members", (page) => expect(page.getByText("ada@town.example").first()).toBeVisible()],
  ["keys", () => "admin/keys", (page) => expect(page.getByRole("cell", { name: "tests", exact: true }).first()).toBeVisible()],
  ["audit", () => "admin/audit", (page) => expect(page.getByText("case.commenced").first()).toBeVisible()],
  ["spend", () => "admin/usage", (page) => expect(page.getByText("Tokens read")).toBeVisible()],
  ["spend of runs", () => "admin/usage?tab=runs", (page) => expect(page.getByRole("cell", { name: "rules" })).toBeVisible()],
  ["calls of models", () => "admin/usage?tab=calls", (page) => expect(page.getByText("No calls")).toBeVisible()],
  ["limits of models", () => "admin/usage?tab=limits", (page) => expect(page.getByRole("textbox", { name: "Most of limit 1" })).toBeVisible()],
  ["prices of models", () => "admin/usage?tab=prices", (page) => expect(page.getByRole("textbox", { name: "Model of price 1" })).toBeVisible()],
  ["workspace", () => "admin/workspace", (page) => expect(page.getByText("town-hall")).toBeVisible()],
];

const looks = [
  { name: "light", colorScheme: "light", viewport: { width: 1280, height: 800 } },
  { name: "dark", colorScheme: "dark", viewport: { width: 1280, height: 800 } },
  { name: "phone", colorScheme: "light", viewport: { width: 390, height: 844 } },
  { name: "phone, dark", colorScheme: "dark", viewport: { width: 390, height: 844 } },
] as const;

for (const { name: look, colorScheme, viewport } of looks) {
  test.describe(look, () => {
    test.use({ colorScheme, viewport });
    test(`every page, ${look}`, async ({ owner }) => {
      test.setTimeout(240_000);
      const complaints: string[] = [];
      owner.on("pageerror", (error) => complaints.push(error.message));
      owner.on("console", (message) => {
        // The browser also tells of each answer that is no success, such as that there is nothing to discover yet.
        const told = message.type() === "error" || message.type() === "warning";
        if (told && !message.text().includes("status of 409")) complaints.push(message.text());
      });
      for (const [name, path, ready] of pages) {
        await test.step(name, async () => {
          await owner.goto(`/town-hall/${path()}`);
          await ready(owner);
          if (process.env.SHOTS) await owner.screenshot({ path: join(process.env.SHOTS, `${name}, ${look}.png`) });
          const width = await owner.evaluate(() => document.documentElement.scrollWidth);
          expect.soft(width, `${name} is wider than the screen`).toBeLessThanOrEqual(viewport.width);
          await accessible(owner, name);
        });
      }
      expect(complaints).toEqual([]);
    });
  });
}
