import { MantineProvider } from "@mantine/core";
import { render } from "@testing-library/react";
import { expect, test } from "vitest";
import { safeAddress, WrittenText } from "./written.tsx";

function shown(text: string): HTMLElement {
  return render(
    <MantineProvider>
      <WrittenText text={text} />
    </MantineProvider>,
  ).container;
}

test("Markdown is shown, HTML is not taken for it", () => {
  const page = shown("**bold** <b onclick=alert(1)>x</b>\n\n<script>alert(2)</script>");
  expect(page.querySelector("strong")?.textContent).toBe("bold");
  expect(page.querySelector("script, b, [onclick]")).toBeNull();
  expect(page.textContent).toContain("alert(2)");
});

test("links go to the web and to mail only", () => {
  for (const address of ["javascript:alert(1)", "JAVASCRIPT:alert(1)", " javascript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd"]) {
    expect(safeAddress(address)).toBe("");
  }
  expect(["https://a.example/x", "mailto:a@b.example", "/town-hall/work"].map(safeAddress)).toEqual(["https://a.example/x", "mailto:a@b.example", "/town-hall/work"]);
  const link = shown("[x](https://a.example)").querySelector("a");
  expect(link?.getAttribute("rel")).toContain("noopener");
  expect(shown("[x](javascript:alert(1))").querySelector("a")).toBeNull();
});

test("pictures from elsewhere are links, so that reading tells nobody", () => {
  const page = shown("![a drawing](https://tracker.example/p.png)");
  expect(page.querySelector("img")).toBeNull();
  expect(page.querySelector("a")?.textContent).toBe("a drawing");
});

test("a mention is a name and no link", () => {
  const page = shown("@[Ben Oak](actor:01a20da0-3215-70e8-b66f-c9a268a2093f) look");
  expect(page.querySelector("a")).toBeNull();
  expect(page.textContent).toContain("Ben Oak");
});
