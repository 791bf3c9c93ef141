import { UnknownEntityError } from '../model/errors.ts';
import type { GraphReader } from '../ports/store.ts';

/** The keys that texts of a person mean: each a key, a unique suffix of one, or a unique name. */
export async function resolveKeys(store: GraphReader, texts: readonly string[]): Promise<string[]> {
  return Promise.all(texts.map((text) => resolveKey(store, text)));
}

export async function resolveKey(store: GraphReader, text: string): Promise<string> {
  const found = await store.candidates(text, 20);
  const [only] = found;
  if (found.length === 1 && only !== undefined) return only;
  const isEmpty = found.length === 0 && (await store.sources()).length === 0;
  throw new UnknownEntityError(text, found, { isEmpty });
}
