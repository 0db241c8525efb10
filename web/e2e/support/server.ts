// A server of the tests' own: the built binary on a free port with an empty data folder.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { createHeddle, type Heddle } from "@heddle/sdk";

const run = promisify(execFile);

/** The binary under test. */
export const BINARY = process.env.HEDDLE_BINARY ?? "";

/** How it was started. */
interface Started {
  url: string;
  /** The address that sets it up; none once it has a workspace. */
  setup: string | null;
}

/** The owner that {@link Server.withOwner} makes. */
export const OWNER = { name: "Ada Byrne", email: "ada@town.example", password: "correct horse battery" };

/** A running server. */
export class Server {
  #process: ChildProcess | undefined;
  url = "";
  setup: string | null = null;

  private constructor(
    readonly folder: string,
    readonly env: Record<string, string>,
  ) {}

  /** Starts one with nothing in it. */
  static async start(env: Record<string, string> = {}): Promise<Server> {
    if (!BINARY) throw new Error("HEDDLE_BINARY must name the built heddle");
    const server = new Server(await mkdtemp(join(tmpdir(), "heddle-e2e-")), env);
    await server.begin();
    return server;
  }

  /** Starts one with a workspace, Town Hall, and its owner. */
  static async withOwner(env: Record<string, string> = {}): Promise<Server> {
    const server = await Server.start(env);
    await server.#post("/v1/setup", {
      token: new URL(server.setup ?? "").hash.replace("#token=", ""),
      workspace_name: "Town Hall",
      owner_name: OWNER.name,
      owner_email: OWNER.email,
      password: OWNER.password,
    });
    return server;
  }

  /** Starts the process; after {@link stop}, at the same address and on the same data. */
  async begin(): Promise<void> {
    const listen = this.url ? new URL(this.url).host : "127.0.0.1:0";
    const child = spawn(BINARY, ["serve", "--listen", listen, "--data-dir", this.folder, "--rate-limit", "0"], {
      env: { PATH: process.env.PATH ?? "", HOME: this.folder, HEDDLE_LOG: "warn", ...this.env },
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.#process = child;
    const started = await new Promise<Started>((resolve, reject) => {
      child.once("exit", (code) => reject(new Error(`heddle serve ended with ${code}`)));
      let url: string | null = null;
      createInterface({ input: child.stdout }).on("line", (line) => {
        const address = /^Heddle listens at (\S+)/.exec(line)?.[1];
        if (address) url = address;
        const setup = /(\S+\/setup\S*)/.exec(line)?.[1];
        // With a workspace nothing follows the first line.
        if (url && (setup || this.url)) resolve({ url, setup: setup ?? null });
      });
    });
    this.url = started.url;
    this.setup = started.setup;
  }

  /** Ends the process, keeps the data. */
  async stop(): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await ended;
  }

  /** Ends it and removes its data. */
  async end(): Promise<void> {
    await this.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Runs `heddle admin …` on the data and answers what it printed. */
  async admin(...args: string[]): Promise<unknown> {
    const { stdout } = await run(BINARY, ["admin", ...args], {
      env: { PATH: process.env.PATH ?? "", HOME: this.folder, HEDDLE_DATA_DIR: this.folder },
      maxBuffer: 64 << 20,
    });
    return JSON.parse(stdout);
  }

  /** A client as a user of the workspace town-hall, by a key of its own. */
  async client(email: string = OWNER.email): Promise<Heddle> {
    const made = (await this.admin("create-key", "--workspace", "town-hall", "--email", email, "--name", "tests")) as {
      api_key?: string;
      key?: string;
    };
    return createHeddle({ baseUrl: this.url, apiKey: made.api_key ?? made.key ?? "" });
  }

  async #post(path: string, json: unknown): Promise<void> {
    const response = await fetch(this.url + path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(json),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  }
}
