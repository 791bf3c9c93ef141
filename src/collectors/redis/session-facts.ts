import type { EntityFact, RelationshipFact } from '../../model/entity.ts';
import type { Facts } from '../../model/facts.ts';
import { grouped } from '../../model/grouped.ts';
import { origin, redisSession, redisUser } from '../../model/keys.ts';
import type { Inventory } from './inventory.ts';
import { passwordKey } from './user-facts.ts';

type Client = ReadonlyMap<string, string>;

/** Clients that people use by hand: they name a tool, not a consumer. */
const TOOLS = /^(redisinsight|redis-commander|another-redis|medis|rdm)/i;

/**
 * Connections as consumers: all of one client name, user and address are one Workload. What says no name is an Origin: a place of use
 * that no workload explains.
 */
export function sessionFacts(source: string, inventory: Inventory): Facts {
  const entities = new Map<string, EntityFact>();
  const relationships: RelationshipFact[] = [];
  const known = inventory.clients.filter((client) => inventory.users.has(client.get('user') ?? ''));
  const groups = grouped(known, (client) =>
    JSON.stringify([client.get('user'), nameOf(client), familyOf(client), hostOf(client)]),
  );
  for (const group of groups.values()) {
    const [client] = group as [Client];
    const user = inventory.users.get(client.get('user') ?? '');
    if (!user) continue;
    const consumer = consumerOf(source, client, user.name);
    const seen = { uses: group.length, ...(inventory.at !== undefined && { lastUsed: inventory.at }) };
    const uses = user.noPassword ? [] : user.hashes.map((hash) => passwordKey(source, user.name, hash));
    if (consumer.kind === 'Origin' && uses.length === 0) continue;
    entities.set(consumer.key, consumer);
    if (consumer.kind === 'Workload') relationships.push(runsAs(consumer.key, redisUser(source, user.name), seen));
    for (const target of uses) relationships.push(use(consumer.key, target, { seen, isOnly: uses.length === 1 }));
  }
  return { entities: [...entities.values()], relationships };
}

/** Replicas name themselves by their flag. A number at the end is one of many of the same. */
function nameOf(client: Client): string | undefined {
  if (client.get('flags')?.includes('S')) return 'replica';
  const name = client.get('name') ?? '';
  return name === '' || TOOLS.test(name) ? undefined : name.replace(/[-_:#]\d+$/, '');
}

const familyOf = (client: Client): string =>
  TOOLS.exec(client.get('name') ?? '')?.[1]?.toLowerCase() ?? (client.get('lib-name') || 'unknown');

function hostOf(client: Client): string {
  const address = client.get('addr') ?? '';
  if (address.startsWith('/')) return 'local';
  return address.slice(0, address.lastIndexOf(':')).replace(/^\[(.*)\]$/, '$1') || 'unknown';
}

function consumerOf(source: string, client: Client, user: string): EntityFact {
  const [name, address] = [nameOf(client), hostOf(client)];
  if (name === undefined)
    return {
      key: origin(address, familyOf(client)),
      kind: 'Origin',
      name: `${familyOf(client)} at ${address}`,
      provider: 'redis',
    };
  return {
    key: redisSession(source, user, name, address),
    kind: 'Workload',
    name: `${name} at ${address}`,
    provider: 'redis',
    state: 'active',
    properties: { client: name, address, user },
  };
}

type Seen = Pick<RelationshipFact, 'uses' | 'lastUsed'>;

const runsAs = (source: string, target: string, seen: Seen): RelationshipFact => ({
  source,
  kind: 'RUNS_AS',
  target,
  basis: 'observed',
  certainty: 'definite',
  reason: 'a connection was open as the user',
  ...seen,
});

const use = (
  source: string,
  target: string,
  { seen, isOnly }: { readonly seen: Seen; readonly isOnly: boolean },
): RelationshipFact => ({
  source,
  kind: 'USES',
  target,
  basis: 'observed',
  certainty: isOnly ? 'definite' : 'possible',
  reason: isOnly
    ? 'a connection was open, and only this password opens one'
    : 'a connection was open; by which of several passwords is not visible',
  ...seen,
});
