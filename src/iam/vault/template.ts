/**
 * Paths of a policy with the caller's identity filled in. A rule whose value is not there does not count, as on the server.
 * https://openbao.org/docs/concepts/policies/#templated-policies
 */
import type { PathRule, VaultPolicy } from './policy.ts';

type Texts = Readonly<Record<string, string>>;

export interface TemplateAlias {
  readonly id: string;
  readonly mountAccessor: string;
  readonly name: string;
  readonly metadata: Texts;
  readonly customMetadata: Texts;
}

export interface TemplateGroup {
  readonly id: string;
  readonly name: string;
  readonly metadata: Texts;
}

export interface TemplateIdentity {
  readonly id: string;
  readonly name: string;
  readonly metadata: Texts;
  readonly aliases: readonly TemplateAlias[];
  /** All that it is in, also through other groups. */
  readonly groups: readonly TemplateGroup[];
}

export interface TemplateOptions {
  /** OpenBao refuses values with `*` or `+` unless the policy allows them; Vault takes them as they are. */
  readonly refusesWildcards?: boolean;
  /** The same of `/`. */
  readonly refusesSlashes?: boolean;
}

const PLACE = /\{\{\s*([^{}]*?)\s*\}\}/g;

/** The policy for one caller; without an identity its templated rules are gone. */
export function policyFor(
  policy: VaultPolicy,
  identity: TemplateIdentity | undefined,
  options: TemplateOptions = {},
): VaultPolicy {
  if (!policy.rules.some(({ isTemplate }) => isTemplate)) return policy;
  const rules = policy.rules.flatMap((rule): PathRule[] => {
    if (!rule.isTemplate) return [rule];
    const path = identity && filled(rule.path, identity, options);
    return path === undefined ? [] : [{ ...rule, path, isTemplate: false }];
  });
  return { name: policy.name, rules };
}

function filled(path: string, identity: TemplateIdentity, options: TemplateOptions): string | undefined {
  let isWhole = true;
  const text = path.replace(PLACE, (_, name: string) => {
    const value = textOf(name, identity);
    if (value === undefined || value === '' || isRefused(value, options)) isWhole = false;
    return value ?? '';
  });
  return isWhole ? text : undefined;
}

const isRefused = (value: string, { refusesWildcards, refusesSlashes }: TemplateOptions): boolean =>
  (refusesWildcards === true && /[*+]/.test(value)) || (refusesSlashes === true && value.includes('/'));

function textOf(name: string, identity: TemplateIdentity): string | undefined {
  const [, area, rest = ''] = /^identity\.(entity|groups)\.(.+)$/.exec(name) ?? [];
  if (area === 'entity') return ofEntity(rest, identity);
  if (area === 'groups') return ofGroups(rest, identity);
  return undefined;
}

function ofEntity(rest: string, identity: TemplateIdentity): string | undefined {
  if (rest === 'id' || rest === 'name') return identity[rest];
  if (rest.startsWith('metadata.')) return own(identity.metadata, rest.slice('metadata.'.length));
  const [, accessor, field = ''] = /^aliases\.([^.]+)\.(.+)$/.exec(rest) ?? [];
  const alias = identity.aliases.find(({ mountAccessor }) => mountAccessor === accessor);
  if (!alias) return undefined;
  if (field === 'id' || field === 'name') return alias[field];
  if (field.startsWith('metadata.')) return own(alias.metadata, field.slice('metadata.'.length));
  return field.startsWith('custom_metadata.') ? own(alias.customMetadata, field.slice('custom_metadata.'.length)) : undefined;
}

/** Names of groups may hold dots: the one that the text begins with. */
function ofGroups(rest: string, { groups }: TemplateIdentity): string | undefined {
  const [, by, below = ''] = /^(ids|names)\.(.+)$/.exec(rest) ?? [];
  if (by === undefined) return undefined;
  const nameIn = (group: TemplateGroup): string => (by === 'ids' ? group.id : group.name);
  const group = groups.find((one) => below.startsWith(`${nameIn(one)}.`));
  if (!group) return undefined;
  const field = below.slice(nameIn(group).length + 1);
  if (field === 'id' || field === 'name') return group[field];
  return field.startsWith('metadata.') ? own(group.metadata, field.slice('metadata.'.length)) : undefined;
}

const own = (texts: Texts, name: string): string | undefined => (Object.hasOwn(texts, name) ? texts[name] : undefined);
