/** What has changed since a list was read. https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes */
import { z } from 'zod';
import { ApiError, type Connection } from '../../../apis/kubernetes/connection.ts';
import { pathOf, type Resource } from './resources.ts';

const eventShape = z.object({
  type: z.enum(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']),
  object: z.record(z.string(), z.unknown()),
});

export interface Change {
  readonly type: 'put' | 'gone';
  readonly object: Readonly<Record<string, unknown>>;
}

/** Long enough for the server to send what it has. */
const SECONDS = 1;

/**
 * A long listing sees each kind at a time of its own: what was changed meanwhile is taken in, so that a pod and its account are of
 * one moment. A version that is too old for the server says nothing: the list stands as it is.
 */
export async function* changesSince(connection: Connection, resource: Resource, version: string): AsyncGenerator<Change> {
  const path = `${pathOf(resource)}?watch=1&timeoutSeconds=${SECONDS}&resourceVersion=${encodeURIComponent(version)}`;
  try {
    for await (const line of connection.lines(path)) {
      const event = eventShape.safeParse(line);
      if (!event.success || event.data.type === 'ERROR') return;
      const { type, object } = event.data;
      if (type !== 'BOOKMARK') yield { type: type === 'DELETED' ? 'gone' : 'put', object };
    }
  } catch (error) {
    if (error instanceof ApiError && (error.status === 410 || error.status === 403)) return;
    throw error;
  }
}
