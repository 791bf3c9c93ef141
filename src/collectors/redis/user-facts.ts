import type { AclUser } from '../../apis/redis/acl.ts';
import { redisPasswordId } from '../../apis/redis/password-id.ts';
import type { EntityFact, RelationshipFact } from '../../model/entity.ts';
import { entitled, type Facts } from '../../model/facts.ts';
import type { Fingerprint } from '../../model/fingerprint.ts';
import { redisPassword, redisServer, redisSetting, redisUser } from '../../model/keys.ts';
import { EXTERNAL_ANYONE } from '../../model/kinds.ts';
import { type Inventory, isOpenToNetwork } from './inventory.ts';
import type { HeldPassword } from './node-state.ts';

export const passwordKey = (source: string, user: string, hash: string): string =>
  redisPassword(source, user, redisPasswordId(hash as Fingerprint));

/** The server, its users, and their passwords. */
export function userFacts(source: string, inventory: Inventory): Facts {
  const server: EntityFact = { key: redisServer(source), kind: 'Scope', name: source, provider: 'redis', state: 'active' };
  const users = [...inventory.users.values()];
  const anybody = users.filter((user) => user.enabled && user.noPassword && isReachable(inventory));
  return {
    entities: [server, ...users.flatMap((user) => userEntities(source, user)), ...(anybody.length > 0 ? [ANYONE] : [])],
    relationships: [
      ...users.flatMap((user) => userRelationships(source, user)),
      ...anybody.map((user) => openTo(redisUser(source, user.name))),
    ],
  };
}

const ANYONE: EntityFact = { key: EXTERNAL_ANYONE, kind: 'External', name: 'Anyone', provider: 'external' };

const isReachable = ({ settings, users }: Inventory): boolean =>
  isOpenToNetwork(settings, { protectsDefault: users.get('default')?.noPassword === true });

const openTo = (user: string): RelationshipFact => ({
  ...entitled(EXTERNAL_ANYONE, 'CAN_ASSUME', user),
  certainty: 'conditional',
  condition: 'can open a connection to the server',
  conditionClass: 'position',
  reason: 'nopass: any password is taken',
});

function userEntities(source: string, user: AclUser): EntityFact[] {
  const state = user.enabled ? 'active' : 'inactive';
  const key = redisUser(source, user.name);
  const properties = { enabled: user.enabled, noPassword: user.noPassword, selectors: user.selectors.length - 1 };
  return [
    { key, kind: 'ServiceAccount', name: user.name, provider: 'redis', state, properties },
    ...user.hashes.map(
      (hash): EntityFact => ({
        key: passwordKey(source, user.name, hash),
        kind: 'Credential',
        name: `password of ${user.name}`,
        provider: 'redis',
        state,
        properties: { hashFingerprint: hash, passwordsOfUser: user.hashes.length },
      }),
    ),
  ];
}

const userRelationships = (source: string, user: AclUser): RelationshipFact[] => [
  // To hold the server is to hold its users; to read its data is not.
  { ...entitled(redisServer(source), 'CONTAINS', redisUser(source, user.name)), levels: ['control'] },
  ...user.hashes.map((hash) => entitled(passwordKey(source, user.name, hash), 'AUTHENTICATES_AS', redisUser(source, user.name))),
];

/** Passwords that the configuration holds in the clear: the default user's, and the one by which a replica logs in at its master. */
export function settingFacts(source: string, inventory: Inventory): Facts {
  const entities = new Map<string, EntityFact>();
  const relationships = new Map<string, RelationshipFact>();
  const hold = (setting: 'requirepass' | 'masterauth', held: HeldPassword, users: readonly AclUser[]): void => {
    const key = redisSetting(source, setting);
    entities.set(key, { key, kind: 'Secret', name: setting, provider: 'redis', state: 'active' });
    relationships.set(key, { ...entitled(redisServer(source), 'CONTAINS', key), levels: ['control'] });
    const own = users.filter(({ hashes }) => hashes.includes(held.hash)).map(({ name }) => passwordKey(source, name, held.hash));
    const exposed = own.length > 0 ? own : [`${key}#value`];
    if (own.length === 0) entities.set(`${key}#value`, elsewhere(`${key}#value`, setting, held));
    for (const credential of exposed)
      relationships.set(credential, {
        ...entitled(key, 'EXPOSES', credential),
        basis: 'declared',
        reason: `CONFIG GET ${setting}`,
      });
  };
  for (const { requirepass, masterauth, masteruser = 'default' } of inventory.settings) {
    const all = [...inventory.users.values()];
    if (requirepass)
      hold(
        'requirepass',
        requirepass,
        all.filter(({ name }) => name === 'default'),
      );
    if (masterauth)
      hold(
        'masterauth',
        masterauth,
        all.filter(({ name }) => name === masteruser),
      );
  }
  return { entities: [...entities.values()], relationships: [...relationships.values()] };
}

/** Of a server that this source does not tell of. */
const elsewhere = (key: string, setting: string, { value, hash }: HeldPassword): EntityFact => ({
  key,
  kind: 'Credential',
  name: setting,
  provider: 'redis',
  properties: { fingerprint: value, hashFingerprint: hash },
});
