// Coming in: first run, signing in and out, invitations, tokens, a session that ends.
import { accessible, expect, test } from "./support/test.ts";
import { OWNER, Server } from "./support/server.ts";

test("the first visitor with the printed address sets the server up, and nobody can again", async ({ page }) => {
  const server = await Server.start();
  try {
    await page.goto(`${server.url}/`);
    await expect(page.getByRole("heading", { name: "Set up Heddle" })).toBeVisible();
    // Without the token there is a field for it, and a wrong one is refused.
    await page.getByLabel("Workspace").fill("Town Hall");
    await page.getByLabel("Your name").fill(OWNER.name);
    await page.getByLabel("E-mail address").fill(OWNER.email);
    await page.getByLabel(/^Password/).fill(OWNER.password);
    await page.getByLabel("Set-up token").fill("guessed");
    await page.getByRole("button", { name: "Begin" }).click();
    await expect(page.getByRole("alert")).toBeVisible();

    await page.goto(server.setup ?? "");
    await accessible(page);
    await page.getByLabel("Workspace").fill("Town Hall");
    await page.getByLabel("Your name").fill(OWNER.name);
    await page.getByLabel("E-mail address").fill(OWNER.email);
    await page.getByLabel(/^Password/).fill("short");
    await page.getByRole("button", { name: "Begin" }).click();
    await expect(page.getByText(/at least 10/i).last()).toBeVisible();
    // What was typed is still there.
    await expect(page.getByLabel("Workspace")).toHaveValue("Town Hall");
    await page.getByLabel(/^Password/).fill(OWNER.password);
    await page.getByRole("button", { name: "Begin" }).click();
    await expect(page).toHaveURL(/\/town-hall\/work$/);

    await page.goto(server.setup ?? "");
    await expect(page.getByRole("heading", { name: "Heddle is set up already" })).toBeVisible();
  } finally {
    await server.end();
  }
});

test("a wrong password says the same as an unknown address", async ({ page }) => {
  await page.goto("/sign-in");
  await accessible(page);
  const said: string[] = [];
  for (const email of [OWNER.email, "nobody@town.example"]) {
    await page.getByLabel("E-mail address").fill(email);
    await page.getByLabel(/^Password/).fill("wrong wrong wrong");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(page.getByRole("alert")).toBeVisible();
    said.push(await page.getByRole("alert").innerText());
    await page.reload();
  }
  expect(said[0]).toBe(said[1]);
});

