// A sandbox with a terminal: begun, typed into, seen by two, and ended.
import { accessible, expect, test } from "./support/test.ts";

test.use({ house: "weavers" });

test("a weaver is begun, typed into from two windows, and ended", async ({ owner, context }) => {
  await owner.goto("/");
  await owner.getByRole("link", { name: "Weavers" }).click();
  await expect(owner.getByText("No weavers")).toBeVisible();
  await accessible(owner, "no weavers");
  await owner.getByRole("button", { name: "New weaver" }).click();
  await owner.getByLabel("Image").fill("debian:12");
  await owner.getByRole("button", { name: "Begin" }).click();
  // What is refused says what there is instead, and loses nothing.
  await expect(owner.getByRole("alert")).toContainText("local");
  await expect(owner.getByLabel("Image")).toHaveValue("debian:12");
  await owner.getByLabel("Image").fill("local");
  await owner.getByRole("combobox", { name: "Tags" }).fill("task:roof");
  await owner.getByRole("button", { name: "Begin" }).click();

  const terminal = owner.getByTestId("terminal");
  const rows = terminal.locator(".xterm-rows");
  await expect(rows).toContainText("$");
  await terminal.click();
  await owner.keyboard.type("echo warp-$((6*7))\n");
  await expect(rows).toContainText("warp-42");
  // The size of the window is the program's.
  await owner.keyboard.type("stty size\n");
  await expect(rows).toContainText(/\d+ \d{2,}/);

  // Who comes later sees what was shown, and both see what either types.
  const second = await context.newPage();
  await second.goto(owner.url());
  const others = second.getByTestId("terminal").locator(".xterm-rows");
  await expect(others).toContainText("warp-42");
  await second.getByTestId("terminal").click();
  await second.keyboard.type("echo weft-$((3*3))\n");
  await expect(rows).toContainText("weft-9");
  await accessible(owner, "a weaver");

  await owner.keyboard.press("ControlOrMeta+End");
  await terminal.click();
  await owner.keyboard.type("exit 3\n");
  await expect(owner.getByText("Its program ended with 3.")).toBeVisible();
  await expect(owner.getByText("failed")).toBeVisible();
  await owner.getByRole("link", { name: "Weavers" }).click();
  await expect(owner.getByText("task: roof")).toBeVisible();
  await owner.getByRole("link", { name: /loom-weaver/ }).click();
  await owner.getByRole("button", { name: "End", exact: true }).click();
  await owner.getByRole("dialog").getByRole("button", { name: "End" }).click();
  await expect(owner.getByText("No weavers")).toBeVisible();
});
