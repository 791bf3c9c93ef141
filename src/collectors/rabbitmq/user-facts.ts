import type { EntityFact, RelationshipFact } from '../../model/entity.ts';
import { entitled, type Facts } from '../../model/facts.ts';
import {
  rabbitmqBroker,
  rabbitmqLink,
  rabbitmqParameter,
  rabbitmqPassword,
  rabbitmqUser,
  rabbitmqVhost,
} from '../../model/keys.ts';
import { EXTERNAL_ANYONE } from '../../model/kinds.ts';
import type { BrokerParameter, BrokerState, BrokerUser, HeldLogin } from './broker-state.ts';

/** The broker, its users and their passwords. */
export function userFacts(source: string, { users }: BrokerState): Facts {
  const broker: EntityFact = { key: rabbitmqBroker(source), kind: 'Scope', name: source, provider: 'rabbitmq', state: 'active' };
  const delivered = users.filter((user) => user.isDelivered);
  const anyone: EntityFact = { key: EXTERNAL_ANYONE, kind: 'External', name: 'Anyone', provider: 'external' };
  return {
    entities: [broker, ...users.flatMap((user) => userEntities(source, user)), ...(delivered.length > 0 ? [anyone] : [])],
    relationships: [
      ...users.flatMap((user) => userRelationships(source, user)),
      ...delivered.map((user) => knownToAll(rabbitmqUser(source, user.name), user.name)),
    ],
  };
}

/** A user without a password may still log in by certificate or token, so it is active; what its password could prove is not. */
function userEntities(source: string, { name, tags, hashFingerprint, isDelivered, hashing_algorithm }: BrokerUser): EntityFact[] {
  const properties = { tags, ...(isDelivered && { deliveredPassword: true }) };
  return [
    { key: rabbitmqUser(source, name), kind: 'ServiceAccount', name, provider: 'rabbitmq', state: 'active', properties },
    {
      key: rabbitmqPassword(source, name),
      kind: 'Credential',
      name: `password of ${name}`,
      provider: 'rabbitmq',
      state: hashFingerprint === undefined ? 'inactive' : 'active',
      properties: {
        ...(hashFingerprint !== undefined && { hashFingerprint }),
        ...(hashing_algorithm !== undefined && { method: hashing_algorithm }),
      },
    },
  ];
}

const userRelationships = (source: string, { name }: BrokerUser): RelationshipFact[] => [
  // To administer the broker is to hold its users.
  { ...entitled(rabbitmqBroker(source), 'CONTAINS', rabbitmqUser(source, name)), levels: ['control'] },
  entitled(rabbitmqPassword(source, name), 'AUTHENTICATES_AS', rabbitmqUser(source, name)),
];

/** `loopback_users` holds `guest` unless it was configured otherwise, which no answer of the API says. */
const knownToAll = (user: string, name: string): RelationshipFact => ({
  ...entitled(EXTERNAL_ANYONE, 'CAN_ASSUME', user),
  certainty: 'conditional',
  condition:
    name === 'guest' ? 'can reach the broker: from its own host, unless loopback_users was changed' : 'can reach the broker',
  conditionClass: 'position',
  reason: 'its password is `guest`, as every broker is delivered',
});

/** Shovels and federation upstreams: places that hold logins, and the broker's own links that live by them. */
export function parameterFacts(source: string, { parameters }: BrokerState): Facts {
  const held = parameters.filter(({ logins }) => logins.length > 0).map((parameter) => facts(source, parameter));
  return {
    entities: held.flatMap(({ entities }) => entities),
    relationships: held.flatMap(({ relationships }) => relationships),
  };
}

function facts(source: string, { vhost, component, name, logins }: BrokerParameter): Facts {
  const scope = rabbitmqVhost(source, vhost);
  const [place, link] = [rabbitmqParameter(scope, component, name), rabbitmqLink(scope, component, name)];
  const credentials = new Map(logins.map((login) => [credentialKey(source, place, login), login] as const));
  const made = { provider: 'rabbitmq', state: 'active' } as const;
  return {
    entities: [
      { key: place, kind: 'Secret', name: `${component} ${name}`, ...made },
      { key: link, kind: 'Workload', name: `${component} ${name}`, ...made, properties: { component, vhost } },
      ...[...credentials].filter(([, login]) => !login.isOwn).map(([key, login]) => loginEntity(key, login)),
    ],
    relationships: [
      { ...entitled(scope, 'CONTAINS', place), levels: ['control'] },
      ...[...credentials.keys()].flatMap((key): RelationshipFact[] => [
        { ...entitled(place, 'EXPOSES', key), basis: 'declared', reason: 'in its address' },
        { ...entitled(link, 'USES', key), basis: 'declared', reason: 'logs in with it' },
      ]),
    ],
  };
}

const credentialKey = (source: string, place: string, { user, at, isOwn }: HeldLogin): string =>
  isOwn ? rabbitmqPassword(source, user) : `${place}#${user}@${at}`;

const loginEntity = (key: string, { user, at, fingerprint }: HeldLogin): EntityFact => ({
  key,
  kind: 'Credential',
  name: `password of ${user} at ${at}`,
  provider: 'rabbitmq',
  properties: { fingerprint },
});
