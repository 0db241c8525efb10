// What somebody may not do is hidden or explained.
import { body } from "@heddle/sdk";
import { expect, signIn, test } from "./support/test.ts";
import { openCase, permits } from "./support/seed.ts";

test("an observer sees a case, and is told what is not theirs to do", async ({ page, server }) => {
  const things = await permits(server, "Observed");
  const id = await openCase(things, "A tower");
  const { api } = things;
  await body(api.v1.POST("/v1/cases/{id}/commence", { params: { path: { id } } }));
  const invited = (await body(api.v1.POST("/v1/invitations", { body: { email: "olga@town.example", role: "member", space_ids: [] } }))).data;
  await body(
    api.v1.POST("/v1/invitations/accept", {
      body: { token: new URL(invited.url).hash.replace("#token=", ""), name: "Olga Reed", password: "watching is enough" },
    }),
  );
  const olga = (await body(api.v1.GET("/v1/members", { params: { query: { q: "olga" } } }))).data[0];
  await body(
    api.v1.POST("/v1/spaces/{id}/members", {
      params: { path: { id: things.space } },
      body: { actor_id: olga?.actor_id ?? "", role: "observer" },
    }),
  );

  await signIn(page, "olga@town.example", "watching is enough");
  await page.goto(`/town-hall/cases/${id}`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("A tower");
  // No step is offered, and the list says why.
  await expect(page.getByRole("button", { name: "Resolve" })).toHaveCount(0);
  await page.getByRole("button", { name: "What cannot be done now, and why" }).click();
  await expect(page.getByRole("menu")).toContainText(/member|observer|role/i);
  await page.keyboard.press("Escape");
  // What is tried all the same is refused with the reason, and shown as it is.
  const box = page.getByRole("checkbox", { name: "Confirm receipt" });
  await box.click();
  await expect(page.getByText("That did not work")).toBeVisible();
  await expect(box).not.toBeChecked();
  // What is not theirs at all is not there.
  const hidden = await openCase(await permits(server, "Hidden"), "A secret tower");
  await page.goto(`/town-hall/cases/${hidden}`);
  await expect(page.getByRole("heading", { name: "This case is not there" })).toBeVisible();
});

test("a file that is too large is refused with its reason, and the text stays", async ({ browser }) => {
  const { Server, OWNER } = await import("./support/server.ts");
  const small = await Server.withOwner({ HEDDLE_MAX_UPLOAD: "1000" });
  try {
    const things = await permits(small, "Small");
    const id = await openCase(things, "A file");
    const page = await (await browser.newContext({ baseURL: small.url })).newPage();
    await signIn(page, OWNER.email, OWNER.password);
    await page.goto(`/town-hall/cases/${id}`);
    const field = page.getByRole("textbox", { name: "Write into the thread" });
    await field.click();
    await page.keyboard.type("With the plan");
    await page.locator("input[type=file]").first().setInputFiles({ name: "plan.bin", mimeType: "application/octet-stream", buffer: Buffer.alloc(5000) });
    await page.getByRole("button", { name: "Send" }).click();
    await expect(page.getByText("That did not work")).toBeVisible();
    await expect(page.getByText(/1,?000 bytes|larger|too large|at most/i).first()).toBeVisible();
    await expect(field).toContainText("With the plan");
    await expect(page.getByText("plan.bin")).toBeVisible();
  } finally {
    await small.end();
  }
});
