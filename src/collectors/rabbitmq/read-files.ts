/** `rabbitmq` from files: what `--save` keeps, an export of `/api/definitions` or `rabbitmqctl export_definitions`, `/api/connections`. */
import { z } from 'zod';
import { type Connection, connection } from '../../apis/rabbitmq/management.ts';
import { InputError } from '../../model/errors.ts';
import type { CollectContext, Collected } from '../../ports/collector.ts';
import { readText } from '../files/content.ts';
import { parseJson } from '../files/json.ts';
import type { FileHead } from '../files/read-folder.ts';
import { firstKeys } from '../files/recognise.ts';
import { shaped } from '../files/shape.ts';
import type { SourceFile } from '../files/walk.ts';
import { type BrokerState, brokerState, checkOf, definitions, withoutSecrets } from './broker-state.ts';

type Content = 'definitions' | 'saved' | 'connections';

function contentOf({ form, head }: FileHead): Content | undefined {
  const keys = firstKeys(head);
  if (form === 'json-array') return keys.includes('peer_host') || keys.includes('client_properties') ? 'connections' : undefined;
  if (form !== 'json-object') return undefined;
  if (keys.includes('fingerprintCheck')) return 'saved';
  // The values of large exports begin past the head: the first keys of an export say what it is.
  if (keys.includes('rabbit_version') || keys.includes('rabbitmq_version')) return 'definitions';
  if (keys.includes('vhosts') && (keys.includes('users') || keys.includes('permissions'))) return 'definitions';
  return keys.includes('connections') ? 'connections' : undefined;
}

export const isRabbitmqFile = (head: FileHead): boolean => contentOf(head) !== undefined;

export interface Found {
  readonly context: CollectContext;
  readonly states: BrokerState[];
  readonly lists: (readonly Connection[])[];
}

const listed = z.union([
  z.array(connection),
  z.object({ connections: z.array(connection) }).transform(({ connections }) => connections),
]);

/** What is found is said when every file was read. */
const NOTHING_YET: readonly Collected[] = [];

export async function* readRabbitmqFile(
  file: SourceFile,
  head: FileHead,
  { context, states, lists }: Found,
): AsyncGenerator<Collected> {
  yield* NOTHING_YET;
  const value = parseJson(await readText(file, context.signal), file.path);
  const place = { path: file.path };
  switch (contentOf(head)) {
    case 'connections':
      lists.push(shaped(listed, value, place));
      return;
    case 'saved': {
      const state = shaped(brokerState, value, place);
      if (state.fingerprintCheck !== checkOf(context.fingerprint))
        throw new InputError(`${file.path}: was saved under another fingerprint key: collect it again under this one`);
      states.push(state);
      return;
    }
    default:
      if (typeof value === 'object' && value !== null && !('users' in value))
        throw new InputError(
          `${file.path}: users: missing, as in an export of one vhost; export all of the broker: /api/definitions`,
        );
      states.push(withoutSecrets(shaped(definitions, value, place), context.fingerprint));
  }
}

/** Several exports of one broker: what the last says counts. */
export function mergedStates(states: readonly BrokerState[]): BrokerState {
  const [first, ...others] = states as [BrokerState, ...BrokerState[]];
  if (others.length === 0) return first;
  const last = <T>(all: readonly T[], keyOf: (one: T) => unknown): T[] => [
    ...new Map(all.map((one) => [JSON.stringify(keyOf(one)), one])).values(),
  ];
  return {
    fingerprintCheck: first.fingerprintCheck,
    users: last(
      states.flatMap(({ users }) => users),
      ({ name }) => name,
    ),
    vhosts: last(
      states.flatMap(({ vhosts }) => vhosts),
      ({ name }) => name,
    ),
    permissions: last(
      states.flatMap(({ permissions }) => permissions),
      ({ user, vhost }) => [user, vhost],
    ),
    topic_permissions: last(
      states.flatMap((one) => one.topic_permissions),
      ({ user, vhost, exchange }) => [user, vhost, exchange],
    ),
    parameters: last(
      states.flatMap(({ parameters }) => parameters),
      ({ vhost, component, name }) => [vhost, component, name],
    ),
    queues: last(
      states.flatMap(({ queues }) => queues),
      ({ vhost, name }) => [vhost, name],
    ),
    exchanges: last(
      states.flatMap(({ exchanges }) => exchanges),
      ({ vhost, name }) => [vhost, name],
    ),
    bindings: last(
      states.flatMap(({ bindings }) => bindings),
      (one) => one,
    ),
  };
}
