/**
 * What an ACL user may do, by what an answer shows or a call causes. Commands and keys are allowed together, selector by selector:
 * GET in one selector and a pattern in another read nothing.
 *
 * Left out: what a function library that somebody replaces (FUNCTION LOAD) does with the rights of those who call it.
 */
import type { AclSelector, AclUser, KeyPattern } from './acl.ts';
import { type KeyUse, REDIS_KEY_USE } from './commands.ts';

export interface PatternRight {
  readonly pattern: string;
  readonly read: boolean;
  readonly put: boolean;
}

/** They look at a value for the server's sake, and answer with a count, a time or nothing of it. */
const SHOWS_NOTHING: ReadonlySet<string> = new Set(
  `bitop copy expiretime geosearchstore move pexpiretime pfcount pfmerge pttl rename renamenx sdiffstore sinterstore smove sunionstore ttl
   xinfo|consumers xinfo|groups zdiffstore zinterstore zrangestore zunionstore`.split(/\s+/),
);
/** They change something and answer with what was there, though their key specifications do not say so. */
const SHOWS_ALL_THE_SAME: ReadonlySet<string> = new Set(['xclaim', 'xautoclaim']);
/** Written only where the caller asks for it, or read only then: either use may be missing. */
const OPTIONAL_USES: Readonly<Record<string, readonly KeyUse[]>> = {
  set: ['W', 'B'],
  bitfield: ['R', 'B'],
  sort: ['R', 'W'],
  georadius: ['R', 'W'],
  georadiusbymember: ['R', 'W'],
};
const OPTIONAL_SECOND: ReadonlySet<string> = new Set(['sort', 'georadius', 'georadiusbymember']);

/** Key patterns with what may be read and put there; without those where neither may be. */
export const keyRights = ({ selectors }: AclUser): PatternRight[] => merged(selectors.flatMap(keysOf));

function keysOf(selector: AclSelector): PatternRight[] {
  const { keys, commands } = selector;
  const runnable = [...REDIS_KEY_USE.keys()].filter((command) => commands.has(command) && canRun(command, keys));
  return keys.map((key) => ({
    pattern: key.pattern,
    read: runnable.some((command) => usesOf(command).some((use) => shows(command, use) && isOpen(key, use))),
    put: runnable.some((command) => usesOf(command).some((use) => use !== 'R' && isOpen(key, use))),
  }));
}

const usesOf = (command: string): readonly KeyUse[] => OPTIONAL_USES[command] ?? REDIS_KEY_USE.get(command) ?? [];
const shows = (command: string, use: KeyUse): boolean =>
  SHOWS_ALL_THE_SAME.has(command) || (use !== 'W' && !SHOWS_NOTHING.has(command));

const isOpen = ({ read, write }: KeyPattern, use: KeyUse): boolean => (use === 'W' || read) && (use === 'R' || write);

/** Every key that the command cannot do without finds a pattern. */
function canRun(command: string, keys: readonly KeyPattern[]): boolean {
  const uses = usesOf(command);
  const finds = (use: KeyUse): boolean => keys.some((key) => isOpen(key, use));
  if (OPTIONAL_SECOND.has(command)) return finds('R');
  return OPTIONAL_USES[command] ? uses.some(finds) : uses.every(finds);
}

const READS_CHANNELS = ['subscribe', 'psubscribe', 'ssubscribe'];
const PUTS_CHANNELS = ['publish', 'spublish'];

export const channelRights = ({ selectors }: AclUser): PatternRight[] =>
  merged(
    selectors.flatMap(({ commands, channels }) =>
      channels.map((pattern) => ({
        pattern,
        read: READS_CHANNELS.some((command) => commands.has(command)),
        put: PUTS_CHANNELS.some((command) => commands.has(command)),
      })),
    ),
  );

