/** From 0.5 to 15 seconds, with a random part so that many clients do not come back at once. */
export function backoff(failures: number): number {
  return Math.min(15_000, 250 * 2 ** failures) * (0.75 + Math.random() / 2);
}

/** Waits so many milliseconds, or until the signal ends it. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener("abort", end);
  });
}
