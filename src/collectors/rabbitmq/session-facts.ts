import type { Connection } from '../../apis/rabbitmq/management.ts';
import type { EntityFact, RelationshipFact } from '../../model/entity.ts';
import { entitled, type Facts } from '../../model/facts.ts';
import { grouped } from '../../model/grouped.ts';
import { origin, rabbitmqPassword, rabbitmqSession, rabbitmqUser } from '../../model/keys.ts';
import type { BrokerState } from './broker-state.ts';

/** Mechanisms by which a password is given. Others prove themselves by certificate or token. */
const BY_PASSWORD = ['PLAIN', 'AMQPLAIN', 'RABBIT-CR-DEMO'];

/**
 * Connections as consumers: all of one name, user and address are one Workload. What gives no name is an Origin: a place of use that no
 * workload explains.
 */
export function sessionFacts(source: string, state: BrokerState, connections: readonly Connection[]): Facts {
  const users = new Map(state.users.map((user) => [user.name, user]));
  const entities = new Map<string, EntityFact>();
  const relationships = new Map<string, RelationshipFact>();
  const known = connections.filter(({ user }) => users.has(user));
  const groups = grouped(known, (one) => JSON.stringify([one.user, nameOf(one), familyOf(one), one.peer_host, byPassword(one)]));
  for (const group of groups.values()) {
    const [one] = group as [Connection];
    const consumer = consumerOf(source, one);
    const hasPassword = users.get(one.user)?.hashFingerprint !== undefined;
    const proof = hasPassword ? useOf(source, one, { consumer: consumer.key, seen: seen(group) }) : undefined;
    if (consumer.kind === 'Origin' && !proof) continue;
    entities.set(consumer.key, consumer);
    const runs = consumer.kind === 'Workload' ? runsAs(source, one, { consumer: consumer.key, seen: seen(group) }) : undefined;
    for (const fact of [proof, runs]) if (fact) relationships.set(`${fact.source} ${fact.kind} ${fact.target}`, fact);
  }
  return { entities: [...entities.values()], relationships: [...relationships.values()] };
}

const byPassword = ({ auth_mechanism }: Connection): 'yes' | 'no' | 'unknown' =>
  auth_mechanism === undefined ? 'unknown' : BY_PASSWORD.includes(auth_mechanism) ? 'yes' : 'no';

/** Libraries that make up a name put a number or a digest at its end. */
function nameOf({ user_provided_name, client_properties }: Connection): string | undefined {
  const name = (user_provided_name ?? client_properties?.connection_name ?? '').replace(/#[0-9a-f]+(:\d+)?$|[-_:]\d+$/, '');
  return name === '' ? undefined : name;
}

const familyOf = ({ client_properties, protocol }: Connection): string => client_properties?.product || protocol || 'unknown';

function consumerOf(source: string, one: Connection): EntityFact {
  const [name, address] = [nameOf(one), one.peer_host || 'unknown'];
  if (name === undefined)
    return { key: origin(address, familyOf(one)), kind: 'Origin', name: `${familyOf(one)} at ${address}`, provider: 'rabbitmq' };
  return {
    key: rabbitmqSession(source, one.user, name, address),
    kind: 'Workload',
    name: `${name} at ${address}`,
    provider: 'rabbitmq',
    state: 'active',
    properties: { client: name, address, user: one.user },
  };
}

interface Seen {
  readonly consumer: string;
  readonly seen: Pick<RelationshipFact, 'uses' | 'firstSeen' | 'lastUsed'>;
}

function seen(group: readonly Connection[]): Seen['seen'] {
  const times = group
    .flatMap(({ connected_at }) => (connected_at === undefined ? [] : new Date(connected_at).toISOString()))
    .sort();
  const [first, last] = [times[0], times.at(-1)];
  return { uses: group.length, ...(first !== undefined && { firstSeen: first }), ...(last !== undefined && { lastUsed: last }) };
}

const runsAs = (source: string, { user }: Connection, { consumer, seen: times }: Seen): RelationshipFact => ({
  ...entitled(consumer, 'RUNS_AS', rabbitmqUser(source, user)),
  basis: 'observed',
  reason: 'a connection was open as the user',
  ...times,
});

function useOf(source: string, one: Connection, { consumer, seen: times }: Seen): RelationshipFact | undefined {
  const way = byPassword(one);
  if (way === 'no') return undefined;
  return {
    ...entitled(consumer, 'USES', rabbitmqPassword(source, one.user)),
    basis: 'observed',
    certainty: way === 'yes' ? 'definite' : 'possible',
    reason:
      way === 'yes'
        ? `a connection was open, by password (${one.auth_mechanism})`
        : 'a connection was open; how it proved itself is not said',
    ...times,
  };
}
