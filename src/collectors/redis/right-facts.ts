/**
 * Who may do what with keys, channels, settings and the server.
 *
 *     user ──HAS_GRANT──► Permission (one for all users with the same rights) ──CAN_READ──► keys that fit a pattern
 *
 * Every pattern that an access rule names is a Resource. Whose pattern holds all of it has it for certain; whose pattern crosses it has
 * perhaps some of it. Cost: patterns × distinct rights.
 */
import type { AclUser } from '../../apis/redis/acl.ts';
import { patternWithin } from '../../apis/redis/patterns.ts';
import {
  channelRights,
  keyRights,
  type PatternRight,
  type Power,
  type ServerSettings,
  serverPowers,
} from '../../apis/redis/rights.ts';
import type { EntityFact, RelationshipFact } from '../../model/entity.ts';
import { entitled, type Facts } from '../../model/facts.ts';
import { redisChannels, redisKeys, redisPermission, redisServer, redisSetting, redisUser } from '../../model/keys.ts';
import type { Level } from '../../model/kinds.ts';
import { canonicalJson, sha256 } from '../../model/ledger.ts';
import { anyNode, type Inventory } from './inventory.ts';

const CAN = { read: 'CAN_READ', put: 'CAN_PUT', write: 'CAN_WRITE', control: 'CAN_CONTROL' } as const;

interface Rights {
  readonly keys: readonly PatternRight[];
  readonly channels: readonly PatternRight[];
  readonly powers: readonly Power[];
}

interface Patterns {
  readonly keys: readonly string[];
  readonly channels: readonly string[];
  readonly settings: readonly string[];
}

export function rightFacts(source: string, inventory: Inventory): Facts {
  const settings: ServerSettings = {
    ...known('protectedConfigs', anyNode(inventory.settings, 'protectedConfigs')),
    ...known('modules', anyNode(inventory.settings, 'modules')),
    ...known('debug', anyNode(inventory.settings, 'debug')),
  };
  const rights = new Map([...inventory.users.values()].map((user) => [user.name, rightsOf(user, settings)] as const));
  const patterns = patternsOf(inventory, [...rights.values()]);
  const entities = [
    ...patterns.keys.map((pattern) => resource(redisKeys(source, pattern), `keys ${pattern}`, 'keys')),
    ...patterns.channels.map((pattern) => resource(redisChannels(source, pattern), `channels ${pattern}`, 'channels')),
  ];
  const contained = entities.map(({ key }) => entitled(redisServer(source), 'CONTAINS', key));
  const granted = grants(source, rights, patterns);
  return { entities: [...entities, ...granted.entities], relationships: [...contained, ...granted.relationships] };
}

const known = <K extends string>(name: K, value: boolean | undefined): Partial<Record<K, boolean>> =>
  value === undefined ? {} : ({ [name]: value } as Record<K, boolean>);

const rightsOf = (user: AclUser, settings: ServerSettings): Rights => ({
  keys: keyRights(user),
  channels: channelRights(user),
  powers: serverPowers(user, settings),
});

/** A server holds keys, whether a rule names all of them or not. */
const patternsOf = (inventory: Inventory, rights: readonly Rights[]): Patterns => ({
  keys: [...new Set(['*', ...rights.flatMap(({ keys }) => keys.map(({ pattern }) => pattern))])].sort(),
  channels: [...new Set(rights.flatMap(({ channels }) => channels.map(({ pattern }) => pattern)))].sort(),
  settings: (['requirepass', 'masterauth'] as const).filter((name) => inventory.settings.some((node) => node[name])),
});

const resource = (key: string, name: string, type: string): EntityFact => ({
  key,
  kind: 'Resource',
  name,
  provider: 'redis',
  state: 'active',
  properties: { type },
});

function grants(source: string, rights: ReadonlyMap<string, Rights>, patterns: Patterns): Facts {
  const entities = new Map<string, EntityFact>();
  const relationships: RelationshipFact[] = [];
  for (const [user, held] of rights) {
    const { keys, channels, powers } = held;
    if (keys.length + channels.length + powers.length === 0) continue;
    const key = redisPermission(source, sha256(canonicalJson(JSON.parse(JSON.stringify(held)))).slice(0, 32));
    if (!entities.has(key)) {
      const edges = edgesOf(source, held, patterns);
      if (edges.length === 0) continue;
      entities.set(key, { key, kind: 'Permission', name: nameOf(held), provider: 'redis' });
      for (const edge of edges) relationships.push({ source: key, ...edge });
    }
    relationships.push(entitled(redisUser(source, user), 'HAS_GRANT', key));
  }
  return { entities: [...entities.values()], relationships };
}

