import createClient, { type Client, type ClientOptions, type Middleware } from "openapi-fetch";
import { HeddleError } from "./error.js";
import type { paths as PublicPaths } from "./schema/interloom-public.js";
import type { paths as V1Paths } from "./schema/interloom-v1.js";
import type { paths as LoomPaths } from "./schema/loom.js";

/** How to reach a server, and as whom. */
export interface Options {
  /** Where the server is, such as `https://heddle.example`; in a page of the server itself, nothing. */
  baseUrl?: string;
  /** An API key. Without one the browser's session cookie is used. */
  apiKey?: string;
  /** The CSRF token of the session; asked for at each call that changes something. */
  csrfToken?: () => string | null;
  /** Called instead of the global `fetch`. */
  fetch?: ClientOptions["fetch"];
  /** Used instead of the global `WebSocket`, which Node has from version 22 on. */
  WebSocket?: new (url: string) => WebSocket;
}

/** The APIs of a server. Calls answer the parsed body and throw a {@link HeddleError} for everything but success. */
export interface Heddle {
  /** `/v1`: everything about cases. */
  v1: Client<V1Paths>;
  /** `/api/v1/public`: the slimmer API of the command line. */
  public: Client<PublicPaths>;
  /** `/api`, `/auth`, `/proxy`: conversations with coding agents, weavers, calls of models. */
  loom: Client<LoomPaths>;
  /** What {@link followEvents} and the others that keep a connection need. */
  options: Options;
}

/** Makes a client. It keeps no connection and no state. */
export function createHeddle(options: Options = {}): Heddle {
  const settings: ClientOptions = { baseUrl: options.baseUrl ?? "" };
  if (options.fetch) settings.fetch = options.fetch;
  const v1 = createClient<V1Paths>(settings);
  const slim = createClient<PublicPaths>(settings);
  const loom = createClient<LoomPaths>(settings);
  const layer = middleware(options);
  v1.use(layer);
  slim.use(layer);
  loom.use(layer);
  return { v1, public: slim, loom, options };
}

/** The headers that say who calls. */
export function credentials(options: Options, method: string): Record<string, string> {
  if (options.apiKey !== undefined) return { authorization: `Bearer ${options.apiKey}` };
  const safe = method === "GET" || method === "HEAD" || method === "OPTIONS";
  const token = safe ? null : options.csrfToken?.();
  return token ? { "x-csrf-token": token } : {};
}

function middleware(options: Options): Middleware {
  return {
    onRequest({ request }) {
      for (const [name, value] of Object.entries(credentials(options, request.method))) {
        request.headers.set(name, value);
      }
      return request;
    },
    async onResponse({ response }) {
      if (response.ok) return undefined;
      const body: unknown = await response
        .clone()
        .json()
        .catch(() => null);
      throw HeddleError.of(response, body);
    },
    onError({ error }) {
      if (error instanceof Error && error.name === "AbortError") return error;
      return new HeddleError(0, "unreachable", "The server cannot be reached.");
    },
  };
}

/** The body of an answer that is known to be a success: `await body(heddle.v1.GET("/v1/cases"))`. */
export async function body<T>(call: Promise<{ data?: T; response: Response }>): Promise<T> {
  const { data, response } = await call;
  if (data === undefined) throw HeddleError.of(response, null);
  return data;
}
