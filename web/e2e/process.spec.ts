// The process of a space: map, table, paths, filters, and the cases behind each figure.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { accessible, expect, test } from "./support/test.ts";
import type { Server } from "./support/server.ts";

/** A space with the log of 60 cases: most go the straight way, some come back, one is odd. */
async function withLog(server: Server, name: string): Promise<string> {
  const api = await server.client();
  const made = await api.v1.POST("/v1/spaces", { body: { name } });
  const lines = ["case_id,activity,timestamp,resource"];
  const straight = ["Receive", "Check", "Decide", "Send"];
  for (let n = 0; n < 60; n += 1) {
    const path = n < 45 ? straight : n < 59 ? ["Receive", "Check", "Ask back", "Check", "Decide", "Send"] : ["Receive", "Withdraw"];
    path.forEach((activity, step) => {
      const at = new Date(Date.UTC(2026, 0, 5 + (n % 28), 8 + step, 0, 0)).toISOString();
      lines.push(`${name}-${n},${activity},${at},${step === 0 ? "Front desk" : "Cleo"}`);
    });
  }
  const file = join(server.folder, `${name}.csv`);
  await writeFile(file, lines.join("\n"));
  const space = made.data?.data.id ?? "";
  await server.admin("import-log", file, "--space", space, "--workspace", "town-hall");
  return space;
}

test("a space without cases says how to begin", async ({ owner, server }) => {
  const api = await server.client();
  const made = await api.v1.POST("/v1/spaces", { body: { name: "Bare" } });
  await owner.goto(`/town-hall/spaces/${made.data?.data.id ?? ""}/process`);
  await expect(owner.getByText("No cases yet")).toBeVisible();
  await expect(owner.getByText(/import-log FILE --space "Bare"/)).toBeVisible();
  await accessible(owner);
});

test("the map is drawn, and each of its parts leads to its cases", async ({ owner, server }) => {
  const space = await withLog(server, "Permits");
  await owner.goto(`/town-hall/spaces/${space}/process`);
  const check = owner.getByRole("button", { name: /^Check: done 73 times in 59 cases/ });
  await expect(check).toBeVisible();
  await expect(owner.getByRole("button", { name: /^Check to Decide: 59 times/ })).toBeAttached();
  await accessible(owner);

  // By keyboard.
  await check.focus();
  await owner.keyboard.press("Enter");
  const drawer = owner.getByRole("dialog", { name: "Check", exact: true });
  await expect(drawer.getByText("59 cases, newest first")).toBeVisible();
  await expect(drawer.getByRole("listitem")).toHaveCount(25);
  await drawer.getByRole("button", { name: "Page 3" }).click();
  await expect(drawer.getByRole("listitem")).toHaveCount(9);
  await accessible(owner);
  await owner.keyboard.press("Escape");
  await expect(drawer).toHaveCount(0);

  // The slider hides what is rare.
  const slider = owner.getByRole("slider", { name: "How much is shown" });
  await expect(owner.getByText(/6 of 6 activities/)).toBeVisible();
  await slider.focus();
  await owner.keyboard.press("Home");
  await expect(owner.getByText(/4 of 6 activities/)).toBeVisible();
  await expect(owner.getByRole("button", { name: /^Withdraw: / })).toHaveCount(0);
  await owner.keyboard.press("End");
  await expect(owner.getByRole("button", { name: /^Withdraw: / })).toBeVisible();

  // Arrows say how often, or how long is waited.
  await owner.getByRole("radiogroup", { name: "What arrows say" }).getByText("Waiting time").click();
  await expect(owner.locator(".react-flow__edgelabel-renderer").getByText("60 min").first()).toBeVisible();
});

test("the table says the same, and its rows lead to their cases", async ({ owner, server }) => {
  const space = await withLog(server, "Tables");
  await owner.goto(`/town-hall/spaces/${space}/process`);
  await owner.getByRole("radiogroup", { name: "How the process is shown" }).getByText("Table").click();
  const activities = owner.getByRole("table", { name: "Activities" });
  await expect(activities.getByRole("row", { name: /Ask back/ }).getByRole("cell")).toHaveText(["Ask back", "14", "14", "14", "0", "60 min"]);
  await accessible(owner);
  await owner.getByRole("button", { name: "Cases of Ask back to Check" }).click();
  await expect(owner.getByRole("dialog", { name: "Ask back → Check" }).getByText("14 cases, newest first")).toBeVisible();
  await owner.keyboard.press("Escape");

  await owner.getByRole("button", { name: /^Path 3: 1 cases/ }).click();
  const drawer = owner.getByRole("dialog", { name: "Path 3" });
  await expect(drawer.getByText("1 case, newest first")).toBeVisible();
  await owner.keyboard.press("Escape");
  await owner.getByRole("button", { name: "Cases worked on by Cleo" }).click();
  await owner.getByRole("dialog").getByRole("listitem").first().getByRole("link").click();
  await expect(owner).toHaveURL(/\/town-hall\/cases\//);
});

test("filters are in the address and count", async ({ owner, server }) => {
  const space = await withLog(server, "Filters");
  await owner.goto(`/town-hall/spaces/${space}/process`);
  const cases = owner.locator(".panel", { hasText: /^Cases/ }).first();
  await expect(cases).toContainText("60");
  await owner.getByLabel("Opened from").fill("2026-01-05");
  await owner.getByLabel("to", { exact: true }).fill("2026-01-06");
  await expect(cases).toContainText(/^Cases6$/);
  await expect(owner).toHaveURL(/from=2026-01-05&to=2026-01-06/);
  await owner.reload();
  await expect(cases).toContainText(/^Cases6$/);
  await owner.getByRole("button", { name: "Show all" }).click();
  await expect(cases).toContainText(/^Cases60$/);
  await owner.getByRole("combobox", { name: "Cases opened in a week" }).click();
  await owner.getByRole("option", { name: /^2026-01-05: / }).click();
  await expect(owner.getByRole("dialog", { name: "Opened in the week of 2026-01-05" }).getByText(/^\d+ cases, newest first$/)).toBeVisible();
});

test("open cases are counted by age, and a new procedure begins with what the past suggests", async ({ owner, server }) => {
  const space = await withLog(server, "Ages");
  const api = await server.client();
  for (const title of ["Fence", "Shed"]) await api.v1.POST("/v1/cases", { body: { space_id: space, title } });
  await owner.goto(`/town-hall/spaces/${space}/process`);
  await owner.getByRole("group", { name: "Intake, idle" }).getByRole("button", { name: "2 open for less than a day" }).click();
  await expect(owner.getByRole("dialog").getByRole("link", { name: "Shed" })).toBeVisible();
  await owner.keyboard.press("Escape");

  await owner.getByRole("tab", { name: "Procedures" }).click();
  await expect(owner.getByText("45 of 60 finished cases (75 %) took this path.")).toBeVisible();
  await accessible(owner);
  await owner.getByRole("button", { name: "Begin with this" }).click();
  await expect(owner.getByText(/45 of 60 finished cases \(75 %\) took this path; 3 different paths/)).toBeVisible();
  await expect(owner.getByRole("textbox", { name: "Name of stage 4" })).toHaveValue("Send");
});
