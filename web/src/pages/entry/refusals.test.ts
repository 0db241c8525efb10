import { expect, test } from "vitest";
import { refusal } from "./refusals.ts";

test("a word of the address is told in a sentence of ours, and nothing of the address is shown", () => {
  expect(refusal("access_denied", "GitHub")).toBe("You cancelled the sign-in at GitHub.");
  expect(refusal("provider_refused", undefined)).toBe("The provider refused the sign-in. Try again.");
  for (const word of ["toString", "__proto__", "Call 555-0100", ""]) {
    expect(refusal(word, "GitHub")).toBe("The sign-in did not work. Try again.");
  }
});
