/** Which lists of a cluster would be missing: each is asked for one object, and never for a value. */
import pLimit from 'p-limit';
import { ApiError, Connection } from '../../../apis/kubernetes/connection.ts';
import { readAccess } from '../../../apis/kubernetes/kubeconfig.ts';
import { counted } from '../../../model/counted.ts';
import { InputError } from '../../../model/errors.ts';
import type { Checked } from '../../../ports/checked.ts';
import type { CheckContext } from '../../../ports/collector.ts';
import { AT_ONCE, problemsOf } from './collect-live.ts';
import { NAMES_ONLY } from './pages.ts';
import { pathOf, RESOURCES, type Resource } from './resources.ts';
import type { LiveSettings } from './settings.ts';

const TIMEOUT_MS = 5_000;

export async function* checkLive(live: LiveSettings, context: CheckContext): AsyncGenerator<Checked> {
  try {
    const access = await readAccess(live);
    const options = { environment: context.environment ?? {}, signal: context.signal, timeoutMs: TIMEOUT_MS };
    await using connection = await Connection.open(access, options);
    const [first, ...others] = RESOURCES as [Resource, ...Resource[]];
    const refused = await refusalOf(connection, first);
    if (refused && !isOfOneList(refused)) yield blocked(first, refused);
    else yield* lists(connection, { first, refused, others, server: access.server });
  } catch (error) {
    context.signal.throwIfAborted();
    if (!(error instanceof InputError || error instanceof ApiError)) throw error;
    yield { type: 'blocked', text: error.message };
  }
}

type Refusal = ApiError | InputError;

interface Lists {
  readonly first: Resource;
  readonly refused: Refusal | undefined;
  readonly others: readonly Resource[];
  readonly server: string;
}

async function* lists(connection: Connection, { first, refused, others, server }: Lists): AsyncGenerator<Checked> {
  const limit = pLimit(AT_ONCE);
  const asked = [
    { resource: first, refusal: Promise.resolve(refused) },
    ...others.map((resource) => ({ resource, refusal: limit(() => refusalOf(connection, resource)) })),
  ];
  let missing = 0;
  for (const { resource, refusal } of asked) {
    const error = await refusal;
    for (const text of error ? problemsOf(resource, error) : []) {
      missing++;
      yield { type: 'missing', text };
    }
  }
  const allowed = RESOURCES.length - missing;
  if (allowed > 0) yield { type: 'works', text: `${server}: ${counted(allowed, 'kind')} of ${RESOURCES.length} may be listed` };
  else yield { type: 'blocked', text: `${server}: nothing may be listed; bind the identity that collects to a role that may` };
}

async function refusalOf(connection: Connection, resource: Resource): Promise<Refusal | undefined> {
  try {
    await connection.get(`${pathOf(resource)}?limit=1`, NAMES_ONLY);
    return undefined;
  } catch (error) {
    if (error instanceof ApiError || error instanceof InputError) return error;
    throw error;
  }
}

/** Another list may still be answered. */
const isOfOneList = (error: Refusal): boolean => error instanceof ApiError && (error.status === 403 || error.status === 404);

const blocked = (resource: Resource, error: Refusal): Checked => ({
  type: 'blocked',
  text: problemsOf(resource, error)[0] ?? error.message,
});
