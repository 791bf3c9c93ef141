/** `redis`: ACL users, their passwords and rights, and who is connected; from the servers themselves or from saved answers. */
import { z } from 'zod';
import {
  NODES_ONCE,
  nodeUrls,
  type RedisNodes,
  type RedisTlsFiles,
  redisNodes,
  saysNodesOnce,
  tlsFiles,
} from '../../apis/redis/settings.ts';
import { EVERY_SCOPE } from '../../model/collection.ts';
import { messageOf } from '../../model/errors.ts';
import { amongKnown, entitiesByKey, type Facts, withStubs } from '../../model/facts.ts';
import type { Checked } from '../../ports/checked.ts';
import type { CheckContext, CollectContext, Collected, Collector } from '../../ports/collector.ts';
import { checkFolder } from '../files/check-folder.ts';
import { readFolder } from '../files/read-folder.ts';
import { type Inventory, inventoryOf } from './inventory.ts';
import type { NodeState } from './node-state.ts';
import { isRedisFile, readRedisFile } from './read-files.ts';
import { readNode } from './read-live.ts';
import { rightFacts } from './right-facts.ts';
import { sessionFacts } from './session-facts.ts';
import { settingFacts, userFacts } from './user-facts.ts';

const settings = z.union([
  z.strictObject({ files: z.string().min(1) }),
  z.strictObject({ live: redisNodes.refine(saysNodesOnce, NODES_ONCE) }),
]);

export type RedisSettings = z.infer<typeof settings>;
type Live = RedisNodes & RedisTlsFiles;

const SCOPES = ['users', 'settings', 'sessions'] as const;
type Scope = (typeof SCOPES)[number];

/** Scopes: `users`, `settings` and `sessions`, each of all nodes together. */
export const redisCollector: Collector<RedisSettings> = {
  type: 'redis',
  emits: {
    entities: ['Scope', 'ServiceAccount', 'Credential', 'Secret', 'Permission', 'Resource', 'Workload', 'Origin', 'External'],
    relationships: [
      'CONTAINS',
      'AUTHENTICATES_AS',
      'CAN_ASSUME',
      'HAS_GRANT',
      'CAN_READ',
      'CAN_PUT',
      'CAN_WRITE',
      'CAN_CONTROL',
      'EXPOSES',
      'RUNS_AS',
      'USES',
    ],
  },
  settings,
  saves: (given) => 'live' in given,
  check: (given, context) =>
    'files' in given
      ? checkFolder({ root: given.files, context, knows: (_, head) => isRedisFile(head) })
      : checkNodes(given.live, context),
  collect: (given, context) => ('files' in given ? collectFiles(given.files, context) : collectNodes(given.live, context)),
};

async function* checkNodes(live: Live, context: CheckContext): AsyncGenerator<Checked> {
  const urls = nodeUrls(live);
  const works: string[] = [];
  for (const url of urls) {
    try {
      const { state, missing } = await readNode(url, tlsFiles(live), context);
      for (const [scope, text] of Object.entries(missing)) yield { type: 'missing', text: `${scope}: ${text}` };
      works.push(state.node);
    } catch (error) {
      context.signal.throwIfAborted();
      yield works.length === 0 && urls.length === 1
        ? { type: 'blocked', text: messageOf(error) }
        : { type: 'missing', text: messageOf(error) };
    }
  }
  if (works.length > 0) yield { type: 'works', text: `redis ${works.join(', ')}` };
  else if (urls.length > 1) yield { type: 'blocked', text: 'no node can be read' };
}

async function* collectNodes(live: Live, context: CollectContext): AsyncGenerator<Collected> {
  const urls = nodeUrls(live);
  const nodes: NodeState[] = [];
  const missing: Missing = { users: [], settings: [], sessions: [] };
  for (const [at, url] of urls.entries()) {
    try {
      const read = await readNode(url, tlsFiles(live), context);
      nodes.push(read.state);
      await context.save?.(`node-${at + 1}.json`, `${JSON.stringify(read.state, undefined, 1)}\n`);
      for (const [scope, text] of Object.entries(read.missing)) missing[scope as Scope].push(`${scope}: ${text}`);
    } catch (error) {
      context.signal.throwIfAborted();
      for (const scope of SCOPES) missing[scope].push(messageOf(error));
    }
    yield { type: 'progress', done: at + 1, total: urls.length, what: 'nodes' };
  }
  for (const text of new Set(Object.values(missing).flat())) yield { type: 'error', text };
  if (nodes.length === 0) {
    yield { type: 'scope', scope: EVERY_SCOPE, coverage: 'partial', missing: missing.users };
    return;
  }
  yield* said(context.source, inventoryOf(nodes), { missing, scopes: SCOPES });
}

type Missing = Record<Scope, string[]>;

async function* collectFiles(root: string, context: CollectContext): AsyncGenerator<Collected> {
  const found: NodeState[] = [];
  const broken: string[] = [];
  yield* readFolder({
    root,
    context,
    read: (file, head) => (isRedisFile(head) ? readRedisFile(file, head, { context, found }) : undefined),
    broken: (text) => broken.push(text),
  });
  if (broken.length > 0) yield { type: 'scope', scope: EVERY_SCOPE, coverage: 'partial', missing: broken };
  if (found.length === 0) return;
  const noUsers = found.some((node) => node.users)
    ? []
    : ['ACL LIST: whose connections these are is not known; save it beside them'];
  const missing: Missing = { users: [...noUsers, ...broken], settings: [...broken], sessions: [...broken] };
  const has: Record<Scope, boolean> = {
    users: true,
    settings: found.some((node) => node.settings),
    sessions: found.some((node) => node.clients),
  };
  for (const text of noUsers) yield { type: 'error', text };
  yield* said(context.source, inventoryOf(found), { missing, scopes: SCOPES.filter((scope) => has[scope]) });
}

function* said(
  source: string,
  inventory: Inventory,
  { missing, scopes }: { readonly missing: Missing; readonly scopes: readonly Scope[] },
): Generator<Collected> {
  yield* warnings(inventory);
  const [users, rights] = [userFacts(source, inventory), rightFacts(source, inventory)];
  const facts: Record<Scope, Facts> = {
    users: {
      entities: [...users.entities, ...rights.entities],
      relationships: [...users.relationships, ...rights.relationships],
    },
    settings: settingFacts(source, inventory),
    sessions: sessionFacts(source, inventory),
  };
  const known = entitiesByKey(Object.values(facts));
  for (const scope of scopes) {
    yield { type: 'facts', scope, ...withStubs(amongKnown(facts[scope], known), known) };
    yield { type: 'scope', scope, coverage: missing[scope].length === 0 ? 'complete' : 'partial', missing: missing[scope] };
  }
}

function* warnings({ users, differ }: Inventory): Generator<Collected> {
  for (const name of differ)
    yield {
      type: 'warning',
      text: `user "${name}" is not the same on every node: what it may do on one counts; ACLs are not replicated`,
    };
  for (const { name, unknown } of users.values())
    if (unknown.length > 0)
      yield {
        type: 'warning',
        text: `user "${name}": ${unknown.slice(0, 5).join(', ')}: not of Redis 7.0; what it allows is not known`,
      };
}
