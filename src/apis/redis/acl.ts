/**
 * A Redis user as a line of `ACL LIST` or of an ACL file says it, rule by rule, in order: a later rule overrides an earlier one.
 * https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/
 */
import { createHash } from 'node:crypto';
import { InputError } from '../../model/errors.ts';
import { grouped } from '../../model/grouped.ts';
import { REDIS_CATEGORIES, REDIS_COMMANDS } from './commands.ts';

export interface KeyPattern {
  readonly pattern: string;
  readonly read: boolean;
  readonly write: boolean;
}

/** A set of rules that must allow a call by themselves. */
export interface AclSelector {
  readonly commands: ReadonlySet<string>;
  readonly keys: readonly KeyPattern[];
  readonly channels: readonly string[];
}

export interface AclUser {
  readonly name: string;
  readonly enabled: boolean;
  /** Any password is taken. */
  readonly noPassword: boolean;
  /** SHA-256 in hex, or what stands for it in a saved file. Secret unless it begins with `fp:`. */
  readonly hashes: readonly string[];
  /** The user's own rules, then its selectors. */
  readonly selectors: readonly AclSelector[];
  /** Commands, categories and forms that Redis 7.0 does not have: what they allow is not known. */
  readonly unknown: readonly string[];
}

/** What `ACL SETUSER` takes to name a password. */
export const passwordHash = (password: string): string => createHash('sha256').update(password, 'utf8').digest('hex');

/** Throws an InputError that quotes no rule: it may hold a password. */
export function parseAclLine(line: string): AclUser {
  const [word, name, ...rules] = line.trim().split(/ +/);
  if (word !== 'user' || name === undefined) throw new InputError('not a line of ACL LIST: it begins with `user` and a name');
  const user = new UserBuilder(name);
  for (const rule of joined(rules)) user.take(rule);
  return user.build();
}

/** The rules of a line one by one; a selector is one rule, in brackets. */
export function aclRules(line: string): string[] {
  const [, , ...rules] = line.trim().split(/ +/);
  return joined(rules);
}

function joined(words: readonly string[]): string[] {
  const rules: string[] = [];
  let open: string[] | undefined;
  for (const word of words) {
    if (open === undefined && word.startsWith('(') && !word.endsWith(')')) open = [word];
    else if (open === undefined) rules.push(word);
    else {
      open.push(word);
      if (word.endsWith(')')) {
        rules.push(open.join(' '));
        open = undefined;
      }
    }
  }
  if (open) throw new InputError('a selector is not closed');
  return rules;
}

