/**
 * The `sub` that a job's OIDC token carries under GitHub's default template; unknown parts are `*`.
 * https://docs.github.com/actions/reference/security/oidc
 *
 * Repositories with immutable subject claims present `repo:<owner>@<id>/<name>@<id>:…` instead: files do not tell, so the join with
 * trust policies looks for both.
 */
import type { Certainty } from '../../model/kinds.ts';
import type { Trigger } from './triggers.ts';

export const GITHUB_ISSUER = 'token.actions.githubusercontent.com';

export interface OidcSubject {
  readonly sub: string;
  readonly certainty: Certainty;
  readonly because: string;
}

const ANY_BRANCH = 'ref:refs/heads/*';
const ANY_TAG = 'ref:refs/tags/*';

export interface JobRuns {
  readonly repository: string;
  readonly triggers: readonly Trigger[];
  /** Unknown parts are `*`. */
  readonly environment?: string;
}

/** An environment takes the place of the ref; one that only the run decides may also be none. */
export function oidcSubjects({ repository, triggers, environment }: JobRuns): OidcSubject[] {
  const refs = () => distinct(triggers.flatMap((trigger) => contextsOf(trigger)));
  const found =
    environment === undefined
      ? refs()
      : [
          {
            sub: `environment:${environment.replaceAll(':', '%3A')}`,
            certainty: 'definite' as const,
            because: 'its environment',
          },
          ...(environment.includes('*') ? refs().map((ref) => ({ ...ref, certainty: 'possible' as const })) : []),
        ];
  return found.map((context) => ({ ...context, sub: `repo:${repository}:${context.sub}` }));
}

/** Those of a job that a writer adds on a branch of their own: which refs are protected is not known, so the name is not either. */
export function unprotectedSubjects(repository: string): OidcSubject[] {
  const because = 'a job that a writer may add, on a ref that is not protected';
  return [ANY_BRANCH, ANY_TAG, 'pull_request'].map((context) => ({
    sub: `repo:${repository}:${context}`,
    certainty: 'definite',
    because,
  }));
}

function contextsOf(trigger: Trigger): OidcSubject[] {
  const because = `trigger ${trigger.event}`;
  const subjects = (subs: readonly string[], certainty: Certainty): OidcSubject[] =>
    subs.map((sub) => ({ sub, certainty, because }));
  switch (trigger.event) {
    case 'push':
      return subjects(pushedRefs(trigger), 'definite');
    case 'pull_request':
      return subjects(['pull_request'], 'definite');
    // Its ref is the base branch, yet it is a pull request event too: GitHub does not say which of the two the claim shows.
    case 'pull_request_target':
      return subjects(['pull_request', ...branchRefs(trigger)], 'possible');
    case 'release':
      return subjects([ANY_TAG], 'definite');
    case 'create':
    case 'delete':
    case 'workflow_dispatch':
    case 'deployment':
    case 'deployment_status':
      return subjects([ANY_BRANCH, ANY_TAG], 'definite');
    case 'merge_group':
      return subjects(['ref:refs/heads/gh-readonly-queue/*'], 'definite');
    case 'workflow_call':
      return [];
    default:
      return subjects([ANY_BRANCH], 'definite');
  }
}

/** With a filter on branches only, tags do not start it, and the other way round. */
function pushedRefs(trigger: Trigger): string[] {
  const onBranches = trigger.branches !== undefined || trigger.branchesIgnore;
  const onTags = trigger.tags !== undefined || trigger.tagsIgnore;
  return [
    ...(onBranches || !onTags ? branchRefs(trigger) : []),
    ...(onTags || !onBranches ? (trigger.tags ? refsOf('tags', trigger.tags) : [ANY_TAG]) : []),
  ];
}

const branchRefs = ({ branches }: Trigger): string[] => (branches ? refsOf('heads', branches) : [ANY_BRANCH]);

const refsOf = (type: 'heads' | 'tags', patterns: readonly string[]): string[] =>
  patterns.filter((pattern) => !pattern.startsWith('!')).map((pattern) => `ref:refs/${type}/${refPattern(pattern)}`);

/**
 * GitHub's filter pattern with every part that is not literal as `*`. `?` and `+` speak of the character before them, `[…]` is one
 * character, `\` makes the next one literal.
 */
export function refPattern(pattern: string): string {
  return pattern
    .replace(/\\(.)|\[[^\]]*\][?+]?|[^*][?+]|\*+/gs, (_whole: string, literal: string | undefined) => literal ?? '*')
    .replace(/\*+/g, '*');
}

function distinct(subjects: readonly OidcSubject[]): OidcSubject[] {
  const bySub = new Map<string, OidcSubject>();
  for (const subject of subjects) {
    const known = bySub.get(subject.sub);
    if (!known || (known.certainty === 'possible' && subject.certainty === 'definite')) bySub.set(subject.sub, subject);
  }
  return [...bySub.values()];
}
