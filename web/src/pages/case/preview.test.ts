import { expect, test } from "vitest";
import { formOf, plain } from "./preview.tsx";

test("what could run is shown as text or not at all", () => {
  const form = (mime_type: string, name = "x") => formOf({ mime_type, name });
  expect(form("image/svg+xml")).toBe("text");
  expect(form("text/html; charset=utf-8")).toBe("text");
  expect(form("application/octet-stream")).toBe("none");
  expect(form("application/octet-stream", "list.csv")).toBe("table");
  expect(form("text/csv")).toBe("table");
  expect(form("image/png")).toBe("image");
  expect(form("application/pdf")).toBe("pdf");
  expect(form("message/rfc822")).toBe("mail");
});

test("the text of a mail in HTML is its words", () => {
  expect(plain("<style>p{}</style><p>Dear town</p><p>hello<br>there</p><script>alert(1)</script>")).toBe("Dear town\nhello\nthere");
});
