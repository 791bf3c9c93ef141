/**
 * What several policies together allow at a path.
 *
 * One path's rules of all policies become one: capabilities add up, a deny is all that is left. Of the paths that fit, one decides:
 *
 *   1. the exact path, for a list also without its last slash
 *   2. else the one whose first `+` or final `*` comes latest, then one without `*`, then the fewest `+`, the longest, the last by name
 *
 * https://openbao.org/docs/concepts/policies/#policy-syntax, "priority matching"
 */
import { type HclValue, isHclObject } from './hcl.ts';
import type { Capability, ParameterValues, PathRule, VaultPolicy } from './policy.ts';

export const OPERATIONS = [
  'create',
  'read',
  'update',
  'patch',
  'delete',
  'list',
  'scan',
  'help',
  'revoke',
  'renew',
  'rollback',
] as const;
export type Operation = (typeof OPERATIONS)[number];

export interface VaultRequest {
  readonly path: string;
  readonly operation: Operation;
  readonly parameters: Readonly<Record<string, unknown>>;
}

export interface VaultVerdict {
  readonly verdict: 'allowed' | 'implicit-deny' | 'explicit-deny' | 'conditional';
  /** Names of the policies whose rules gave the operation's capability, sorted. */
  readonly grantedBy: readonly string[];
  /** All at the path; `deny` alone where there is none. */
  readonly capabilities: readonly string[];
  readonly conditions?: readonly { readonly text: string }[];
}

interface Permissions {
  capabilities: ReadonlySet<Capability>;
  readonly granting: Map<Capability, Set<string>>;
  allowed: ParameterValues;
  denied: ParameterValues;
  required: ReadonlySet<string>;
  wraps: boolean;
}

export class Acl {
  readonly #paths = new Map<string, Permissions>();
  /** Those with `+`. */
  readonly #segmented: readonly Wildcard[];
  readonly #prefixes: Prefixes;
  readonly #templates: readonly string[];
  readonly #isRoot: boolean;

  constructor(policies: readonly VaultPolicy[]) {
    this.#isRoot = policies.some(({ name }) => name === 'root');
    const rules = policies.flatMap(({ name, rules: own }) => own.map((rule) => ({ name, rule })));
    for (const { name, rule } of rules) if (!rule.isTemplate) this.#add(name, rule);
    const wild = [...this.#paths.keys()].filter(isWild).map(wildcardOf);
    this.#segmented = wild.filter(({ count }) => count > 0);
    this.#prefixes = new Prefixes(wild.filter(({ count }) => count === 0));
    this.#templates = rules.filter(({ rule }) => rule.isTemplate).map(({ rule }) => rule.path);
  }

  decide(request: VaultRequest): VaultVerdict {
    if (this.#isRoot) return { verdict: 'allowed', grantedBy: ['root'], capabilities: ['root'] };
    const permissions = this.#permissionsAt(request);
    const capabilities = permissions ? [...permissions.capabilities].sort() : ['deny'];
    const unsure = this.#templates.filter((path) => templateFits(path, request.path));
    if (request.operation === 'help') return { verdict: 'allowed', grantedBy: [], capabilities };
    if (unsure.length > 0) return { verdict: 'conditional', grantedBy: [], capabilities, conditions: unsure.map(asCondition) };
    if (!permissions) return { verdict: 'implicit-deny', grantedBy: [], capabilities };
    if (permissions.capabilities.has('deny')) return { verdict: 'explicit-deny', grantedBy: [], capabilities };
    const needed = CAPABILITY[request.operation];
    const isAllowed = permissions.capabilities.has(needed) && !permissions.wraps && parametersFit(permissions, request);
    const grantedBy = isAllowed ? [...(permissions.granting.get(needed) ?? [])].sort() : [];
    return { verdict: isAllowed ? 'allowed' : 'implicit-deny', grantedBy, capabilities };
  }

  #add(policy: string, rule: PathRule): void {
    const known = this.#paths.get(rule.path);
    const permissions = known ?? emptyPermissions();
    this.#paths.set(rule.path, permissions);
    if (permissions.capabilities.has('deny')) return;
    if (rule.capabilities.has('deny')) {
      Object.assign(permissions, emptyPermissions(), { capabilities: rule.capabilities });
      return;
    }
    permissions.capabilities = new Set([...permissions.capabilities, ...rule.capabilities]);
    for (const one of rule.capabilities) permissions.granting.set(one, (permissions.granting.get(one) ?? new Set()).add(policy));
    permissions.allowed = mergedParameters(permissions.allowed, rule.allowed);
    permissions.denied = mergedParameters(permissions.denied, rule.denied);
    permissions.required = new Set([...permissions.required, ...rule.required]);
    permissions.wraps ||= rule.wraps;
  }

  #permissionsAt({ path, operation }: VaultRequest): Permissions | undefined {
    const exact =
      this.#exact(path) ?? (operation === 'list' || operation === 'scan' ? this.#exact(path.replace(/\/$/, '')) : undefined);
    if (exact) return exact;
    const prefix = this.#prefixes.longestOf(path);
    const fitting = this.#segmented.filter((one) => fits(one, path));
    const best = [...fitting, ...(prefix ? [prefix] : [])].sort(byPriority).at(-1);
    return best && this.#paths.get(best.written);
  }

  #exact(path: string): Permissions | undefined {
    return isWild(path) ? undefined : this.#paths.get(path);
  }
}

const CAPABILITY: Readonly<Record<Exclude<Operation, 'help'>, Capability>> = {
  create: 'create',
  read: 'read',
  update: 'update',
  patch: 'patch',
  delete: 'delete',
  list: 'list',
  scan: 'scan',
  // A lease is kept or ended by writing.
  revoke: 'update',
  renew: 'update',
  rollback: 'update',
};

