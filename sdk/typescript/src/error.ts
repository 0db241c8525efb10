/** A value of the request that breaks a rule. */
export interface FieldError {
  /** Which one, such as `title` or `stages.2.name`. */
  path: string;
  message: string;
}

/** An answer that is no success, or no answer at all (status 0, code `unreachable`). */
export class HeddleError extends Error {
  override readonly name = "HeddleError";

  constructor(
    readonly status: number,
    /** Stable; what programs decide by. */
    readonly code: string,
    message: string,
    readonly fields: readonly FieldError[] = [],
    /** The id under which the server's log knows the request. */
    readonly requestId: string | null = null,
    /** After how many seconds the server wants to be asked again. */
    readonly retryAfter: number | null = null,
  ) {
    super(message);
  }

  /** Reads the error out of an answer, whichever API it comes from. */
  static of(response: Response, body: unknown): HeddleError {
    const whole = isRecord(body) ? body : {};
    // Loom's API puts the code where the others put an object.
    const error = isRecord(whole.error) ? whole.error : { code: whole.error, message: whole.message };
    const message = typeof error.message === "string" ? error.message : `The server answered ${response.status}.`;
    const code = typeof error.code === "string" ? error.code : "type" in error && typeof error.type === "string" ? error.type : "unknown";
    const retry = Number(response.headers.get("retry-after"));
    return new HeddleError(
      response.status,
      code,
      message,
      "fields" in error && Array.isArray(error.fields) ? error.fields.filter(isFieldError) : [],
      response.headers.get("x-request-id"),
      Number.isFinite(retry) && retry > 0 ? retry : null,
    );
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isFieldError(value: unknown): value is FieldError {
  return isRecord(value) && typeof value.path === "string" && typeof value.message === "string";
}
