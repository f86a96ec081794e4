/** Aborts `closing`, and with it the connections that were opened under it, if `signal` aborts while something is done. */
export async function until<T>(signal: AbortSignal, closing: AbortController, run: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const abort = (): void => closing.abort(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await run();
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
