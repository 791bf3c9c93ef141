/** `rabbitmq`: users, vhosts, permissions, logins in shovels and federation, and who is connected; from the API or from its answers. */
import { z } from 'zod';
import { type Connection, openManagement, whoAmI } from '../../apis/rabbitmq/management.ts';
import { type RabbitmqApiSettings, rabbitmqApi } from '../../apis/rabbitmq/settings.ts';
import { allConnections } from '../../apis/rabbitmq/users.ts';
import { EVERY_SCOPE } from '../../model/collection.ts';
import { messageOf } from '../../model/errors.ts';
import { amongKnown, entitiesByKey, type Facts, withStubs } from '../../model/facts.ts';
import type { Checked } from '../../ports/checked.ts';
import type { CheckContext, CollectContext, Collected, Collector } from '../../ports/collector.ts';
import { checkFolder } from '../files/check-folder.ts';
import { readFolder } from '../files/read-folder.ts';
import { type BrokerState, definitions, withoutSecrets } from './broker-state.ts';
import { isRabbitmqFile, mergedStates, readRabbitmqFile } from './read-files.ts';
import { rightFacts } from './right-facts.ts';
import { sessionFacts } from './session-facts.ts';
import { parameterFacts, userFacts } from './user-facts.ts';

const settings = z.union([z.strictObject({ files: z.string().min(1) }), z.strictObject({ live: rabbitmqApi })]);

export type RabbitmqSettings = z.infer<typeof settings>;

/** Scopes: `users`, `vhosts` and `sessions`. */
export const rabbitmqCollector: Collector<RabbitmqSettings> = {
  type: 'rabbitmq',
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
      ? checkFolder({ root: given.files, context, knows: (_, head) => isRabbitmqFile(head) })
      : checkBroker(given.live, context),
  collect: (given, context) => ('files' in given ? collectFiles(given.files, context) : collectBroker(given.live, context)),
};

async function* checkBroker(live: RabbitmqApiSettings, { signal }: CheckContext): AsyncGenerator<Checked> {
  try {
    await using api = await openManagement(live, signal);
    const { name, tags } = await api.read('/whoami', whoAmI);
    const cure = (tag: string): string => `rabbitmqctl set_user_tags ${name} ${tag}`;
    const isAdministrator = tags.includes('administrator');
    if (!isAdministrator)
      yield { type: 'missing', text: `users, vhosts: "${name}" may not read definitions: ${cure('administrator')}` };
    if (!isAdministrator && !tags.includes('monitoring'))
      yield { type: 'missing', text: `sessions: "${name}" sees its own connections only: ${cure('administrator')}` };
    yield { type: 'works', text: `rabbitmq ${api.place} as "${name}"` };
  } catch (error) {
    signal.throwIfAborted();
    yield { type: 'blocked', text: messageOf(error) };
  }
}

async function* collectBroker(live: RabbitmqApiSettings, context: CollectContext): AsyncGenerator<Collected> {
  try {
    await using api = await openManagement(live, context.signal);
    const state = withoutSecrets(await api.read('/definitions', definitions), context.fingerprint);
    await context.save?.('definitions.json', `${JSON.stringify(state, undefined, 1)}\n`);
    yield { type: 'progress', done: 1, total: 2, what: 'definitions' };
    const connections = await allConnections(api);
    await context.save?.('connections.json', `${JSON.stringify({ connections }, undefined, 1)}\n`);
    yield { type: 'progress', done: 2, total: 2, what: 'connections' };
    yield* said(context.source, state, { connections, missing: [] });
  } catch (error) {
    context.signal.throwIfAborted();
    const text = messageOf(error);
    yield { type: 'error', text };
    yield { type: 'scope', scope: EVERY_SCOPE, coverage: 'partial', missing: [text] };
  }
}

async function* collectFiles(root: string, context: CollectContext): AsyncGenerator<Collected> {
  const states: BrokerState[] = [];
  const lists: (readonly Connection[])[] = [];
  const broken: string[] = [];
  yield* readFolder({
    root,
    context,
    read: (file, head) => (isRabbitmqFile(head) ? readRabbitmqFile(file, head, { context, states, lists }) : undefined),
    broken: (text) => broken.push(text),
  });
  if (lists.length > 0 && states.length === 0)
    broken.push('definitions: whose connections these are is not known; save /api/definitions beside them');
  if (broken.length > 0) yield { type: 'scope', scope: EVERY_SCOPE, coverage: 'partial', missing: broken };
  if (states.length === 0) return;
  yield* said(context.source, mergedStates(states), {
    connections: lists.length === 0 ? undefined : lists.flat(),
    missing: broken,
  });
}

function* said(
  source: string,
  state: BrokerState,
  { connections, missing }: { readonly connections: readonly Connection[] | undefined; readonly missing: readonly string[] },
): Generator<Collected> {
  const [rights, parameters] = [rightFacts(source, state), parameterFacts(source, state)];
  const facts: Record<string, Facts> = {
    users: userFacts(source, state),
    vhosts: {
      entities: [...rights.entities, ...parameters.entities],
      relationships: [...rights.relationships, ...parameters.relationships],
    },
    ...(connections && { sessions: sessionFacts(source, state, connections) }),
  };
  const known = entitiesByKey(Object.values(facts));
  for (const [scope, one] of Object.entries(facts)) {
    yield { type: 'facts', scope, ...withStubs(amongKnown(one, known), known) };
    yield { type: 'scope', scope, coverage: missing.length === 0 ? 'complete' : 'partial', missing };
  }
}
