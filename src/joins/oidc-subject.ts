/**
 * What a job presents ↔ what a trust policy accepts.
 *
 *     job ─RUNS_AS─► External (its subject, unknown parts `*`) ─MEMBER_OF─► External (a policy's pattern) ─CAN_ASSUME─► role
 *     service account of a cluster ─MEMBER_OF─► External (its subject)
 *
 * Definite when the pattern accepts everything that the subject may be, possible when it accepts some of it. A pattern may ask for
 * more of the token than its subject (property `claims`, see `model/subject-pattern.ts`): what the subject does not tell is possible.
 */
import type { Properties, RelationshipFact } from '../model/entity.ts';
import { EXTERNAL_ANYONE } from '../model/kinds.ts';
import { type Claims, claimsOfSubject, GITHUB_ISSUER, meetsTests } from '../model/oidc-claims.ts';
import { relationshipId } from '../model/relationship-id.ts';
import { type ClaimTest, claimTestsOf } from '../model/subject-pattern.ts';
import { fixedPatternPrefix, fixedPrefix, matchedBy } from '../model/wildcard.ts';
import type { Derived, Join, JoinEntity, JoinInput } from './join.ts';
import { PrefixIndex } from './prefix-index.ts';
import { fitsPartByPart } from './subject-parts.ts';

export const oidcSubjectJoin: Join = {
  name: 'oidc-subject',
  needs: { entities: ['External'], relationships: ['RUNS_AS', 'MEMBER_OF', 'CAN_ASSUME'], essential: ['CAN_ASSUME'] },
  derives: ['MEMBER_OF'],
  looksAt: ({ key }) => key.startsWith(PREFIX),
  isIdle: (entities) => !entities.some(({ key }) => key.startsWith(PREFIX)),
  run,
};

const PREFIX = 'external:oidc/';

interface Subject {
  readonly entity: JoinEntity;
  readonly issuer: string;
  readonly sub: string;
  /** What the entity asks of a token, as a pattern. */
  readonly tests: readonly ClaimTest[];
}

function run({ entities, relationships }: JoinInput): Derived {
  const presented = new Set(relationships.filter(isPresentation).map(({ target }) => target));
  const trusted = new Set(relationships.filter(({ kind }) => kind === 'CAN_ASSUME').map(({ source }) => source));
  const external = entities.filter(({ key }) => key.startsWith(PREFIX));
  const issuers = [...new Set(external.map(statedIssuer).filter((issuer) => issuer !== undefined))];
  const oidc = external.map((entity) => subjectOf(entity, issuers));
  const accepted = oidc.filter(({ entity }) => trusted.has(entity.key)).flatMap(acceptedBy);
  const byPrefix = new PrefixIndex(accepted, ({ pattern, sub }) => `${pattern.issuer}\n${fixedPatternPrefix(sub)}`);
  const found = new Map<string, RelationshipFact>();
  for (const subject of oidc) {
    // What is only trusted is a pattern; what was seen, or is what a job presents, is a subject.
    if (trusted.has(subject.entity.key) && !presented.has(subject.entity.key)) continue;
    for (const candidate of byPrefix.fitting(`${subject.issuer}\n${fixedPrefix(subject.sub)}`)) {
      const fact = membership(subject, candidate);
      if (fact && found.get(relationshipId(fact))?.certainty !== 'definite') found.set(relationshipId(fact), fact);
    }
  }
  return { entities: [], relationships: [...found.values()] };
}

/**
 * A subject is what somebody is handed tokens of: an identity that is no subject itself. A pattern that anyone fits stays a pattern: what
 * else anyone of that issuer is, it does not say.
 */
const isPresentation = ({ kind, source }: RelationshipFact): boolean =>
  kind === 'RUNS_AS' || (kind === 'MEMBER_OF' && !source.startsWith(PREFIX) && source !== EXTERNAL_ANYONE);

function statedIssuer({ key, properties }: JoinEntity): string | undefined {
  const stated = properties['issuer'];
  return typeof stated === 'string' && key.startsWith(`${PREFIX}${stated}/`) ? stated : undefined;
}

