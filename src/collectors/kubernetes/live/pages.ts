/** A list in pages. https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks */
import { z } from 'zod';
import { ApiError, type Connection } from '../../../apis/kubernetes/connection.ts';
import { InputError } from '../../../model/errors.ts';
import { shaped } from '../../files/shape.ts';
import { pathOf, type Resource } from './resources.ts';

const PAGE = 500;

const pageShape = z.object({
  metadata: z.object({ resourceVersion: z.string().optional(), continue: z.string().nullish() }),
  items: z.array(z.record(z.string(), z.unknown())).nullish(),
});

export interface Page {
  readonly items: readonly Readonly<Record<string, unknown>>[];
  /** Of the whole list: what a watch goes on from. */
  readonly resourceVersion: string | undefined;
}

/** Metadata alone: the values of a Secret are never sent. */
export const NAMES_ONLY = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';

/**
 * A continuation that has expired is gone on with from where the server says, so that nothing is listed twice. Throws an InputError
 * when the server sends one page without end.
 */
export async function* pages(connection: Connection, resource: Resource, namesOnly: boolean): AsyncGenerator<Page> {
  const path = pathOf(resource);
  const seen = new Set<string>();
  let next = '';
  for (;;) {
    const query = `${path}?limit=${PAGE}${next && `&continue=${encodeURIComponent(next)}`}`;
    const answer = await afterExpiry(connection, { query, path, accept: namesOnly ? NAMES_ONLY : undefined });
    const { metadata, items } = shaped(pageShape, answer, { path });
    yield { items: items ?? [], resourceVersion: metadata.resourceVersion };
    next = metadata.continue ?? '';
    if (next === '') return;
    if (seen.has(next)) throw new InputError(`${path}: the API server goes round in a circle: a page was continued as before`);
    seen.add(next);
  }
}

interface Asked {
  readonly query: string;
  readonly path: string;
  readonly accept: string | undefined;
}

/** https://kubernetes.io/docs/reference/using-api/api-concepts/#410-gone-responses */
async function afterExpiry(connection: Connection, { query, path, accept }: Asked): Promise<unknown> {
  try {
    return await connection.get(query, accept);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 410 || error.continue === undefined) throw error;
    return connection.get(`${path}?limit=${PAGE}&continue=${encodeURIComponent(error.continue)}`, accept);
  }
}
