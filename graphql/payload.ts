import { isExpected, messageOf } from '../src/model/errors.ts';

/** `{ ok, error }`: expected refusals become `error`, everything else is thrown and masked. */
export async function payload<T>(work: () => Promise<T>): Promise<{ ok: T | null; error: { message: string } | null }> {
  try {
    return { ok: await work(), error: null };
  } catch (error) {
    if (!isExpected(error)) throw error;
    return { ok: null, error: { message: messageOf(error) } };
  }
}

/** For payloads whose `ok` is no object. */
export async function flagPayload(work: () => Promise<unknown>): Promise<{ ok: boolean; error: { message: string } | null }> {
  const { error } = await payload(work);
  return { ok: error === null, error };
}
