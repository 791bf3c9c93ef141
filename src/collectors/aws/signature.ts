/**
 * What a principal's rights depend on, as a text: principals of one signature share their permissions. Made of the content of the
 * policies, whatever they are named and in whatever order, so that it is the same in every collection.
 */
import { hash } from 'node:crypto';
import { coversAction, type Policy, type Statement } from '../../iam/aws/document.ts';
import { hasVariable } from '../../iam/aws/variables.ts';
import type { Principal } from './principals.ts';
import { resourceTagOf, tagValue } from './request-facts.ts';

/** Actions in lower case that are asked about together. Kept by identity: pass the same list again. */
export type Topic = readonly string[];

/** What a policy says of a topic, and which facts its answer hangs on. */
export interface Digest {
  /** Empty when the policy says nothing of the topic. */
  readonly content: string;
  /** Tags of the principal. */
  readonly principalTags: readonly string[];
  /** Whether the answer depends on who asks in another way. */
  readonly byName: boolean;
  /** Whether it depends on being a user or a role. */
  readonly byKind: boolean;
  /** Tags of the resource. */
  readonly resourceTags: readonly string[];
}

interface SignatureOptions {
  readonly extra?: readonly Policy[];
  /** Something else tells this principal from others with the same policies. */
  readonly own?: boolean;
  /** Only what the policies say of these actions; without it, all. */
  readonly topic?: Topic;
  /** Policies that are the same for all who are compared, but may answer by who asks. */
  readonly around?: readonly Policy[];
}

export function signatureOf(
  principal: Principal,
  { extra = [], own = false, topic, around = [] }: SignatureOptions = {},
): string {
  const { guardrails, boundary } = principal;
  const levels = [...(guardrails.serviceControl ?? []), ...(guardrails.resourceControl ?? [])];
  const identity = [...principal.identity, ...extra];
  const all = [...identity, ...(boundary ?? []), ...levels.flat(), ...around].map((policy) => digestOf(policy, topic));
  return JSON.stringify([
    principal.account,
    own || all.some(({ byName }) => byName) ? principal.arn : '',
    !topic || all.some(({ byKind }) => byKind) ? principal.kind : '',
    principalTags(principal, all),
    principal.unsure,
    principal.serviceLinked,
    contents(identity, topic),
    boundary === null ? null : contents(boundary, topic),
    levels.map((level) => contents(level, topic)),
  ]);
}

const contents = (policies: readonly Policy[], topic: Topic | undefined): string[] =>
  [...new Set(policies.map((policy) => digestOf(policy, topic).content))].filter((content) => content !== '').sort();

function principalTags({ record }: Principal, digests: readonly Digest[]): string[] {
  const names = new Set(digests.flatMap((digest) => digest.principalTags));
  return [...names].sort().map((name) => {
    const fact = tagValue(record.tags, name);
    return fact.kind === 'values' ? `${name}=${fact.values[0]}` : name;
  });
}

const EVERYTHING: Topic = [];
const DIGESTS = new WeakMap<Policy, Map<Topic, Digest>>();
const NOTHING: Digest = { content: '', principalTags: [], byName: false, byKind: false, resourceTags: [] };

export function digestOf(policy: Policy, topic: Topic = EVERYTHING): Digest {
  if (topic !== EVERYTHING && policy.services && !topic.some((action) => policy.services?.includes(serviceOf(action))))
    return NOTHING;
  const kept = DIGESTS.get(policy) ?? new Map<Topic, Digest>();
  DIGESTS.set(policy, kept);
  const known = kept.get(topic);
  if (known) return known;
  const digest = madeDigest(policy, topic);
  kept.set(topic, digest);
  return digest;
}

const serviceOf = (action: string): string => action.slice(0, action.indexOf(':'));

function madeDigest(policy: Policy, topic: Topic): Digest {
  const texts: string[] = [];
  const keys = new Set<string>();
  for (const statement of policy.statements) {
    const covered = topic === EVERYTHING ? undefined : topic.filter((action) => coversAction(statement, action));
    if (covered?.length === 0) continue;
    texts.push(textOf(statement, covered));
    for (const key of keysOf(statement)) keys.add(key);
  }
  if (texts.length === 0) return NOTHING;
  const ofPrincipal = [...keys].filter((key) => PRINCIPAL_KEY.test(key));
  const tags = ofPrincipal.filter((key) => key.startsWith(PRINCIPAL_TAG));
  const kinds = ofPrincipal.filter((key) => KIND_KEYS.has(key));
  return {
    content: hash('sha256', JSON.stringify(texts.sort()), 'base64url').slice(0, 27),
    principalTags: tags.map((key) => key.slice(PRINCIPAL_TAG.length)),
    byName: tags.length + kinds.length < ofPrincipal.length,
    byKind: kinds.length > 0,
    resourceTags: [...keys].flatMap((key) => resourceTagOf(key) ?? []),
  };
}

const PRINCIPAL_KEY = /^aws:(principal(?!account|org|isaws|servicename)|username|userid|tokenissuetime)/;
const PRINCIPAL_TAG = 'aws:principaltag/';
/** The same for all users, and for all roles. */
const KIND_KEYS: ReadonlySet<string> = new Set(['aws:principaltype', 'aws:tokenissuetime']);

/** Of a statement that covers a part of a topic, only that part counts: `s3:*` and `*` are the same to a bucket. */
const textOf = (statement: Statement, covered: Topic | undefined): string =>
  JSON.stringify(covered ? { ...statement, id: '', notAction: false, actions: covered } : { ...statement, id: '' });

const VARIABLE = /\$\{([^},]*)/g;

/** Condition keys that a statement asks for, in variables too. */
function* keysOf({ conditions, resources }: Statement): Generator<string> {
  for (const { key, texts } of conditions) {
    yield key;
    for (const text of texts) if (hasVariable(text)) yield* variablesIn(text);
  }
  for (const { glob, text } of resources ?? []) if (glob === undefined) yield* variablesIn(text);
}

function* variablesIn(text: string): Generator<string> {
  for (const match of text.matchAll(VARIABLE)) yield (match[1] as string).trim().toLowerCase();
}