test("a page that was asked for is shown after sign-in, but never one of another site", async ({ page }) => {
  await page.goto("/town-hall/agents");
  await expect(page).toHaveURL(/sign-in\?next=/);
  await page.getByLabel("E-mail address").fill(OWNER.email);
  await page.getByLabel(/^Password/).fill(OWNER.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL(/\/town-hall\/agents$/);

  await page.getByRole("button", { name: /^Account of/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/sign-in/);
  await page.goto("/sign-in?next=//evil.example/x");
  await page.getByLabel("E-mail address").fill(OWNER.email);
  await page.getByLabel(/^Password/).fill(OWNER.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL(/\/town-hall\/work$/);
});

test("an invited person joins, is a member, and does not see the administration", async ({ owner, browser, server }) => {
  await owner.goto("/town-hall/admin/members");
  await accessible(owner);
  await owner.getByRole("button", { name: "Invite" }).click();
  await owner.getByLabel("E-mail address").fill("cleo@town.example");
  await owner.getByRole("dialog").getByRole("button", { name: "Invite" }).click();
  const address = await owner.getByTestId("invitation").innerText();

  const context = await browser.newContext({ baseURL: server.url });
  const cleo = await context.newPage();
  await cleo.goto(address);
  await expect(cleo.getByRole("heading", { name: "Join Town Hall" })).toBeVisible();
  await accessible(cleo);
  await cleo.getByLabel("Your name").fill("Cleo Marsh");
  await cleo.getByLabel(/^Choose a password/).fill("battery horse correct");
  await cleo.getByRole("button", { name: "Join" }).click();
  await expect(cleo).toHaveURL(/\/town-hall\/work$/);
  await expect(cleo.getByRole("link", { name: "Administration" })).toHaveCount(0);
  await cleo.goto("/town-hall/admin/members");
  await expect(cleo.getByRole("heading", { name: "This page is not there" })).toBeVisible();

  // The address works once.
  const other = await (await browser.newContext()).newPage();
  await other.goto(address);
  await expect(other.getByRole("heading", { name: "This invitation is over" })).toBeVisible();

  // Deactivated, the session ends at once.
  await owner.reload();
  await owner.getByRole("button", { name: "What can be done with Cleo Marsh" }).click();
  await owner.getByRole("menuitem", { name: "Deactivate" }).click();
  await owner.getByRole("dialog").getByRole("button", { name: "Deactivate" }).click();
  await expect(owner.getByText("deactivated")).toBeVisible();
  await cleo.goto("/town-hall/work");
  await expect(cleo).toHaveURL(/\/sign-in/);
  await context.close();
});

test("the command line's address makes a token that works until it is revoked", async ({ owner, server }) => {
  await owner.goto("/personal-tokens?autoCreate=true&name=Interloom%20CLI");
  await expect(owner).toHaveURL(/\/town-hall\/personal-tokens/);
  await expect(owner.getByLabel("What is it for?")).toHaveValue("Interloom CLI");
  await owner.getByRole("button", { name: "Make it" }).click();
  const token = await owner.getByTestId("token").innerText();
  const ask = () => fetch(`${server.url}/v1/spaces`, { headers: { authorization: `Bearer ${token}` } });
  expect((await ask()).status).toBe(200);
  await owner.getByRole("button", { name: "I have it" }).click();
  await accessible(owner);
  await owner.getByRole("button", { name: "Revoke Interloom CLI" }).click();
  await owner.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await expect(owner.getByText("revoked", { exact: true })).toBeVisible();
  expect((await ask()).status).toBe(401);
});

test("a session that ends in the middle of typing keeps the text", async ({ owner, server }) => {
  const api = await server.client();
  const { data: spaces } = (await api.v1.GET("/v1/spaces")).data ?? { data: [] };
  const made = await api.v1.POST("/v1/cases", { body: { space_id: spaces[0]?.id ?? "", title: "A fence at Mill Lane 4" } });
  const id = made.data?.data.id ?? "";
  await owner.goto(`/town-hall/cases/${id}`);
  const field = owner.getByRole("textbox", { name: "Write into the thread" });
  await field.click();
  await owner.keyboard.type("The neighbour has no objection");
  // Somebody ends the session elsewhere.
  const csrf = (await owner.context().cookies()).find(({ name }) => name === "heddle_csrf")?.value ?? "";
  expect((await owner.request.delete("/v1/session", { headers: { "x-csrf-token": csrf } })).status()).toBe(200);
  await owner.getByRole("button", { name: "Send" }).click();
  const dialog = owner.getByRole("dialog", { name: "Sign in again" });
  await expect(dialog).toBeVisible();
  await dialog.getByLabel(/^Password of/).fill(OWNER.password);
  await dialog.getByRole("button", { name: "Sign in" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(field).toContainText("The neighbour has no objection");
  await owner.getByRole("button", { name: "Send" }).click();
  await expect(owner.getByRole("log").getByText("The neighbour has no objection")).toBeVisible();
  await expect(field).not.toContainText("objection");
});

test("the address of nothing says so", async ({ owner }) => {
  await owner.goto("/town-hall/cases/01a20da0-3215-70e8-b66f-c9a268a2093f");
  await expect(owner.getByRole("heading", { name: "This case is not there" })).toBeVisible();
  await owner.goto("/town-hall/nowhere");
  await expect(owner.getByRole("heading", { name: "This page is not there" })).toBeVisible();
  await owner.goto("/no-such-workspace/work");
  await expect(owner.getByRole("heading", { name: "This page is not there" })).toBeVisible();
});


test("a program that shows a code is let in by whoever is signed in, or stays out", async ({ owner, server }) => {
  const post = async (path: string, body: object) => {
    const response = await fetch(`${server.url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", "user-agent": "loom/linux/1a2b3c" },
      body: JSON.stringify(body),
    });
    return (await response.json()) as Record<string, string>;
  };
  const first = await post("/auth/device/start", {});
  // The address with the code in it, as a program opens it; the other spelling is the same page.
  await owner.goto(`/auth/device?code=${first.user_code}`);
  await accessible(owner);
  await owner.getByRole("button", { name: "Go on" }).click();
  await expect(owner.getByText("loom/linux/1a2b3c")).toBeVisible();
  await expect(owner.getByText("Ada Byrne in Town Hall")).toBeVisible();
  await accessible(owner);
  await owner.getByRole("button", { name: "Approve" }).click();
  await expect(owner.getByRole("heading", { name: "The program is let in" })).toBeVisible();
  expect((await post("/auth/device/poll", { device_code: first.device_code ?? "" })).access_token).toMatch(/^loom_at_/);

  const second = await post("/auth/device/start", { client: "An editor" });
  await owner.goto("/device");
  await owner.getByLabel("Code").fill("BCDF-2222");
  await owner.getByRole("button", { name: "Go on" }).click();
  await expect(owner.getByRole("alert")).toContainText("No program shows this code");
  await owner.getByLabel("Code").fill((second.user_code ?? "").toLowerCase());
  await owner.getByRole("button", { name: "Go on" }).click();
  await owner.getByRole("button", { name: "Deny" }).click();
  await expect(owner.getByRole("heading", { name: "The program stays out" })).toBeVisible();
  expect((await post("/auth/device/poll", { device_code: second.device_code ?? "" })).error).toBe("access_denied");
});

test("people sign in at the providers that are set up, and are told what went wrong there", async ({ page }) => {
  const server = await Server.withOwner({ LOOM_SERVER_GITHUB_CLIENT_ID: "id", LOOM_SERVER_GITHUB_CLIENT_SECRET: "secret" });
  try {
    await page.goto(`${server.url}/sign-in?error=not_invited&provider=github&next=/town-hall/agents`);
    await expect(page.getByRole("alert")).toContainText("Ask an admin of your workspace to invite you");
    await accessible(page);
    const button = page.getByRole("link", { name: "Sign in with GitHub" });
    await expect(button).toHaveAttribute("href", "/auth/login/github?redirect_uri=%2Ftown-hall%2Fagents");
    // What comes back without having been sent away ends on the page again.
    await page.goto(`${server.url}/auth/callback/github?code=1&state=1`);
    await expect(page.getByRole("alert")).toContainText("not begun in this browser");
    await page.goto(`${server.url}/sign-in?error=access_denied&provider=github`);
    await expect(page.getByRole("alert")).toContainText("You cancelled the sign-in at GitHub");
  } finally {
    await server.end();
  }
});
