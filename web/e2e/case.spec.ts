// Working a case: alone, together, with an agent, and against what others may send.
import { body } from "@heddle/sdk";
import { accessible, expect, signIn, test } from "./support/test.ts";
import { openCase, permits, reachAgent, type Permits } from "./support/seed.ts";
import { OWNER } from "./support/server.ts";

let things: Permits;
test.beforeAll(async ({ server }) => {
  things = await permits(server, "Permits");
});

test("a person works a case: begins it, ticks its instructions, writes, attaches, resolves", async ({ owner }) => {
  const id = await openCase(things, "A fence at Mill Lane 4");
  await owner.goto(`/town-hall/cases/${id}`);
  await expect(owner.getByRole("heading", { level: 1, name: "A fence at Mill Lane 4" })).toBeVisible();
  await accessible(owner);

  // What cannot be done now says why.
  await owner.getByRole("button", { name: "What cannot be done now, and why" }).click();
  await expect(owner.getByRole("menu").getByText("Resolve", { exact: true })).toBeVisible();
  await owner.keyboard.press("Escape");

  await owner.getByRole("button", { name: "Commence" }).click();
  await expect(owner.getByRole("button", { name: "Resolve" })).toBeVisible();
  await owner.getByRole("checkbox", { name: "Confirm receipt" }).click();
  await expect(owner.getByRole("img", { name: "Completed" })).toHaveCount(1);

  const field = owner.getByRole("textbox", { name: "Write into the thread" });
  await field.click();
  await owner.keyboard.type("The drawing is **complete**");
  await owner.locator("input[type=file]").first().setInputFiles({ name: "drawing.txt", mimeType: "text/plain", buffer: Buffer.from("1.8 m") });
  await owner.keyboard.press("Control+Enter");
  const log = owner.getByRole("log");
  await expect(log.getByText("The drawing is complete")).toBeVisible();
  await expect(log.getByText("Added drawing.txt")).toBeVisible();

  await owner.getByRole("button", { name: "Resolve" }).click();
  await owner.getByLabel("What came of it?").fill("Permitted");
  await owner.getByRole("dialog").getByRole("button", { name: "Resolve" }).click();
  await expect(owner.getByRole("button", { name: "Reopen" })).toBeVisible();
  await owner.getByRole("tab", { name: "History" }).click();
  await expect(owner.getByText("case resolved")).toBeVisible();
  await accessible(owner);
});

test("an agent's proposal is approved in one browser while another watches", async ({ owner, browser, server }) => {
  const id = await openCase(things, "A shed at Mill Lane 9");
  const context = await browser.newContext({ baseURL: server.url });
  const watcher = await context.newPage();
  await signIn(watcher, OWNER.email, OWNER.password);
  await watcher.goto(`/town-hall/cases/${id}`);
  await expect(watcher.getByRole("heading", { level: 1 })).toHaveText("A shed at Mill Lane 9");

  await reachAgent(things, id);
  await owner.goto("/town-hall/work");
  await expect(owner.getByRole("heading", { name: "Decisions" })).toBeVisible();
  await accessible(owner);
  await owner.goto(`/town-hall/cases/${id}`);
  await expect(owner.locator("[data-proposal]")).toContainText("wants to set priority");
  await accessible(owner);
  await expect(watcher.locator("[data-proposal]")).toBeVisible();
  // Changed before it is approved.
  await owner.getByRole("button", { name: "Change…" }).click();
  await owner.getByLabel("What will be done instead").fill('{"priority": "low"}');
  await owner.getByRole("button", { name: "Approve as changed" }).click();

  await expect(watcher.locator("[data-proposal]")).toHaveCount(0);
  await expect(watcher.locator("[data-run]").getByText("succeeded")).toBeVisible();
  await expect(watcher.getByRole("combobox", { name: "Priority" }).or(watcher.getByLabel("Priority", { exact: true })).first()).toHaveValue("Low");
  // Each step, what went in and what came out.
  const run = watcher.locator("[data-run]");
  await run.getByRole("button", { name: /Clerk of Permits/ }).click();
  await run.getByRole("button", { name: /^set priority/ }).click();
  await expect(run.getByText("Out", { exact: true })).toBeVisible();
  await context.close();
});

