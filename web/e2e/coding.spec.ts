// Conversations with coding agents: listed, found, read as they grow, shared.
import { body } from "@heddle/sdk";
import { expect, test } from "./support/test.ts";

test.use({ house: "coding" });

const messages = [
  { role: "user", content: "The gutter leaks. Find **why**." },
  {
    role: "assistant",
    content: "I look into the folder.",
    tool_calls: [{ id: "c1", tool_name: "bash", arguments_json: { command: "grep -rn gutter src" } }],
  },
  { role: "tool", tool_call_id: "c1", content: "src/roof.rs:12: // gutter <script>alert(1)</script>" },
  { role: "assistant", content: "It is in `src/roof.rs`." },
];

test("a conversation is found, read as it grows, and shown to whoever has its link", async ({ owner, server, browser }) => {
  const api = await server.client();
  const path = { id: "T-roof" };
  const save = (more: object[], title = "Fix the gutter") =>
    body(
      api.loom.PUT("/api/threads/{id}", {
        params: { path },
        body: { id: "T-roof", title, workspace: "/home/ada/roof", messages: [...messages, ...more], git: { branch: "leaks" } } as never,
      }),
    );
  await save([]);

  await owner.goto("/");
  await owner.getByRole("link", { name: "Conversations" }).click();
  await expect(owner.getByText("Fix the gutter")).toBeVisible();
  await owner.getByRole("textbox", { name: "Words" }).fill("absent");
  await expect(owner.getByText("Nothing has all of these words")).toBeVisible();
  await owner.getByRole("textbox", { name: "Words" }).fill("leaks gutter");
  await owner.getByRole("link", { name: /Fix the gutter/ }).click();

  const list = owner.getByRole("list", { name: "Messages" });
  await expect(list.getByRole("listitem")).toHaveCount(3);
  await expect(owner.getByText("live", { exact: true })).toBeVisible();
  // A call shows what it was given and what came of it, and nothing of that runs.
  await list.getByRole("button", { name: /bash/ }).click();
  await expect(owner.getByRole("region", { name: "Output" })).toContainText("<script>alert(1)</script>");

  // It grows while it is on screen, without being asked for again.
  await save([{ role: "user", content: "Mend it." }]);
  await expect(list.getByRole("listitem")).toHaveCount(4);
  await expect(list).toContainText("Mend it.");
  await expect(owner.getByText("5 messages")).toBeVisible();

  await owner.getByRole("button", { name: "More" }).click();
  await owner.getByRole("menuitem", { name: "Earlier versions" }).click();
  await owner.getByRole("combobox", { name: "Version" }).click();
  await owner.getByRole("option", { name: /Version 1/ }).click();
  await expect(list.getByRole("listitem")).toHaveCount(3);
  await owner.getByRole("combobox", { name: "Version" }).click();
  await owner.getByRole("option", { name: "As it is now" }).click();
  await expect(list.getByRole("listitem")).toHaveCount(4);

  // Public, with a link that needs no account.
  await owner.getByRole("button", { name: "Share" }).click();
  await owner.getByRole("radio", { name: /whoever has a link/ }).check();
  await owner.getByRole("button", { name: "Make a link" }).click();
  const url = await owner.getByTestId("share-link").innerText();
  const stranger = await (await browser.newContext()).newPage();
  await stranger.goto(new URL(url).pathname);
  await expect(stranger.getByRole("heading", { name: "Fix the gutter" })).toBeVisible();
  await expect(stranger.getByText("Mend it.")).toBeVisible();
  await owner.getByRole("button", { name: "Withdraw" }).click();
  await expect(owner.getByText(/Link of/)).toHaveCount(0);
  await stranger.reload();
  await expect(stranger.getByText("This link is not there")).toBeVisible();
  await owner.getByRole("button", { name: "Done" }).click();
  await expect(owner.getByText("public by link")).toBeVisible();

  await owner.getByRole("button", { name: "More" }).click();
  await owner.getByRole("menuitem", { name: "Delete" }).click();
  await owner.getByRole("button", { name: "Delete", exact: true }).click();
  await expect(owner.getByText("No conversations yet")).toBeVisible();
});
