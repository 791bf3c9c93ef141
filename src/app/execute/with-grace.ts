import { LaterError } from '../../model/errors.ts';

/** Less than a queue waits for its work when it closes. */
const GRACE_MS = 4_000;

/**
 * A call that is under way when its process is asked to stop may come to its end and be recorded: cut off, it would leave a step of which
 * nobody knows what it did. Where somebody else has taken the plan over it is cut at once, since they are about to look at it.
 */
export async function withGrace<T>(signal: AbortSignal, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const cut = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    if (signal.reason instanceof LaterError) cut.abort(signal.reason);
    else timer ??= setTimeout(() => cut.abort(signal.reason), GRACE_MS);
  };
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop);
  try {
    return await call(cut.signal);
  } finally {
    signal.removeEventListener('abort', stop);
    clearTimeout(timer);
  }
}