function merged(rights: readonly PatternRight[]): PatternRight[] {
  const found = new Map<string, PatternRight>();
  for (const { pattern, read, put } of rights) {
    const before = found.get(pattern);
    found.set(pattern, { pattern, read: read || before?.read === true, put: put || before?.put === true });
  }
  return [...found.values()].filter(({ read, put }) => read || put).sort((a, b) => (a.pattern < b.pattern ? -1 : 1));
}

/** Settings without which a power is refused; undefined where they could not be read. */
export interface ServerSettings {
  /** `enable-protected-configs`: files and folders may be set. Before Redis 7 always. */
  readonly protectedConfigs?: boolean;
  /** `enable-module-command`. Before Redis 7 always. */
  readonly modules?: boolean;
  /** `enable-debug-command`. Before Redis 7 always. */
  readonly debug?: boolean;
}

export interface Power {
  readonly on: 'server' | 'default-user' | 'all-keys' | 'settings';
  readonly level: 'read' | 'put' | 'control';
  readonly reason: string;
  /** A gate that the caller's place or time decides, or a setting that is not known. */
  readonly condition?: { readonly text: string; readonly class: 'position' | 'time' | 'unknown' };
}

/** What commands without keys give: the server, all its data, its settings. */
export function serverPowers(user: AclUser, settings: ServerSettings): Power[] {
  const may = (command: string): boolean => user.selectors.some(({ commands }) => commands.has(command));
  const powers: Power[] = [];
  if (may('acl|setuser')) powers.push({ on: 'server', level: 'control', reason: 'ACL SETUSER: may give itself every right' });
  if (may('replicaof') || may('slaveof')) powers.push(REPLICATES);
  if (may('module|load') || may('module|loadex')) powers.push(...gated(settings.modules, 'enable-module-command', MODULE));
  if (may('config|set'))
    powers.push(SETS_PASSWORD, ...gated(settings.protectedConfigs, 'enable-protected-configs', WRITES_FILES));
  if (may('debug')) powers.push(...gated(settings.debug, 'enable-debug-command', DEBUGS));
  if (may('psync') || may('sync')) powers.push({ on: 'all-keys', level: 'read', reason: 'PSYNC: a replica is sent every key' });
  if (may('monitor')) powers.push(LISTENS);
  const flushes = ['flushall', 'flushdb', 'swapdb'].filter(may);
  if (flushes.length > 0)
    powers.push({ on: 'all-keys', level: 'put', reason: `${flushes.join(', ').toUpperCase()}: without regard to key patterns` });
  if (may('config|get'))
    powers.push({ on: 'settings', level: 'read', reason: 'CONFIG GET: shows requirepass and masterauth in the clear' });
  return powers;
}

const REPLICATES: Power = {
  on: 'server',
  level: 'control',
  reason: 'REPLICAOF: a master of the caller’s choice replaces all data, and its commands are not checked',
  condition: { text: 'the server can reach a host of the caller', class: 'position' },
};
const MODULE: Power = { on: 'server', level: 'control', reason: 'MODULE LOAD: code in the server' };
const SETS_PASSWORD: Power = { on: 'default-user', level: 'control', reason: 'CONFIG SET requirepass: sets its password' };
const WRITES_FILES: Power = {
  on: 'server',
  level: 'control',
  reason: 'CONFIG SET dir and dbfilename: writes files as the server’s operating system user',
};
const DEBUGS: Power = { on: 'all-keys', level: 'put', reason: 'DEBUG: makes keys, and throws them away' };
const LISTENS: Power = {
  on: 'all-keys',
  level: 'read',
  reason: 'MONITOR: shows every command with its values',
  condition: { text: 'clients send the value while it listens', class: 'time' },
};

function gated(isOn: boolean | undefined, setting: string, power: Power): Power[] {
  if (isOn === false) return [];
  return isOn
    ? [power]
    : [{ ...power, condition: { text: `${setting} is not \`no\`, its default since Redis 7`, class: 'unknown' } }];
}
