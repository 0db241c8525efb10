import { expect, test } from "vitest";
import { body, createHeddle, HeddleError } from "../src/index.js";
import { serve } from "./server.js";

function json(status: number, value: unknown, headers: Record<string, string> = {}) {
  return { status, value, headers };
}

async function answering(reply: ReturnType<typeof json>) {
  const seen: { method?: string; url?: string; headers: Record<string, unknown> }[] = [];
  const url = await serve((request, response) => {
    seen.push({ method: request.method ?? "", url: request.url ?? "", headers: request.headers });
    response.writeHead(reply.status, { "content-type": "application/json", ...reply.headers });
    response.end(JSON.stringify(reply.value));
  });
  return { url, seen };
}

test("a call answers the parsed body and sends the key", async () => {
  const { url, seen } = await answering(json(200, { data: { id: "1" }, meta: {} }));
  const heddle = createHeddle({ baseUrl: url, apiKey: "hd_x" });
  const found = await body(heddle.v1.GET("/v1/cases/{id}", { params: { path: { id: "a/b" } } }));
  expect(found.data).toEqual({ id: "1" });
  expect(seen[0]).toMatchObject({ method: "GET", url: "/v1/cases/a%2Fb", headers: { authorization: "Bearer hd_x" } });
});

test("without a key the session's token goes with calls that change something, and only with these", async () => {
  const { url, seen } = await answering(json(200, { data: {}, meta: {} }));
  const heddle = createHeddle({ baseUrl: url, csrfToken: () => "t0ken" });
  await heddle.v1.GET("/v1/spaces");
  await heddle.v1.POST("/v1/spaces", { body: { name: "Permits" } });
  expect(seen.map(({ headers }) => headers["x-csrf-token"])).toEqual([undefined, "t0ken"]);
});

test("an error tells its code, its fields and the request", async () => {
  const error = { code: "validation_error", message: "title must not be blank", fields: [{ path: "title", message: "blank" }] };
  const { url } = await answering(json(422, { error }, { "x-request-id": "r1" }));
  const call = createHeddle({ baseUrl: url, apiKey: "k" }).v1.POST("/v1/spaces", { body: { name: " " } });
  const failure = await call.then(() => null, (reason: unknown) => reason);
  expect(failure).toBeInstanceOf(HeddleError);
  expect(failure).toMatchObject({ status: 422, code: "validation_error", requestId: "r1", fields: [{ path: "title", message: "blank" }] });
});

test("an answer that is no JSON is an error with its status", async () => {
  const url = await serve((_, response) => {
    response.writeHead(502, { "content-type": "text/html" });
    response.end("<h1>Bad gateway</h1>");
  });
  await expect(createHeddle({ baseUrl: url, apiKey: "k" }).v1.GET("/v1/spaces")).rejects.toMatchObject({ status: 502, code: "unknown" });
});

test("too many requests tell when to come back", async () => {
  const { url } = await answering(json(429, { error: { code: "rate_limit_exceeded", message: "slow" } }, { "retry-after": "7" }));
  await expect(createHeddle({ baseUrl: url, apiKey: "k" }).v1.GET("/v1/spaces")).rejects.toMatchObject({ retryAfter: 7 });
});

test("no answer is an error of its own", async () => {
  const url = await serve((request) => request.socket.destroy());
  await expect(createHeddle({ baseUrl: url, apiKey: "k" }).v1.GET("/v1/spaces")).rejects.toMatchObject({ status: 0, code: "unreachable" });
});
