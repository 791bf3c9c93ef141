/** Vhosts, queues, exchanges, and who may do what there. Users with the same rights share one Permission. */
import type { EntityFact, RelationshipFact } from '../../model/entity.ts';
import { entitled, type Facts } from '../../model/facts.ts';
import {
  rabbitmqBroker,
  rabbitmqExchange,
  rabbitmqParameter,
  rabbitmqPermission,
  rabbitmqQueue,
  rabbitmqUser,
  rabbitmqVhost,
} from '../../model/keys.ts';
import type { Level } from '../../model/kinds.ts';
import { canonicalJson, sha256 } from '../../model/ledger.ts';
import type { BrokerState, BrokerUser } from './broker-state.ts';
import { isWhole, thingRights, thingsOf, type VhostThings } from './rights.ts';

interface Right {
  readonly target: string;
  readonly level: Level;
  readonly reason?: string;
  readonly isGuess?: true;
}

const CAN = { read: 'CAN_READ', put: 'CAN_PUT', write: 'CAN_WRITE', control: 'CAN_CONTROL' } as const;

export function rightFacts(source: string, state: BrokerState): Facts {
  const vhosts = new Map(state.vhosts.map(({ name }) => [name, thingsOf(state, name)] as const));
  const rights = state.users.map((user) => [user.name, rightsOf(source, user, { state, vhosts })] as const);
  const named = new Set(rights.flatMap(([, held]) => held.map(({ target }) => target)));
  const things = [...vhosts].map(([name, all]) => vhostFacts(source, name, { things: all, named }));
  const granted = grantFacts(source, rights);
  return {
    entities: [...things.flatMap(({ entities }) => entities), ...granted.entities],
    relationships: [...things.flatMap(({ relationships }) => relationships), ...granted.relationships],
  };
}

/** Exchanges that nothing is said of are left out where every vhost has them. */
function vhostFacts(
  source: string,
  vhost: string,
  { things, named }: { readonly things: VhostThings; readonly named: ReadonlySet<string> },
): Facts {
  const scope: EntityFact = {
    key: rabbitmqVhost(source, vhost),
    kind: 'Scope',
    name: `vhost ${vhost}`,
    provider: 'rabbitmq',
    state: 'active',
  };
  const exchanges = [...things.exchanges].filter(
    ([name]) => !name.startsWith('amq.') || named.has(rabbitmqExchange(source, vhost, name)),
  );
  const resources = [
    ...things.queues.map((name) => resource(rabbitmqQueue(source, vhost, name), name, { type: 'queue' })),
    ...exchanges.map(([name, { type }]) =>
      resource(rabbitmqExchange(source, vhost, name), name, { type: 'exchange', exchangeType: type }),
    ),
  ];
  return {
    entities: [scope, ...resources],
    relationships: [
      entitled(rabbitmqBroker(source), 'CONTAINS', scope.key),
      ...resources.map(({ key }) => entitled(scope.key, 'CONTAINS', key)),
    ],
  };
}

const resource = (
  key: string,
  name: string,
  properties: { readonly type: string; readonly exchangeType?: string },
): EntityFact => ({
  key,
  kind: 'Resource',
  name,
  provider: 'rabbitmq',
  state: 'active',
  properties,
});

interface Estate {
  readonly state: BrokerState;
  readonly vhosts: ReadonlyMap<string, VhostThings>;
}

function rightsOf(source: string, user: BrokerUser, { state, vhosts }: Estate): Right[] {
  if (user.tags.includes('administrator'))
    return [
      {
        target: rabbitmqBroker(source),
        level: 'control',
        reason: 'administrator: may give itself every right, and export every hash',
      },
    ];
  const found = new Map<string, Right>();
  const add = (right: Right): void =>
    void found.set(`${right.level} ${right.target}`, found.get(`${right.level} ${right.target}`) ?? right);
  for (const permission of state.permissions.filter((one) => one.user === user.name)) {
    const { vhost } = permission;
    const things = vhosts.get(vhost);
    if (!things) continue;
    const topics = state.topic_permissions.filter((one) => one.user === user.name && one.vhost === vhost);
    if (isWhole(permission))
      add({ target: rabbitmqVhost(source, vhost), level: 'write', reason: 'configure, write and read `.*`' });
    else for (const right of thingRights(permission, topics, things)) add(ofThing(source, vhost, right));
    if (user.tags.includes('policymaker')) for (const right of policyRights(source, vhost, state)) add(right);
  }
  return [...found.values()].sort((a, b) => (`${a.target} ${a.level}` < `${b.target} ${b.level}` ? -1 : 1));
}

function ofThing(
  source: string,
  vhost: string,
  { type, name, read, put, isGuess }: ReturnType<typeof thingRights>[number],
): Right {
  const target = type === 'queue' ? rabbitmqQueue(source, vhost, name) : rabbitmqExchange(source, vhost, name);
  const level = read && put ? 'write' : read ? 'read' : 'put';
  return { target, level, ...(isGuess && { isGuess, reason: 'only the broker can tell whether the expression fits' }) };
}

/** In vhosts that it may enter. */
function policyRights(source: string, vhost: string, { parameters }: BrokerState): Right[] {
  const scope = rabbitmqVhost(source, vhost);
  const held = parameters.filter((one) => one.vhost === vhost && one.logins.length > 0);
  return [
    { target: scope, level: 'put', reason: 'policymaker: a policy drops or reroutes the messages of any queue' },
    ...held.map(
      ({ component, name }): Right => ({
        target: rabbitmqParameter(scope, component, name),
        level: 'read',
        reason: 'policymaker: parameters are shown with the logins in their addresses',
      }),
    ),
  ];
}

function grantFacts(source: string, rights: readonly (readonly [user: string, held: readonly Right[]])[]): Facts {
  const entities = new Map<string, EntityFact>();
  const relationships: RelationshipFact[] = [];
  for (const [user, held] of rights) {
    if (held.length === 0) continue;
    const key = rabbitmqPermission(source, sha256(canonicalJson(held.map((right) => ({ ...right })))).slice(0, 32));
    if (!entities.has(key)) {
      entities.set(key, { key, kind: 'Permission', name: nameOf(held), provider: 'rabbitmq' });
      for (const right of held) relationships.push(rightFact(key, right));
    }
    relationships.push(entitled(rabbitmqUser(source, user), 'HAS_GRANT', key));
  }
  return { entities: [...entities.values()], relationships };
}

const rightFact = (permission: string, { target, level, reason, isGuess }: Right): RelationshipFact => ({
  ...entitled(permission, CAN[level], target),
  ...(isGuess && { certainty: 'possible' as const }),
  ...(reason !== undefined && { reason }),
});

function nameOf(rights: readonly Right[]): string {
  const counts = (['control', 'write', 'put', 'read'] as const)
    .map((level) => [level, rights.filter((right) => right.level === level).length] as const)
    .filter(([, n]) => n > 0);
  return counts.map(([level, n]) => `${level} ${n}`).join(', ');
}
