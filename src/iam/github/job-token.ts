/**
 * What a job's own token may change. It is minted for the run and dies with it, so it is a right of the job and no credential.
 * https://docs.github.com/actions/concepts/security/github_token
 */
import { accessTo, type TokenPermissions } from './permissions.ts';
import type { PlacedWorkflow, Runs } from './reusable.ts';
import type { Job } from './workflow.ts';

/**
 * Scopes whose `write` reaches further than the run. `contents` is everything but workflow files, for which no token of a job has the
 * permission; `actions` starts and cancels runs; `pull-requests` approves where the repository lets Actions approve.
 */
export const TOKEN_SCOPES = ['contents', 'packages', 'actions', 'pull-requests'] as const;
export type TokenScope = (typeof TOKEN_SCOPES)[number];

export interface JobToken {
  /** `owner/name` of the repository that it is good for: that of whoever started the run. */
  readonly repository: string;
  readonly writes: readonly TokenScope[];
  /** Where the permissions come from. */
  readonly because: string;
  /** What must hold for it; absent where it always does. */
  readonly condition?: string;
}

/** Started by these alone, a run of a fork has a token that only reads. */
const PULL_EVENTS = ['pull_request', 'pull_request_review', 'pull_request_review_comment'];
const OWN_BRANCH = "the pull request is of a branch of the repository itself: a fork's token only reads";
const CALLER_AGREES = 'the permissions of the calling job let it';

/** One for each repository that starts the job; none where the permissions are not known, or nothing reaches further. */
export function jobTokens(
  { workflow, repository, job }: PlacedWorkflow & { readonly job: Job },
  runs: readonly Runs[],
): JobToken[] {
  const tokens = new Map<string, JobToken>();
  for (const run of runs) {
    const isCalled = run.started !== workflow;
    const stated = job.permissions;
    // What a called workflow does not state, it has from its caller.
    const byDefault = permissionsByDefault(run.repository.settings?.tokenDefault);
    const permissions = stated ?? (isCalled ? undefined : byDefault);
    const [first = byDefault, ...further] = run.passed;
    const writes = permissions ? writtenBy([permissions, first, ...further]) : [];
    if (writes.length === 0) continue;
    const conditions = [...(isOfPulls(run) ? [OWN_BRANCH] : []), ...(isCalled && !first ? [CALLER_AGREES] : [])];
    const because = stated
      ? `line ${job.line} or its workflow gives the token`
      : `a setting of ${repository.name} gives the token`;
    const token = { repository: run.repository.name, writes, because };
    const known = tokens.get(run.repository.name);
    if (!known || (known.condition !== undefined && conditions.length === 0)) {
      tokens.set(run.repository.name, conditions.length === 0 ? token : { ...token, condition: conditions.join(', and ') });
    }
  }
  return [...tokens.values()];
}

const isOfPulls = ({ triggers }: Runs): boolean => triggers.every(({ event }) => PULL_EVENTS.includes(event));

/** A called workflow never has more than whoever calls it; who says nothing hands on what it has itself. */
const writtenBy = (permissions: readonly (TokenPermissions | undefined)[]): TokenScope[] =>
  TOKEN_SCOPES.filter((scope) => permissions.every((one) => one === undefined || accessTo(one, scope) === 'write'));

const permissionsByDefault = (access: 'read' | 'write' | undefined): TokenPermissions | undefined =>
  access && { everything: access, single: new Map() };
