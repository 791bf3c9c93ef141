/**
 * An ACL policy of Vault or OpenBao: what may be done at which paths.
 * https://openbao.org/docs/concepts/policies/ · https://developer.hashicorp.com/vault/docs/concepts/policies
 */
import { InputError } from '../../model/errors.ts';
import { type HclEntry, type HclObject, type HclValue, isHclObject, parseHcl } from './hcl.ts';

export const CAPABILITIES = [
  'create',
  'read',
  'update',
  'delete',
  'list',
  'scan',
  'patch',
  'sudo',
  'subscribe',
  'recover',
  'deny',
] as const;
export type Capability = (typeof CAPABILITIES)[number];

/** Parameter names in lower case → the values that are meant; an empty list means any. */
export type ParameterValues = ReadonlyMap<string, readonly HclValue[]>;

export interface PathRule {
  /** As written, without a leading slash; a trailing `*` is kept. */
  readonly path: string;
  readonly capabilities: ReadonlySet<Capability>;
  readonly allowed: ParameterValues;
  readonly denied: ParameterValues;
  readonly required: ReadonlySet<string>;
  /** The response must be wrapped. */
  readonly wraps: boolean;
  /** Parts of the path are filled in from the caller's identity. */
  readonly isTemplate: boolean;
}

export interface VaultPolicy {
  readonly name: string;
  readonly rules: readonly PathRule[];
}

/** Throws an InputError that names the policy and the line of what the server would refuse. */
export function compileVaultPolicy(name: string, text: string): VaultPolicy {
  try {
    return { name, rules: pathBlocks(parseHcl(text)).map(ruleOf) };
  } catch (error) {
    if (error instanceof InputError) throw new InputError(`policy ${name}: ${error.message}`);
    throw error;
  }
}

interface PathBlock {
  readonly path: string;
  readonly body: HclObject;
  readonly line: number;
}

/** `path "a" {…}`, and in JSON `"path": {"a": {…}}`. */
function pathBlocks(document: HclObject): PathBlock[] {
  return document.entries.flatMap((entry): PathBlock[] => {
    if (entry.name === 'name' || entry.name === 'expiration') return [];
    if (entry.name !== 'path') throw new InputError(`line ${entry.line}: ${quoted(entry.name)} is no part of a policy`);
    const [label] = entry.labels;
    if (label !== undefined) return [blockOf(label, entry)];
    const held = Array.isArray(entry.value) ? entry.value : [entry.value];
    return held.flatMap((one) =>
      isHclObject(one) ? one.entries.map((inner) => blockOf(inner.labels[0] ?? inner.name, inner)) : [],
    );
  });
}

function blockOf(path: string, { value, line }: HclEntry): PathBlock {
  const body = Array.isArray(value) ? value[0] : value;
  if (body === undefined || !isHclObject(body)) throw new InputError(`line ${line}: path ${quoted(path)} has no block`);
  if (path.includes('+*')) throw new InputError(`line ${line}: path ${quoted(path)}: "+*" is not allowed`);
  return { path: path.replace(/^\//, ''), body, line };
}

/** What the old `policy = "…"` stands for. */
const OLD_POLICIES: Readonly<Record<string, readonly Capability[]>> = {
  deny: ['deny'],
  read: ['read', 'list'],
  write: ['create', 'read', 'update', 'delete', 'list'],
  sudo: ['create', 'read', 'update', 'delete', 'list', 'sudo'],
};

const KEYS: ReadonlySet<string> = new Set([
  'comment',
  'policy',
  'capabilities',
  'allowed_parameters',
  'denied_parameters',
  'required_parameters',
  'min_wrapping_ttl',
  'max_wrapping_ttl',
  'mfa_methods',
  'control_group',
  'expiration',
  'pagination_limit',
  'response_keys_filter_path',
  'list_scan_response_keys_filter_path',
  'subscribe_event_types',
]);

function ruleOf({ path, body, line }: PathBlock): PathRule {
  const fields = new Map(body.entries.map((entry) => [entry.name, entry]));
  for (const { name, line: at } of body.entries)
    if (!KEYS.has(name)) throw new InputError(`line ${at}: ${quoted(name)} is no part of a path`);
  const value = (name: string): HclValue | undefined => fields.get(name)?.value;
  const listed = capabilitiesOf(value('capabilities'), value('policy'), line);
  const isDenied = listed.has('deny');
  return {
    path,
    capabilities: isDenied ? new Set(['deny']) : listed,
    allowed: isDenied ? new Map() : parametersOf(value('allowed_parameters'), line),
    denied: isDenied ? new Map() : parametersOf(value('denied_parameters'), line),
    required: new Set(isDenied ? [] : textsOf(value('required_parameters'), line).map((name) => name.toLowerCase())),
    wraps: ['min_wrapping_ttl', 'max_wrapping_ttl'].some((name) => isLong(value(name))),
    isTemplate: path.includes('{{'),
  };
}

function capabilitiesOf(given: HclValue | undefined, old: HclValue | undefined, line: number): Set<Capability> {
  const names = textsOf(given, line);
  if (old !== undefined) {
    const stands = typeof old === 'string' ? OLD_POLICIES[old] : undefined;
    if (!stands) throw new InputError(`line ${line}: policy is none of ${Object.keys(OLD_POLICIES).join(', ')}`);
    names.push(...stands);
  }
  return new Set(
    names.map((name) => {
      const known = CAPABILITIES.find((one) => one === name);
      if (!known) throw new InputError(`line ${line}: ${quoted(name)} is no capability`);
      return known;
    }),
  );
}

function textsOf(value: HclValue | undefined, line: number): string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.some((one) => typeof one !== 'string'))
    throw new InputError(`line ${line}: expected a list of texts`);
  return [...(value as string[])];
}

function parametersOf(value: HclValue | undefined, line: number): ParameterValues {
  if (value === undefined) return new Map();
  const held = Array.isArray(value) && value.length === 1 ? value[0] : value;
  if (held === undefined || !isHclObject(held)) throw new InputError(`line ${line}: expected parameters with their values`);
  return new Map(
    held.entries.map(({ name, value: values, line: at }) => {
      if (!Array.isArray(values)) throw new InputError(`line ${at}: the values of a parameter are a list`);
      return [name.toLowerCase(), values];
    }),
  );
}

/** A duration of more than nothing: seconds as a number, or `1h30m`. */
const isLong = (value: HclValue | undefined): boolean =>
  typeof value === 'number' ? value > 0 : typeof value === 'string' && /[1-9]/.test(value);

const quoted = (text: string): string => JSON.stringify(text.slice(0, 80));
