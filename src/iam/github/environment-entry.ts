/**
 * How a job gets to run where its privileges are: on a ref, in an environment.
 * https://docs.github.com/actions/reference/workflows-and-actions/deployments-and-environments
 */
import { matchesGlob } from '../../model/glob.ts';
import type { Actor, PushedRef, RefGuards, Writer } from './ref-guards.ts';
import { sameActor } from './ref-guards.ts';
import { isPattern, nameFitting, refMatches } from './ref-pattern.ts';
import { isAtLeast } from './repository-role.ts';

export interface DeploymentEnvironment {
  readonly name: string;
  /** `any`: no policy; `protected`: protected branches only; else names and patterns. */
  readonly refs: 'any' | 'protected' | readonly { readonly type: 'branch' | 'tag'; readonly pattern: string }[];
  /** Undefined: nobody must approve. */
  readonly reviewers?: { readonly actors: readonly Actor[]; readonly preventsSelfReview: boolean } | undefined;
  /** Apps that must agree. */
  readonly gates: readonly string[];
}

/** Where jobs of a kind may run; a ref that no rule guards is open to every writer. */
export interface Entry {
  /** Distinguishes entries of one repository: `refs/heads/main`, `environments/production`. */
  readonly id: string;
  /** Some ref leads in that any writer can push to or create. */
  readonly hasOpenRef: boolean;
  /** Guarded refs that lead in. */
  readonly refs: readonly PushedRef[];
  readonly environment?: DeploymentEnvironment | undefined;
}

export interface RefFacts {
  readonly guards: RefGuards;
  /** Full refs of branches that have protection, by whatever rule. */
  readonly protectedRefs: readonly string[];
}

/** A branch of their own that any writer may make. */
export function openBranch({ guards }: RefFacts): string | undefined {
  const names = ['chosen', 'chosen/by', 'chosen/by/writer'].map((name) => `refs/heads/${name}`);
  return names.find((ref) => guards.isCreatable(ref));
}

/** The entry of jobs on these refs; a pattern is open when a writer can make up a ref that fits it. */
export function entryOfRefs(refs: readonly string[], facts: RefFacts): Entry {
  const { open, guarded } = sorted(refs, facts);
  return { id: guarded.map(({ ref }) => ref).join(',') || 'open', hasOpenRef: open, refs: guarded };
}

/** `within`: the refs that the job itself is bound to, all when it is not. */
export function entryOfEnvironment(environment: DeploymentEnvironment, facts: RefFacts, within?: readonly string[]): Entry {
  const allowed = allowedRefs(environment, facts);
  const refs = within === undefined ? allowed : allowed === 'any' ? within : inBoth(within, allowed);
  const { open, guarded } =
    refs === 'any'
      ? { open: openBranch(facts) !== undefined, guarded: facts.protectedRefs.map((ref) => ({ ref, isNew: false })) }
      : sorted(refs, facts);
  const bound = within ? `@${within.join(',')}` : '';
  return { id: `environments/${environment.name}${bound}`, hasOpenRef: open, refs: guarded, environment };
}

/** Of what starts the job (`*` is any text), that which the environment lets in; all that it lets in where that is nothing. */
function inBoth(within: readonly string[], allowed: readonly string[]): readonly string[] {
  const found = within.flatMap((bound) =>
    allowed.flatMap((ref) => {
      const chosen = isPattern(ref) ? nameFitting(ref) : ref;
      if (chosen !== undefined && matchesGlob(bound, chosen)) return ref;
      const own = bound.replaceAll('*', 'chosen');
      return refMatches(ref, own) || ref === own ? bound : [];
    }),
  );
  return found.length > 0 ? [...new Set(found)] : allowed;
}

function allowedRefs({ refs }: DeploymentEnvironment, { protectedRefs }: RefFacts): 'any' | readonly string[] {
  if (refs === 'any') return 'any';
  // Without any protected branch the policy lets every branch deploy.
  if (refs === 'protected') return protectedRefs.length === 0 ? 'any' : protectedRefs;
  return refs.map(({ type, pattern }) => `refs/${type === 'tag' ? 'tags' : 'heads'}/${pattern}`);
}

function sorted(refs: readonly string[], { guards }: RefFacts): { open: boolean; guarded: PushedRef[] } {
  const concrete = refs.flatMap((text): PushedRef[] => {
    const isNew = isPattern(text);
    const ref = isNew ? nameFitting(text) : text;
    return ref === undefined ? [] : [{ ref, isNew }];
  });
  const isOpen = ({ ref, isNew }: PushedRef): boolean => !guards.isGuarded(ref) && (guards.isCreatable(ref) || !isNew);
  return { open: concrete.some(isOpen), guarded: concrete.filter((one) => !isOpen(one)) };
}

/** Whether every writer gets in alone. */
export const isOpen = ({ hasOpenRef, environment }: Entry): boolean =>
  hasOpenRef && !environment?.reviewers && (environment?.gates.length ?? 0) === 0;

/** What must happen for a plain writer to get in: the rest of a sentence that begins with "only if". */
export function conditionOf(entry: Entry, { guards }: RefFacts): string {
  const [ref] = entry.refs;
  const demand = entry.hasOpenRef || !ref ? undefined : guards.demandsOn(ref)[0]?.text;
  const { environment } = entry;
  const reviewer = environment?.reviewers && `a reviewer of the environment ${environment.name} approves the job`;
  const gate = environment?.gates[0] && `${environment.gates[0]} lets the deployment to ${environment.name} pass`;
  return [demand, reviewer, gate].filter((text) => text !== undefined).join(', and ') || 'somebody past its rules lets it in';
}

/** How this writer gets in without anybody's consent; undefined when they do not. */
export function wayIn(entry: Entry, writer: Writer, { guards }: RefFacts): string | undefined {
  if (!isAtLeast(writer.role, 'write')) return undefined;
  const ways = entry.refs.map((ref) => guards.passage(writer, ref));
  const way = entry.hasOpenRef ? 'a ref of their own leads in' : ways.find(({ passes }) => passes)?.because;
  if (way === undefined) return undefined;
  const { environment } = entry;
  if (!environment) return way;
  if (isAtLeast(writer.role, 'admin')) return `${way}; an administrator may change the rules of the environment`;
  if (environment.gates.length > 0) return undefined;
  if (!environment.reviewers) return way;
  const isReviewer = environment.reviewers.actors.some((actor) => writer.actors.some((own) => sameActor(own, actor)));
  return isReviewer && !environment.reviewers.preventsSelfReview ? `${way}; may approve their own deployment` : undefined;
}

/** Everybody that the rules of this entry name. */
export const namedBy = (entry: Entry, { guards }: RefFacts): Actor[] => [
  ...entry.refs.flatMap((ref) => guards.namedOn(ref)),
  ...(entry.environment?.reviewers?.actors ?? []),
];
