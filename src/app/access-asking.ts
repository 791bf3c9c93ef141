/** How questions about access reach the permission semantics of a provider: through its documents in the store. */
import type { StoredDocument } from '../model/entity.ts';
import type { AccessProvider, AccessQuestions } from '../ports/access-questions.ts';
import type { GraphReader } from '../ports/store.ts';
import type { App } from './app.ts';

export interface AccessAsking extends Pick<App, 'store'> {
  /** Those whose permissions are known. */
  accessProviders(): Promise<readonly AccessProvider[]>;
  /** What a provider knows of the estate now; a server keeps it between questions. */
  questionsOf(provider: AccessProvider): Promise<AccessQuestions>;
}

/** The documents of all sources of a provider's types, collected once or still configured. */
export async function* documentsFor(
  store: Pick<GraphReader, 'documents' | 'sources'>,
  { sources }: AccessProvider,
): AsyncGenerator<StoredDocument> {
  for (const { name, type } of await store.sources()) if (sources.includes(type)) yield* store.documents({ origin: name });
}
