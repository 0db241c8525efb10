// The client of this page's own server.
import { createHeddle, type Loom, type Public, type V1 } from "@heddle/sdk";

export { body, HeddleError } from "@heddle/sdk";

/** The value of a cookie that pages may read. */
function cookie(name: string): string | null {
  const found = document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`));
  return found ? found.slice(name.length + 1) : null;
}

/** The client; it sends the session's cookie and repeats its CSRF token. */
export const heddle = createHeddle({ baseUrl: window.location.origin, csrfToken: () => cookie("heddle_csrf") });

/** `/v1`. */
export const v1 = heddle.v1;
/** `/api/v1/public`. */
export const slim = heddle.public;

/** The shapes of `/v1`. */
export type Schemas = V1["schemas"];
/** The shapes of `/api/v1/public`. */
export type PublicSchemas = Public["schemas"];
/** The shapes of `/api`, `/auth` and `/proxy`. */
export type LoomSchemas = Loom["schemas"];
