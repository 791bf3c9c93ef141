/**
 * What a user may do in a vhost, on the queues and exchanges that are there. https://www.rabbitmq.com/docs/access-control
 *
 *   read a queue        its name fits `read`
 *   read an exchange    its name fits `read`, and some queue's fits `read` and `write`: that one can be bound to it
 *   put into an exchange   its name fits `write`, and it is not internal
 *   put into a queue    its name fits `configure` (it may be deleted), or a message can get there: by the default exchange, or by
 *                       exchanges that it may put into, along bindings that its topic permission does not forbid
 */

import type { Permission, TopicPermission } from '../../apis/rabbitmq/management.ts';
import { matchesAll, namesWithin } from '../../apis/rabbitmq/patterns.ts';
import type { Binding, BrokerState } from './broker-state.ts';

export interface ThingRight {
  readonly type: 'queue' | 'exchange';
  readonly name: string;
  readonly read: boolean;
  readonly put: boolean;
  /** Only the broker can tell whether an expression fits. */
  readonly isGuess: boolean;
}

/** What there is in one vhost. */
export interface VhostThings {
  readonly queues: readonly string[];
  /** Name → type; the default one is `amq.default`. */
  readonly exchanges: ReadonlyMap<string, { readonly type: string; readonly internal: boolean }>;
  readonly bindings: readonly Binding[];
}

export const DEFAULT_EXCHANGE = 'amq.default';
/** Every vhost has them, and no export names them. */
const DELIVERED = {
  [DEFAULT_EXCHANGE]: 'direct',
  'amq.direct': 'direct',
  'amq.fanout': 'fanout',
  'amq.headers': 'headers',
  'amq.match': 'headers',
  'amq.topic': 'topic',
} as const;

export function thingsOf({ queues, exchanges, bindings }: BrokerState, vhost: string): VhostThings {
  const own = exchanges.filter((one) => one.vhost === vhost && one.name !== '');
  return {
    queues: [...new Set(queues.filter((one) => one.vhost === vhost).map(({ name }) => name))].sort(),
    exchanges: new Map([
      ...Object.entries(DELIVERED).map(([name, type]) => [name, { type, internal: false }] as const),
      ...own.map(({ name, type, internal = false }) => [name, { type, internal }] as const),
    ]),
    bindings: bindings.filter((one) => one.vhost === vhost),
  };
}

/** Everything that is there and that will be. */
export const isWhole = ({ configure, write, read }: Permission): boolean => [configure, write, read].every(matchesAll);

/** `topics`: the user's topic permissions in the vhost. */
export function thingRights(permission: Permission, topics: readonly TopicPermission[], things: VhostThings): ThingRight[] {
  const { queues, exchanges, bindings } = things;
  const names = [...new Set([...queues, ...exchanges.keys()])];
  const configure = fitting(permission.configure, names);
  const write = fitting(permission.write, names);
  const read = fitting(permission.read, names);
  const canBind = queues.some((name) => read.fits(name) && write.fits(name)) || canMakeQueue(permission);
  const entered = [...exchanges].filter(([name, { internal }]) => !internal && write.fits(name)).map(([name]) => name);
  const fed = write.fits(DEFAULT_EXCHANGE) ? new Set(queues) : fedQueues(entered, { things, topics });
  const isGuess = configure.isGuess || write.isGuess || read.isGuess;
  const rights = [
    ...queues.map(
      (name): ThingRight => ({
        type: 'queue',
        name,
        read: read.fits(name),
        put: configure.fits(name) || fed.has(name),
        isGuess,
      }),
    ),
    ...[...exchanges.keys()].map(
      (name): ThingRight => ({
        type: 'exchange',
        name,
        read: name !== DEFAULT_EXCHANGE && read.fits(name) && canBind,
        put: entered.includes(name),
        isGuess,
      }),
    ),
  ];
  return rights.filter(
    ({ type, name, ...right }) => (right.read || right.put) && (type === 'queue' || isUsed(name, { exchanges, bindings })),
  );
}

/** Exchanges that every vhost is delivered with say something only where something hangs on them. */
const isUsed = (name: string, { exchanges, bindings }: Pick<VhostThings, 'exchanges' | 'bindings'>): boolean =>
  exchanges.has(name) && (!Object.hasOwn(DELIVERED, name) || bindings.some(({ source }) => source === name));

interface Fitting {
  fits(name: string): boolean;
  readonly isGuess: boolean;
}

/** Where only the broker can tell, all of them may fit. */
function fitting(pattern: string, names: readonly string[]): Fitting {
  const found = namesWithin(pattern, names);
  return found ? { fits: (name) => found.has(name), isGuess: false } : { fits: () => true, isGuess: true };
}

/** A queue whose name the broker chooses. */
function canMakeQueue({ configure, write, read }: Permission): boolean {
  const name = 'amq.gen-0000000000000000000000';
  return [configure, write, read].every((pattern) => namesWithin(pattern, [name])?.has(name) === true);
}

interface Flow {
  readonly things: VhostThings;
  readonly topics: readonly TopicPermission[];
}

/** Queues that a message can reach from the exchanges: the publisher chooses its routing key and headers. */
function fedQueues(entered: readonly string[], { things, topics }: Flow): Set<string> {
  const { exchanges, bindings } = things;
  const [queues, seen] = [new Set<string>(), new Set(entered)];
  const open = [...entered];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    for (const { destination, destination_type, routing_key } of bindings.filter(({ source }) => source === name)) {
      const isForbidden = entered.includes(name) && exchanges.get(name)?.type === 'topic' && !maySend(name, routing_key, topics);
      if (isForbidden) continue;
      if (destination_type === 'queue') queues.add(destination);
      else if (!seen.has(destination)) {
        seen.add(destination);
        open.push(destination);
      }
    }
  }
  return queues;
}

/** A topic permission is asked for the key that is sent. A binding without wildcards takes one key; others take many. */
function maySend(exchange: string, key: string, topics: readonly TopicPermission[]): boolean {
  const topic = topics.find((one) => one.exchange === exchange);
  if (!topic || matchesAll(topic.write)) return true;
  const wildcard = key.split('.').findIndex((word) => word === '*' || word === '#');
  if (wildcard < 0) return namesWithin(topic.write, [key])?.has(key) ?? true;
  const [bound, asked] = [key.split('.').slice(0, wildcard).join('.'), fixedBegin(topic.write)];
  return asked.startsWith(bound) || bound.startsWith(asked);
}

/** What an anchored expression asks for at the beginning; empty where that is not plain. */
const fixedBegin = (pattern: string): string =>
  (/^\^((?:[\w-]|\\\.)*)(?![\w\\]|[*+?{|])/.exec(pattern.includes('|') ? '' : pattern)?.[1] ?? '').replaceAll('\\.', '.');
