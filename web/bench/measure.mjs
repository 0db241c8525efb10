// Measures the web app in Chromium against a server of its own, and prints the figures as JSON:
//   HEDDLE_BINARY=… node --conditions=heddle-source web/bench/measure.mjs
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const CASES = { small: 100, large: 100_000 };
const TIMES = 9;
const EVENTS = 40;

const binary = process.env.HEDDLE_BINARY;
if (!binary) throw new Error("HEDDLE_BINARY must name the built heddle");
const folder = mkdtempSync(join(tmpdir(), "heddle-bench-"));
const env = { PATH: process.env.PATH, HOME: folder, HEDDLE_DATA_DIR: folder, HEDDLE_LOG: "warn" };
const server = spawn(binary, ["serve", "--listen", "127.0.0.1:0", "--rate-limit", "0"], { env, stdio: ["ignore", "pipe", "inherit"] });

/** The middle one. */
function median(values) {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];
}

async function main() {
  const lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
  const base = /http\S+/.exec((await lines.next()).value)[0];
  const token = /token=(\S+)/.exec((await lines.next()).value)[1];
  const person = { email: "ada@town.example", password: "correct horse battery" };
  const setup = { token, workspace_name: "Town Hall", owner_name: "Ada Byrne", owner_email: person.email, password: person.password };
  const post = (path, body, headers = {}) =>
    fetch(base + path, { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json", ...headers } });
  await post("/v1/setup", setup);
  const made = JSON.parse(execFileSync(binary, ["admin", "create-key", "--workspace", "town-hall", "--email", person.email], { env }));
  const authorization = `Bearer ${made.api_key ?? made.key}`;
  const api = async (method, path, body) => {
    const response = await fetch(base + path, {
      method,
      headers: { authorization, "content-type": "application/json" },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  };

  const spaces = {};
  for (const [size, count] of Object.entries(CASES)) {
    spaces[size] = (await api("POST", "/v1/spaces", { name: `A ${size} space` })).data.id;
    const manifest = Array.from({ length: count }, (_, n) => JSON.stringify({ title: `A fence at Mill Lane ${n}`, external_id: `${n}` })).join("\n");
    const form = new FormData();
    form.append("space_id", spaces[size]);
    form.append("manifest", new Blob([manifest]), "cases.jsonl");
    const sent = await fetch(`${base}/api/v1/public/case-ingestions`, { method: "POST", body: form, headers: { authorization } });
    const { id } = await sent.json();
    for (let done = false; !done; ) {
      const found = await api("GET", `/api/v1/public/case-ingestions/${id}`);
      done = !["pending", "queued", "running", "processing"].includes(String(found.status).toLowerCase());
      if (!done) await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  const watched = (await api("POST", "/v1/cases", { space_id: spaces.small, title: "Watched 0" })).data.id;

  const browser = await chromium.launch({
    executablePath: process.env.HEDDLE_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
  const context = await browser.newContext({ baseURL: base, viewport: { width: 1280, height: 800 } });
  await context.request.post("/v1/session", { data: person });

  // What the first page takes before it works, as it comes over the wire, with nothing kept from before.
  const fresh = await browser.newContext({ baseURL: base, storageState: await context.storageState() });
  const first = await fresh.newPage();
  const wire = await fresh.newCDPSession(first);
  await wire.send("Network.enable");
  const scripts = new Set();
  let scriptBytes = 0;
  wire.on("Network.responseReceived", ({ requestId, type }) => type === "Script" && scripts.add(requestId));
  wire.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    if (scripts.has(requestId)) scriptBytes += encodedDataLength;
  });
  await first.goto("/town-hall/work");
  await first.getByText("Nothing waits for you").waitFor();
  await fresh.close();

  const page = await context.newPage();
  const board = async (space) => {
    const begun = performance.now();
    await page.goto(`/town-hall/spaces/${space}?layout=board`);
    await page.locator("[data-case]").first().waitFor();
    return performance.now() - begun;
  };
  const times = { small: [], large: [] };
  for (let n = 0; n < TIMES; n += 1) for (const size of Object.keys(times)) times[size].push(await board(spaces[size]));

  // From just before one asks to what another sees.
  const live = [];
  await page.goto(`/town-hall/cases/${watched}`);
  await page.getByRole("heading", { level: 1, name: "Watched 0" }).waitFor();
  for (let n = 1; n <= EVENTS; n += 1) {
    const seen = page.waitForFunction((title) => document.querySelector("h1")?.textContent === title, `Watched ${n}`, { polling: "raf" });
    const begun = performance.now();
    await api("PATCH", `/v1/cases/${watched}`, { title: `Watched ${n}` });
    await seen;
    live.push(performance.now() - begun);
  }
  await browser.close();
  console.log(
    JSON.stringify({
      script_bytes: scriptBytes,
      board_small_ms: median(times.small),
      board_large_ms: median(times.large),
      live_ms: median(live),
    }),
  );
}

try {
  await main();
} finally {
  server.kill();
  await new Promise((resolve) => (server.exitCode === null ? server.once("exit", resolve) : resolve()));
  rmSync(folder, { recursive: true, force: true });
}
