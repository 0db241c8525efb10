import { expect, test } from "vitest";
import { first, ordered, pairs } from "./order.ts";

test("what is left empty is left to the server", () => {
  expect(ordered(first, "w1")).toEqual({ image: "local", org_id: "w1", lifetime_hours: 4, env: {}, tags: {} });
});

test("a command is read by a shell, amounts and tags go as they are typed", () => {
  const order = { ...first, command: ' echo "a b" ', memory: "512Mi", tags: ["job:roof", "odd"], env: "A=1=2\n\n B = x\n" };
  expect(ordered(order, "w1")).toMatchObject({
    command: ["bash", "-lc", 'echo "a b"'],
    resources: { memory_limit: "512Mi" },
    tags: { job: "roof", odd: "" },
    env: { A: "1=2", B: "x" },
  });
});

test("pairs are split at the first separator", () => {
  expect(pairs(["a:b:c", " ", "x"], ":")).toEqual({ a: "b:c", x: "" });
});
