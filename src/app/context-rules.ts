/**
 * What the configuration says of things by their key, tags and labels: tier, environment, owner. A source that knows better stays
 * as it is; the first rule that fits decides, but of owners all are kept, so that two tags that disagree are both seen.
 */
import type { EntityFact, Properties, RelationshipFact } from '../model/entity.ts';
import { matchesGlob } from '../model/glob.ts';
import { owner as ownerKey } from '../model/keys.ts';
import type { Environment, Tier } from '../model/kinds.ts';

/** Everything that is stated must hold. */
export interface ThingPattern {
  /** Of the key; `*` is any text. */
  readonly match?: string | undefined;
  /** The name of an AWS tag, a Kubernetes label or a label of a catalogue, without regard to case. */
  readonly tag?: string | undefined;
  /** Of the tag's value, without regard to case; any when absent. */
  readonly value?: string | undefined;
}

export interface ContextRules {
  readonly tiers: readonly (ThingPattern & { readonly tier: Tier })[];
  /** Without `environment` the tag's value is it, by `values` first, then by its usual names. */
  readonly environments: readonly (ThingPattern & {
    readonly environment?: Environment | undefined;
    readonly values?: Readonly<Record<string, Environment>> | undefined;
  })[];
  /** Without `owner` the tag's value is it; `team/x`, `user/x`, or `x` for a team. */
  readonly owners: readonly (ThingPattern & { readonly owner?: string | undefined })[];
}

export interface InContext {
  readonly fact: EntityFact;
  /** Who owns it by the rules, with the owners themselves. */
  readonly owners: readonly EntityFact[];
  readonly owned: readonly RelationshipFact[];
}

export function inContext(fact: EntityFact, rules: ContextRules): InContext {
  if (rules.tiers.length + rules.environments.length + rules.owners.length === 0) return { fact, owners: [], owned: [] };
  const tags = tagsOf(fact.properties ?? {});
  const thing = { key: fact.key, tags };
  const tier = fact.tier ?? rules.tiers.find((rule) => fits(rule, thing))?.tier;
  const environment = fact.environment ?? environmentBy(rules.environments, thing);
  // A stub is spoken of by many; its own source says whose it is.
  const ties = fact.stub || fact.kind === 'Owner' ? [] : ownersBy(rules.owners, thing);
  const owner = fact.owner ?? ties[0]?.name;
  return {
    fact: {
      ...fact,
      ...(tier !== undefined && { tier }),
      ...(environment && { environment }),
      ...(owner !== undefined && { owner }),
    },
    owners: ties.map(({ type, name }) => ({
      key: ownerKey(type, name),
      kind: 'Owner',
      name,
      provider: 'owner',
      stub: true,
      properties: { type },
    })),
    owned: ties.map(({ type, name, reason }) => ({
      source: fact.key,
      kind: 'OWNED_BY',
      target: ownerKey(type, name),
      basis: 'declared',
      certainty: 'definite',
      reason,
    })),
  };
}

interface Thing {
  readonly key: string;
  /** By name in lower case. */
  readonly tags: ReadonlyMap<string, string>;
}

/** AWS writes tags as a list of pairs; labels are an object. */
function tagsOf({ tags, labels }: Properties): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const of of [labels, tags]) {
    const pairs = Array.isArray(of) ? of.map(pairOf) : Object.entries(of ?? {});
    for (const [name, value] of pairs) if (typeof value === 'string' && value !== '') found.set(name.toLowerCase(), value);
  }
  return found;
}

function pairOf(item: unknown): [string, unknown] {
  const { key, value } = (typeof item === 'object' && item !== null ? item : {}) as { key?: unknown; value?: unknown };
  return [typeof key === 'string' ? key : '', value];
}

function fits({ match, tag, value }: ThingPattern, { key, tags }: Thing): boolean {
  if (match !== undefined && !matchesGlob(match, key)) return false;
  if (tag === undefined) return true;
  const own = tags.get(tag.toLowerCase());
  return own !== undefined && (value === undefined || matchesGlob(value.toLowerCase(), own.toLowerCase()));
}

const USUAL: Readonly<Record<string, Environment>> = {
  prod: 'prod',
  production: 'prod',
  prd: 'prod',
  live: 'prod',
  staging: 'staging',
  stage: 'staging',
  stg: 'staging',
  preprod: 'staging',
  dev: 'dev',
  development: 'dev',
  sandbox: 'dev',
  test: 'test',
  testing: 'test',
  qa: 'test',
};

/** A value that says nothing known leaves the next rule its turn. */
function environmentBy(rules: ContextRules['environments'], thing: Thing): Environment | undefined {
  for (const rule of rules) {
    if (!fits(rule, thing)) continue;
    const written = rule.tag === undefined ? undefined : thing.tags.get(rule.tag.toLowerCase())?.toLowerCase();
    const named = Object.entries(rule.values ?? {}).find(([value]) => value.toLowerCase() === written)?.[1];
    const found = rule.environment ?? named ?? (written === undefined ? undefined : USUAL[written]);
    if (found) return found;
  }
  return undefined;
}

interface Tie {
  readonly type: string;
  readonly name: string;
  readonly reason: string;
}

function ownersBy(rules: ContextRules['owners'], thing: Thing): Tie[] {
  const found = new Map<string, Tie>();
  for (const [at, rule] of rules.entries()) {
    if (!fits(rule, thing)) continue;
    const tagged = rule.tag === undefined ? undefined : thing.tags.get(rule.tag.toLowerCase());
    const text = rule.owner ?? tagged;
    if (text === undefined) continue;
    const [, type = 'team', name = text] = /^(team|user|group|email)\/(.+)$/.exec(text.trim()) ?? [];
    const why = rule.tag === undefined ? `matches ${rule.match}` : `its tag ${rule.tag} says so`;
    const tie = {
      type: type === 'group' ? 'team' : type,
      name: name.trim(),
      reason: `${why} (owners[${at}] of the configuration)`,
    };
    const id = `${tie.type}/${tie.name}`.toLowerCase();
    if (!found.has(id)) found.set(id, tie);
  }
  return [...found.values()];
}
