// Where to go after sign-in.

/** An address of this site, or nothing: never another one. */
export function safeNext(next: string | undefined): string | null {
  if (!next?.startsWith("/")) return null;
  try {
    const address = new URL(next, window.location.origin);
    return address.origin === window.location.origin ? address.pathname + address.search + address.hash : null;
  } catch {
    return null;
  }
}
