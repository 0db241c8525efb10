// What calls of models take and may take, against a provider that is played.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { body, type Heddle } from "@heddle/sdk";
import { expect, signIn, test as base } from "./support/test.ts";
import { OWNER, Server } from "./support/server.ts";

/** A server that can call one model, which always says the same. */
const test = base.extend<{ priced: Server }>({
  // eslint-disable-next-line no-empty-pattern
  priced: async ({}, provide) => {
    const chunk = (fields: object) => `data: ${JSON.stringify({ id: "1", object: "chat.completion.chunk", model: "weave-1", ...fields })}\n\n`;
    const provider = createServer((_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(chunk({ choices: [{ index: 0, delta: { role: "assistant", content: "Hello" }, finish_reason: null }] }));
      response.write(chunk({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }));
      response.write(chunk({ choices: [], usage: { prompt_tokens: 1000, completion_tokens: 200, total_tokens: 1200 } }));
      response.end("data: [DONE]\n\n");
    });
    await new Promise<void>((resolve) => provider.listen(0, "127.0.0.1", resolve));
    const server = await Server.withOwner({
      HEDDLE_LLM_COMPATIBLE: `local=http://127.0.0.1:${(provider.address() as AddressInfo).port}/v1`,
    });
    await provide(server);
    await server.end();
    provider.close();
  },
});

const call = (api: Heddle) =>
  body(
    api.loom.POST("/proxy/{provider}/complete", {
      params: { path: { provider: "local" } },
      body: { model: "weave-1", messages: [{ role: "user", content: "Hi" }] },
    }),
  );

test("a price is set, calls are listed at it, and a limit ends them", async ({ page, priced }) => {
  const api = await priced.client();
  await signIn(page, OWNER.email, OWNER.password, priced.url);
  await page.goto(`${priced.url}/town-hall/admin/usage?tab=prices`);
  await page.getByRole("button", { name: "Add a price" }).click();
  await page.getByRole("textbox", { name: "Model of price 1" }).fill("weave-1");
  await page.getByRole("textbox", { name: "Read, price 1" }).fill("10");
  await page.getByRole("textbox", { name: "Written, price 1", exact: true }).fill("100");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Calls cost this from now on.")).toBeVisible();

  await call(api);
  await page.getByRole("tab", { name: "Calls" }).click();
  const row = page.getByRole("row", { name: /weave-1/ });
  await expect(row).toContainText("1.0k");
  await expect(row).toContainText("$0.03");
  await page.getByRole("tab", { name: "Spend", exact: true }).click();
  await expect(page.getByRole("row", { name: /weave-1/ })).toContainText("$0.03");

  await page.getByRole("tab", { name: "Limits" }).click();
  await page.getByRole("button", { name: "Add a limit" }).click();
  await page.getByRole("textbox", { name: "Most of limit 1" }).fill("0.02");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("The limits hold from now on.")).toBeVisible();
  await expect(call(api)).rejects.toMatchObject({ code: "budget_exhausted" });
  await page.getByRole("checkbox", { name: "Asks, of limit 1" }).check();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("button", { name: "Save" })).toBeDisabled();
  await expect(call(api)).rejects.toMatchObject({ code: "confirmation_required" });
});
