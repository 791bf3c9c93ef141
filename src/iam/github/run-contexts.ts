/** What a run's token says of what started it. https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows */
import type { Certainty } from '../../model/kinds.ts';
import type { Trigger } from './triggers.ts';

export interface RunContext {
  /** The part of the default subject that follows the repository. */
  readonly context: string;
  readonly certainty: Certainty;
  readonly because: string;
  /** `event_name`, `ref`, `ref_type`, as far as they are known. The ref of a pull request is one that nobody pushes to. */
  readonly claims: Readonly<Record<string, string>>;
}

const ANY_BRANCH = 'refs/heads/*';
const ANY_TAG = 'refs/tags/*';
const MERGED_PULL = 'refs/pull/*/merge';
const PULL_REQUEST_EVENTS = ['pull_request', 'pull_request_review', 'pull_request_review_comment'];

export function runContexts(trigger: Trigger, defaultBranch?: string): RunContext[] {
  const because = `trigger ${trigger.event}`;
  const event = { event_name: trigger.event };
  const onRefs = (refs: readonly string[], certainty: Certainty = 'definite'): RunContext[] =>
    refs.map((ref) => ({ context: `ref:${ref}`, certainty, because, claims: { ...event, ref, ref_type: typeOf(ref) } }));
  const onPull = (certainty: Certainty): RunContext => ({ context: 'pull_request', certainty, because, claims: event });
  if (PULL_REQUEST_EVENTS.includes(trigger.event)) {
    const onTheirs = onPull(trigger.event === 'pull_request' ? 'definite' : 'possible');
    // Once it is merged and closed, the run is on the branch that took it in.
    return [trigger.types?.includes('closed') ? onTheirs : onMergeOf(onTheirs)];
  }
  const standard = defaultBranch === undefined ? ANY_BRANCH : `refs/heads/${defaultBranch}`;
  switch (trigger.event) {
    case 'push':
      return pushedRefs(trigger).flatMap(({ refs, certainty }) => onRefs(refs, certainty));
    // Its ref is the default branch, yet it is a pull request event too: GitHub does not say which of the two the claim shows.
    case 'pull_request_target':
      return [onDefault(onPull('possible'), standard), ...onRefs([standard], 'possible')];
    case 'release':
      return onRefs([ANY_TAG]);
    case 'create':
    case 'registry_package':
    case 'workflow_dispatch':
    case 'deployment':
    case 'deployment_status':
      return onRefs([ANY_BRANCH, ANY_TAG]);
    case 'merge_group':
      return onRefs(['refs/heads/gh-readonly-queue/*']);
    case 'workflow_call':
      return [];
    // Everything else runs on the default branch.
    default:
      return onRefs([standard]);
  }
}

const onDefault = (pull: RunContext, ref: string): RunContext => ({
  ...pull,
  claims: { ...pull.claims, ref, ref_type: 'branch' },
});

const onMergeOf = (pull: RunContext): RunContext => ({
  ...pull,
  claims: { ...pull.claims, ref: MERGED_PULL, ref_type: 'branch' },
});

const typeOf = (ref: string): string => (ref.startsWith('refs/tags/') ? 'tag' : 'branch');

/** With a filter on branches only, tags do not start it, and the other way round. */
function pushedRefs(trigger: Trigger): PushedRefs[] {
  const onBranches = trigger.branches !== undefined || trigger.branchesIgnore;
  const onTags = trigger.tags !== undefined || trigger.tagsIgnore;
  return [
    ...(onBranches || !onTags ? [refsOf('heads', trigger.branches)] : []),
    ...(onTags || !onBranches ? [refsOf('tags', trigger.tags)] : []),
  ];
}

interface PushedRefs {
  readonly refs: readonly string[];
  readonly certainty: Certainty;
}

/** GitHub asks for a pattern that takes something in beside those that take out; what it does without one, it does not say. */
function refsOf(type: 'heads' | 'tags', patterns: readonly string[] = ['**']): PushedRefs {
  const taken = patterns.filter((pattern) => !pattern.startsWith('!'));
  if (taken.length === 0) return { refs: [`refs/${type}/*`], certainty: 'possible' };
  return { refs: taken.map((pattern) => `refs/${type}/${refPattern(pattern)}`), certainty: 'definite' };
}

/**
 * GitHub's filter pattern with every part that is not literal as `*`. `?` and `+` speak of the character before them, `[…]` is one
 * character, `\` makes the next one literal.
 */
export function refPattern(pattern: string): string {
  return pattern
    .replace(/\\(.)|\[[^\]]*\][?+]?|[^*][?+]|\*+/gs, (_whole: string, literal: string | undefined) => literal ?? '*')
    .replace(/\*+/g, '*');
}