/** Who does not state the issuer has the longest that another states and that fits, else the host. */
function subjectOf(entity: JoinEntity, issuers: readonly string[]): Subject {
  const rest = entity.key.slice(PREFIX.length);
  const fitting = issuers.filter((issuer) => rest.startsWith(`${issuer}/`)).sort((a, b) => b.length - a.length);
  const issuer = statedIssuer(entity) ?? fitting[0] ?? rest.slice(0, Math.max(rest.indexOf('/'), 0));
  const sub = rest.slice(issuer.length + 1);
  const stated = entity.properties['subject'];
  return {
    entity,
    issuer,
    // What else the pattern asks stands behind its subject.
    sub: typeof stated === 'string' && sub.startsWith(`${stated};`) ? stated : sub,
    tests: claimTestsOf(entity.properties['claims']),
  };
}

interface Accepted {
  readonly pattern: Subject;
  readonly sub: string;
  /** The pattern also asks for ids of the repository, which files do not say. */
  readonly asksForIds: boolean;
}

function acceptedBy(pattern: Subject): Accepted[] {
  const named = withoutIds(pattern);
  return [
    { pattern, sub: pattern.sub, asksForIds: false },
    ...(named === undefined ? [] : [{ pattern, sub: named, asksForIds: true }]),
  ];
}

function membership(subject: Subject, { pattern, sub, asksForIds }: Accepted): RelationshipFact | undefined {
  if (subject.entity.key === pattern.entity.key || !audiencesMeet(subject.entity.properties, pattern.entity.properties))
    return undefined;
  const matched = matchedBy(subject.sub, sub);
  const met = meetsTests(claimsOf(subject), pattern.tests);
  if (matched === 'none' || met === 'none' || isExcepted(subject, sub)) return undefined;
  if (matched === 'some' && subject.issuer === GITHUB_ISSUER && !fitsPartByPart(subject.sub, sub)) return undefined;
  const ids = asksForIds ? ' if its repository has these ids, which files do not say' : '';
  return {
    source: subject.entity.key,
    kind: 'MEMBER_OF',
    target: pattern.entity.key,
    basis: 'entitled',
    certainty: matched === 'all' && met === 'all' && !asksForIds ? 'definite' : 'possible',
    reason: `the trusted subject ${pattern.sub} accepts ${subject.sub}${ids}${met === 'some' ? `, if ${claimsText(pattern)} fits` : ''}`,
  };
}

/** What the subject stands for may leave out some that its `*` would take in, such as protected branches. */
const isExcepted = ({ entity }: Subject, pattern: string): boolean => [entity.properties['except']].flat().includes(pattern);

function claimsOf({ entity, issuer, sub }: Subject): Claims {
  const [audience, ...others] = audiencesOf(entity.properties);
  const stated = audience !== undefined && others.length === 0 ? [['aud', audience] as const] : [];
  return new Map([...claimsOfSubject(issuer, sub), ...stated]);
}

const claimsText = ({ tests }: Subject): string => tests.map(({ claim }) => claim).join(', ');

/** Only where both say which audiences they take; a job that may choose its audience says none. */
function audiencesMeet(subject: Properties, pattern: Properties): boolean {
  const [presented, accepted] = [audiencesOf(subject), audiencesOf(pattern)];
  return presented.length === 0 || accepted.length === 0 || presented.some((audience) => accepted.includes(audience));
}

function audiencesOf({ audience }: Properties): string[] {
  return [audience].flat().filter((value) => typeof value === 'string');
}

/**
 * Newer repositories present `repo:<owner>@<id>/<name>@<id>:…` (immutable subject claims, 2026): the pattern with names alone, where
 * it has ids. https://docs.github.com/actions/reference/security/oidc
 */
function withoutIds({ issuer, sub }: Subject): string | undefined {
  if (issuer !== GITHUB_ISSUER) return undefined;
  const named = sub.replace(/^repo:([^/:@]+)@[\d*?]+\/([^/:@]+)(?:@[\d*?]+)?/, 'repo:$1/$2');
  return named === sub ? undefined : named;
}
