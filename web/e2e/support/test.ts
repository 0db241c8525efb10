// What every browser test begins with.
import AxeBuilder from "@axe-core/playwright";
import { expect, test as base, type Page } from "@playwright/test";
import { OWNER, Server } from "./server.ts";

/** Tests with a server of the worker's own, which has a workspace and its owner. */
export const test = base.extend<{ owner: Page }, { server: Server; house: string }>({
  // A file that names a house of its own shares its server with no other file.
  house: ["shared", { option: true, scope: "worker" }],
  server: [
    // eslint-disable-next-line no-empty-pattern
    async ({}, provide) => {
      const server = await Server.withOwner();
      await provide(server);
      await server.end();
    },
    { scope: "worker" },
  ],
  baseURL: async ({ server }, provide) => provide(server.url),
  /** A page in which the owner is signed in. */
  owner: async ({ page }, provide) => {
    await signIn(page, OWNER.email, OWNER.password);
    await provide(page);
  },
});

/** Signs in by the page. */
export async function signIn(page: Page, email: string, password: string, url = ""): Promise<void> {
  await page.goto(`${url}/sign-in`);
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel(/^Password/).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL(/\/work$/);
}

/** Fails when the page breaks a rule of WCAG 2.1 AA that can be checked by a program; the test goes on. */
export async function accessible(page: Page, what = "the page"): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]).analyze();
  const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`);
  expect.soft(told, what).toEqual([]);
}

export { expect };