const emptyPermissions = (): Permissions => ({
  capabilities: new Set(),
  granting: new Map(),
  allowed: new Map(),
  denied: new Map(),
  required: new Set(),
  wraps: false,
});

/** Values of one name add up; any value, said once, stays. */
function mergedParameters(known: ParameterValues, more: ParameterValues): ParameterValues {
  const merged = new Map(known);
  for (const [name, values] of more) {
    const before = known.get(name);
    merged.set(name, values.length === 0 || before?.length === 0 ? [] : [...values, ...(before ?? [])]);
  }
  return merged;
}

const hasSegmentWildcard = (path: string): boolean => /(?:^|\/)\+(?:\/|$)/.test(path);
const isWild = (path: string): boolean => path.endsWith('*') || hasSegmentWildcard(path);

interface Wildcard {
  readonly written: string;
  /** Without the final `*`. */
  readonly path: string;
  readonly isPrefix: boolean;
  readonly segments: readonly string[];
  readonly first: number;
  readonly count: number;
}

function wildcardOf(written: string): Wildcard {
  const isPrefix = written.endsWith('*');
  const path = isPrefix ? written.slice(0, -1) : written;
  const segments = path.split('/');
  const isSegmented = hasSegmentWildcard(written);
  return {
    written,
    path,
    isPrefix,
    segments,
    first: isSegmented ? path.indexOf('+') : path.length,
    count: isSegmented ? segments.filter((segment) => segment === '+').length : 0,
  };
}

/** Of patterns that only end in `*`: among those that fit, the longest decides. Cost: a look for each length that there is. */
class Prefixes {
  readonly #byPath: ReadonlyMap<string, Wildcard>;
  readonly #lengths: readonly number[];

  constructor(wildcards: readonly Wildcard[]) {
    this.#byPath = new Map(wildcards.map((one) => [one.path, one]));
    this.#lengths = [...new Set(wildcards.map(({ path }) => path.length))].sort((a, b) => b - a);
  }

  longestOf(path: string): Wildcard | undefined {
    for (const length of this.#lengths) {
      const found = length <= path.length ? this.#byPath.get(path.slice(0, length)) : undefined;
      if (found) return found;
    }
    return undefined;
  }
}

function fits({ isPrefix, segments }: Wildcard, path: string): boolean {
  const parts = path.split('/');
  if (isPrefix ? parts.length < segments.length : parts.length !== segments.length) return false;
  return segments.every((segment, at) => {
    const part = parts[at] as string;
    return segment === '+' || segment === part || (isPrefix && at === segments.length - 1 && part.startsWith(segment));
  });
}

/** The one that decides last. */
function byPriority(a: Wildcard, b: Wildcard): number {
  if (a.first !== b.first) return a.first - b.first;
  if (a.isPrefix !== b.isPrefix) return a.isPrefix ? -1 : 1;
  if (a.count !== b.count) return b.count - a.count;
  if (a.path.length !== b.path.length) return a.path.length - b.path.length;
  return a.path < b.path ? -1 : 1;
}

/** Only operations that carry data are held to their parameters. */
const WITH_DATA: ReadonlySet<Operation> = new Set(['read', 'update', 'create', 'patch']);

function parametersFit({ allowed, denied, required }: Permissions, { operation, parameters }: VaultRequest): boolean {
  if (!WITH_DATA.has(operation)) return true;
  const given = new Map(Object.entries(parameters).map(([name, value]) => [name.toLowerCase(), value]));
  if ([...required].some((name) => !given.has(name))) return false;
  if (given.size === 0) return true;
  if (denied.has('*')) return false;
  for (const [name, value] of given) {
    const values = denied.get(name);
    if (values && isAmong(value, values)) return false;
  }
  if (allowed.size === 0) return true;
  const takesAny = allowed.has('*');
  if (takesAny && allowed.size === 1) return true;
  return [...given].every(([name, value]) => {
    const values = allowed.get(name);
    return values ? isAmong(value, values) : takesAny;
  });
}

/** An empty list means any value; texts may begin or end with `*`. */
function isAmong(value: unknown, values: readonly HclValue[]): boolean {
  return values.length === 0 || values.some((one) => isSame(value, one));
}

function isSame(value: unknown, meant: HclValue): boolean {
  if (typeof meant === 'string' && typeof value === 'string') return globFits(meant, value);
  if (Array.isArray(meant))
    return Array.isArray(value) && value.length === meant.length && meant.every((one, at) => isSame(value[at], one));
  if (isHclObject(meant as HclValue)) return false;
  return value === meant;
}

function globFits(pattern: string, text: string): boolean {
  const [opens, closes] = [pattern.startsWith('*'), pattern.length > 1 && pattern.endsWith('*')];
  const middle = pattern.slice(opens ? 1 : 0, closes ? -1 : undefined);
  if (opens && closes) return text.includes(middle);
  if (opens) return text.endsWith(middle);
  return closes ? text.startsWith(middle) : text === pattern;
}

/** Whether a path could be meant once the template is filled in. */
function templateFits(template: string, path: string): boolean {
  const pieces = template
    .replace(/\*$/, '')
    .split(/\{\{[^}]*\}\}/)
    .map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('/\\+/', '/[^/]+/'));
  return new RegExp(`^${pieces.join('[^/]+')}${template.endsWith('*') ? '' : '$'}`).test(path);
}

const asCondition = (path: string) => ({ text: `the caller's identity fits ${path}` });