type Edge = Omit<RelationshipFact, 'source'>;

function edgesOf(source: string, { keys, channels, powers }: Rights, patterns: Patterns): Edge[] {
  const edges = new Edges();
  for (const pattern of patterns.keys) for (const right of keys) edges.over(redisKeys(source, pattern), pattern, right);
  for (const pattern of patterns.channels)
    for (const right of channels) edges.over(redisChannels(source, pattern), pattern, right);
  for (const power of powers) for (const target of targetsOf(source, power, patterns)) edges.add(target, power.level, power);
  return edges.all();
}

function targetsOf(source: string, { on }: Power, patterns: Patterns): string[] {
  switch (on) {
    case 'server':
      return [redisServer(source)];
    case 'default-user':
      return [redisUser(source, 'default')];
    case 'all-keys':
      return patterns.keys.map((pattern) => redisKeys(source, pattern));
    case 'settings':
      return patterns.settings.map((name) => redisSetting(source, name));
  }
}

type Why = Pick<Power, 'condition'> & Partial<Pick<Power, 'reason'>>;
type Sure = 'definite' | 'conditional' | 'possible';

/** The strongest of each target: what is sure leaves no word for what may be. */
class Edges {
  readonly #found = new Map<string, Map<Level, { readonly sure: Sure; readonly why: Why }>>();

  over(target: string, pattern: string, { pattern: granted, read, put }: PatternRight): void {
    const within = patternWithin(pattern, granted);
    // All of the granted pattern lies in this one, and is a thing of its own.
    if (within === 'none' || (within === 'some' && patternWithin(granted, pattern) === 'all')) return;
    const [sure, why]: [Sure, Why] =
      within === 'all' ? ['definite', {}] : ['possible', { reason: `${granted} crosses ${pattern}` }];
    if (read) this.#set(target, 'read', { sure, why });
    if (put) this.#set(target, 'put', { sure, why });
  }

  add(target: string, level: Level, why: Why): void {
    this.#set(target, level, { sure: why.condition ? 'conditional' : 'definite', why });
  }

  #set(target: string, level: Level, one: { readonly sure: Sure; readonly why: Why }): void {
    const levels = this.#found.get(target) ?? new Map<Level, { sure: Sure; why: Why }>();
    this.#found.set(target, levels);
    const before = levels.get(level);
    if (!before || ORDER.indexOf(one.sure) < ORDER.indexOf(before.sure)) levels.set(level, one);
  }

  all(): Edge[] {
    return [...this.#found].flatMap(([target, levels]) => {
      const [read, put] = [levels.get('read'), levels.get('put')];
      const both = read?.sure === 'definite' && put?.sure === 'definite';
      const shown = both ? [...levels].filter(([level]) => level === 'control') : [...levels];
      return [
        ...(both ? [edge(target, 'write', { sure: 'definite', why: read.why.reason ? read.why : put.why })] : []),
        ...shown.map(([level, one]) => edge(target, level, one)),
      ];
    });
  }
}

const ORDER: readonly Sure[] = ['definite', 'conditional', 'possible'];

const edge = (target: string, level: Level, { sure, why }: { readonly sure: Sure; readonly why: Why }): Edge => ({
  kind: CAN[level],
  target,
  basis: 'entitled',
  certainty: sure,
  ...(why.reason !== undefined && { reason: why.reason }),
  ...(why.condition && { condition: why.condition.text, conditionClass: why.condition.class }),
});

function nameOf({ keys, channels, powers }: Rights): string {
  const controls = powers.some(({ level }) => level === 'control');
  const parts = [
    ...(controls ? ['control'] : []),
    ...keys.map(({ pattern, read, put }) => `${read && put ? 'write' : read ? 'read' : 'put'} ${pattern}`),
    ...(channels.length > 0 ? [`${channels.length} channels`] : []),
  ];
  return parts.length > 4
    ? `${parts.slice(0, 3).join(', ')} and ${parts.length - 3} more`
    : parts.join(', ') || 'server commands';
}