/** Rules that say what is allowed, not who may log in: the only ones by which rights are reduced. */
export const isRightRule = (rule: string): boolean =>
  /^(?:[~%&+\-(]|(?:allkeys|resetkeys|allchannels|resetchannels|allcommands|nocommands|clearselectors)$)/i.test(rule);

class UserBuilder {
  readonly #name: string;
  #enabled = false;
  #noPassword = false;
  #hashes: string[] = [];
  #root = new SelectorBuilder();
  #selectors: SelectorBuilder[] = [];

  constructor(name: string) {
    this.#name = name;
  }

  take(rule: string): void {
    if (rule.startsWith('(')) {
      const selector = new SelectorBuilder();
      for (const inner of rule.slice(1, -1).split(/ +/).filter(Boolean)) selector.take(inner);
      this.#selectors.push(selector);
    } else if (/^[><#!]/.test(rule)) this.#password(rule[0] as string, rule.slice(1));
    else if (!this.#flag(rule.toLowerCase())) this.#root.take(rule);
  }

  #password(sign: string, text: string): void {
    const hash =
      sign === '>' || sign === '<' ? passwordHash(text) : text.toLowerCase().startsWith('fp:') ? text : text.toLowerCase();
    this.#hashes = this.#hashes.filter((other) => other !== hash);
    if (sign === '<' || sign === '!') return;
    this.#hashes.push(hash);
    this.#noPassword = false;
  }

  #flag(rule: string): boolean {
    switch (rule) {
      case 'on':
      case 'off':
        this.#enabled = rule === 'on';
        return true;
      case 'nopass':
        this.#noPassword = true;
        this.#hashes = [];
        return true;
      case 'resetpass':
        this.#noPassword = false;
        this.#hashes = [];
        return true;
      case 'sanitize-payload':
      case 'skip-sanitize-payload':
        return true;
      case 'clearselectors':
        this.#selectors = [];
        return true;
      case 'reset':
        this.#enabled = false;
        this.#noPassword = false;
        this.#hashes = [];
        this.#root = new SelectorBuilder();
        this.#selectors = [];
        return true;
      default:
        return false;
    }
  }

  build(): AclUser {
    const all = [this.#root, ...this.#selectors];
    return {
      name: this.#name,
      enabled: this.#enabled,
      noPassword: this.#noPassword,
      hashes: this.#hashes,
      selectors: all.map((selector) => selector.build()),
      unknown: all.flatMap(({ unknown }) => unknown),
    };
  }
}

const KEY_RULE = /^%(R|W|RW|WR)~(.*)$/is;

class SelectorBuilder {
  readonly unknown: string[] = [];
  #commands = new Set<string>();
  #keys = new Map<string, KeyPattern>();
  #channels = new Set<string>();

  take(rule: string): void {
    const [, allowed, pattern] = KEY_RULE.exec(rule) ?? [];
    if (allowed !== undefined && pattern !== undefined) this.#key(pattern, allowed.toUpperCase());
    else if (rule.startsWith('~')) this.#key(rule.slice(1), 'RW');
    else if (rule.startsWith('&')) this.#channels.add(rule.slice(1));
    else if (rule.startsWith('+') || rule.startsWith('-')) this.#command(rule.slice(1).toLowerCase(), rule.startsWith('+'));
    else this.#word(rule);
  }

  #key(pattern: string, allowed: string): void {
    const before = this.#keys.get(pattern);
    const read = allowed.includes('R') || before?.read === true;
    const write = allowed.includes('W') || before?.write === true;
    this.#keys.set(pattern, { pattern, read, write });
  }

  #word(rule: string): void {
    const word = rule.toLowerCase();
    if (word === 'allkeys') this.#key('*', 'RW');
    else if (word === 'resetkeys') this.#keys.clear();
    else if (word === 'allchannels') this.#channels.add('*');
    else if (word === 'resetchannels') this.#channels.clear();
    else if (word === 'allcommands') this.#command('@all', true);
    else if (word === 'nocommands') this.#command('@all', false);
    // Never the rule itself: what is misplaced may be a password.
    else this.unknown.push(`a rule that begins with ${word.slice(0, 1)}`);
  }

  #command(word: string, isAllowed: boolean): void {
    if (word === '@all') {
      if (isAllowed) this.#commands = new Set(REDIS_COMMANDS);
      else this.#commands.clear();
      return;
    }
    const named = word.startsWith('@') ? REDIS_CATEGORIES.get(word.slice(1)) : REDIS_COMMANDS.has(word) ? [word] : undefined;
    if (!named) {
      if (isAllowed) this.unknown.push(`+${word}`);
      return;
    }
    // A command stands for all its subcommands.
    for (const name of named.flatMap(withSubcommands)) {
      if (isAllowed) this.#commands.add(name);
      else this.#commands.delete(name);
    }
  }

  build(): AclSelector {
    return { commands: this.#commands, keys: [...this.#keys.values()], channels: [...this.#channels] };
  }
}

const SUBCOMMANDS = grouped(
  [...REDIS_COMMANDS].filter((name) => name.includes('|')),
  (name) => name.split('|', 1)[0] as string,
);
const withSubcommands = (name: string): readonly string[] => [name, ...(SUBCOMMANDS.get(name) ?? [])];