test("of two people who edit the same text the later is told, sees both, and can merge", async ({ owner }) => {
  const id = await openCase(things, "A garage");
  await owner.goto(`/town-hall/cases/${id}`);
  await owner.getByRole("button", { name: "Change the title" }).click();
  await owner.getByLabel("Title").fill("A garage at Church Street");
  await body(things.api.v1.PATCH("/v1/cases/{id}", { params: { path: { id } }, body: { title: "A garage for two cars", priority: "high" } }));
  await owner.getByRole("button", { name: "Save" }).click();
  const dialog = owner.getByRole("dialog", { name: "Somebody else changed this meanwhile" });
  await expect(dialog.getByText("A garage for two cars")).toBeVisible();
  await accessible(owner);
  await dialog.getByLabel(/^Yours/).fill("A garage for two cars at Church Street");
  await dialog.getByRole("button", { name: "Save mine" }).click();
  await expect(owner.getByRole("heading", { level: 1 })).toHaveText("A garage for two cars at Church Street");
  const now = (await body(things.api.v1.GET("/v1/cases/{id}", { params: { path: { id } } }))).data;
  expect([now.title, now.priority]).toEqual(["A garage for two cars at Church Street", "high"]);
});

test("another field that changed meanwhile is no reason to ask", async ({ owner }) => {
  const id = await openCase(things, "A hedge");
  await owner.goto(`/town-hall/cases/${id}`);
  await owner.getByRole("button", { name: "Change the title" }).click();
  await owner.getByLabel("Title").fill("A hedge at Mill Lane");
  await body(things.api.v1.PATCH("/v1/cases/{id}", { params: { path: { id } }, body: { priority: "low" } }));
  await owner.getByRole("button", { name: "Save" }).click();
  await expect(owner.getByRole("heading", { level: 1 })).toHaveText("A hedge at Mill Lane");
  await expect(owner.getByRole("dialog")).toHaveCount(0);
});

test("nothing that others wrote runs: titles, Markdown, names and files", async ({ owner, server }) => {
  const asked: string[] = [];
  owner.on("request", (request) => {
    if (!request.url().startsWith(server.url)) asked.push(request.url());
  });
  let alerted = false;
  owner.on("dialog", (dialog) => {
    alerted = true;
    void dialog.dismiss();
  });
  const hostile = '<img src=x onerror=alert(1)><script>alert(2)</script>';
  const id = await openCase(things, hostile);
  const thread = (await body(things.api.v1.GET("/v1/cases/{id}", { params: { path: { id } } }))).data.thread_id;
  const content = [
    hostile,
    "[click](javascript:alert(3)) [data](data:text/html,<script>alert(4)</script>)",
    "![pixel](https://tracker.example/p.png)",
    '<iframe srcdoc="<script>alert(5)</script>"></iframe>',
    "@[x](actor:javascript:alert(6))",
  ].join("\n\n");
  await body(things.api.v1.POST("/v1/threads/{id}/activities", { params: { path: { id: thread } }, body: { type: "comment", content } }));
  const files = [
    ["evil.svg", "image/svg+xml", '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(7)"><script>alert(8)</script></svg>'],
    ["evil.html", "text/html", "<script>alert(9)</script><p>hello</p>"],
    ['"><script>alert(10)</script>.csv', "text/csv", "=cmd|' /C calc'!A0,<script>alert(11)</script>\n1,2"],
    ["evil.eml", "message/rfc822", "From: a@b.example\r\nSubject: <script>alert(12)</script>\r\nContent-Type: text/html\r\n\r\n<script>alert(13)</script><p>Dear town</p>"],
  ] as const;
  for (const [name, type, text] of files) {
    const form = new FormData();
    form.append("case_id", id);
    form.append("file", new Blob([text], { type }), name);
    const sent = await fetch(`${server.url}/v1/artifacts`, {
      method: "POST",
      body: form,
      headers: { authorization: `Bearer ${things.api.options.apiKey ?? ""}` },
    });
    expect(sent.status).toBe(201);
  }
  await owner.goto(`/town-hall/cases/${id}`);
  await expect(owner.getByRole("heading", { level: 1 })).toHaveText(hostile);
  const log = owner.getByRole("log");
  await expect(log.getByText("click")).toBeVisible();
  expect(await log.locator("script, iframe, img[src^=http]").count()).toBe(0);
  expect(await log.locator("a[href^='javascript:'], a[href^='data:']").count()).toBe(0);

  await owner.goto(`/town-hall/cases/${id}?tab=documents`);
  for (const [name, , shows] of [
    ["evil.svg", "", "onload="],
    ["evil.html", "", "<p>hello</p>"],
    ["script>.csv", "", "<script>alert(11)</script>"],
    ["evil.eml", "", "Dear town"],
  ] as const) {
    await owner.getByRole("button", { name: new RegExp(`^Show .*${name.replace(".", "\\.")}`) }).click();
    await expect(owner.getByRole("dialog").getByText(shows).first()).toBeVisible();
    await owner.keyboard.press("Escape");
    await expect(owner.getByRole("dialog")).toHaveCount(0);
  }
  // Opened by its address a file is saved, never shown as a page of this site.
  const artifacts = await body(things.api.v1.GET("/v1/artifacts", { params: { query: { case_id: id } } }));
  for (const { id: artifact } of artifacts.data) {
    const got = await owner.request.get(`/v1/artifacts/${artifact}/download`);
    expect(got.headers()["content-disposition"]).toMatch(/^attachment/);
    expect(got.headers()["x-content-type-options"]).toBe("nosniff");
    const shown = await owner.request.get(`/v1/artifacts/${artifact}/preview`);
    expect(shown.status() === 415 || (shown.headers()["content-type"] ?? "").startsWith("text/plain")).toBe(true);
  }
  expect(alerted).toBe(false);
  expect(asked).toEqual([]);
  const policy = (await owner.request.get("/")).headers()["content-security-policy"] ?? "";
  expect(/script-src ([^;]*)/.exec(policy)?.[1]).toBe("'self'");
});

