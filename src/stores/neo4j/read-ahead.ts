/**
 * Reads a source at its own speed and hands it on at the reader's: what is ahead waits in memory. So a slow reader does not keep
 * open what the source holds, such as a lock.
 */
export async function* readAhead<T>(source: AsyncIterable<T>): AsyncGenerator<T> {
  const waiting: T[] = [];
  let isDone = false;
  let isStopped = false;
  let failure: { readonly error: unknown } | undefined;
  let wake = () => {};
  const reading = (async () => {
    try {
      for await (const item of source) {
        if (isStopped) return;
        waiting.push(item);
        wake();
      }
    } catch (error) {
      failure = { error };
    } finally {
      isDone = true;
      wake();
    }
  })();
  try {
    for (;;) {
      const next = waiting.shift();
      if (next !== undefined) yield next;
      else if (failure) throw failure.error;
      else if (isDone) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    isStopped = true;
    await reading;
  }
}