test("a lost connection is told, and what happened meanwhile is there when it is back", async ({ owner, server }) => {
  const id = await openCase(things, "A pond");
  await owner.goto(`/town-hall/cases/${id}`);
  await expect(owner.getByRole("heading", { level: 1 })).toHaveText("A pond");
  await owner.getByRole("textbox", { name: "Write into the thread" }).click();
  await owner.keyboard.type("While you were away");
  await server.stop();
  await expect(owner.getByText("The connection is lost.")).toBeVisible();
  // What is sent now is refused, and kept.
  await owner.getByRole("button", { name: "Send" }).click();
  await expect(owner.getByText("The server cannot be reached.")).toBeVisible();
  await expect(owner.getByRole("textbox", { name: "Write into the thread" })).toContainText("While you were away");
  await server.begin();
  await body(things.api.v1.PATCH("/v1/cases/{id}", { params: { path: { id } }, body: { title: "A pond with fish" } }));
  await expect(owner.getByRole("heading", { level: 1 })).toHaveText("A pond with fish");
  await expect(owner.getByText("The connection is lost.")).toHaveCount(0);
});

test("who is named with @ finds it in their work, and search finds the words", async ({ owner, server }) => {
  await server.admin("create-user", "--workspace", "town-hall", "--email", "ben@town.example", "--name", "Ben Oak");
  const ben = await server.client("ben@town.example");
  const benId = (await body(ben.v1.GET("/v1/session"))).data.actor_id;
  await body(things.api.v1.POST("/v1/spaces/{id}/members", { params: { path: { id: things.space } }, body: { actor_id: benId, role: "member" } }));
  const id = await openCase(things, "A wall");
  await owner.goto(`/town-hall/cases/${id}`);
  await owner.getByRole("textbox", { name: "Write into the thread" }).click();
  await owner.keyboard.type("Please look, @Ben");
  await expect(owner.getByRole("option", { name: "Ben Oak" })).toBeVisible();
  await owner.keyboard.press("Enter");
  await owner.keyboard.type("the foundation is of quartzite");
  await owner.keyboard.press("Control+Enter");
  await expect(owner.getByRole("log").getByText("quartzite")).toBeVisible();
  const inbox = (await body(ben.v1.GET("/v1/inbox"))).data;
  expect(inbox.mentions.map(({ case: found }) => found?.title)).toEqual(["A wall"]);

  await owner.keyboard.press("Escape");
  await owner.getByRole("heading", { level: 1 }).click();
  await owner.keyboard.press("Control+K");
  const palette = owner.getByRole("dialog");
  await palette.getByLabel("Find").fill("quartz");
  await expect(palette.locator("mark").first()).toHaveText("quartz");
  await owner.keyboard.press("Enter");
  await expect(owner).toHaveURL(new RegExp(`/cases/${id}`));
});
