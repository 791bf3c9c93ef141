/**
 * Where anybody's words or code reach a job that runs with the repository's own rights.
 *
 * Two ways are looked for, in workflows that strangers can start with secrets at hand (not `pull_request`: a fork's run gets none):
 * text of theirs put into a script, and a checkout of their code followed by a step that runs something.
 * https://securitylab.github.com/resources/github-actions-preventing-pwn-requests/ and …-untrusted-input/
 */
import { type ContextPath, contextPaths, expressionsIn } from './expressions.ts';
import type { YamlMap } from './node.ts';
import { type Job, stepTexts, usesOf, type Workflow } from './workflow.ts';

/** Events that strangers cause, and whose runs have the secrets and tokens of the repository. */
const STRANGERS_START = new Set([
  'pull_request_target',
  'issues',
  'issue_comment',
  'discussion',
  'discussion_comment',
  'workflow_run',
  'fork',
  'watch',
]);

/** Free text of strangers: titles, bodies, messages, names of branches, labels of forks. */
const FREE_TEXT = [
  /^event\.(issue|pull_request|discussion)\.(title|body)$/,
  /^event\.(comment|review|review_comment)\.body$/,
  /^event\.pull_request\.head\.(ref|label|repo\.default_branch|repo\.description|repo\.homepage)$/,
  /^event\.workflow_run\.(head_branch|display_title|head_commit\.message|head_commit\.author\.(email|name)|head_repository\.description)$/,
  /^event\.workflow_run\.pull_requests\.[^.]+\.head\.ref$/,
  /^event\.(commits\.[^.]+|head_commit)\.(message|author\.(email|name))$/,
  /^event\.pages\.[^.]+\.page_name$/,
  /^head_ref$/,
];

/** What names their code. */
const THEIR_CODE = [
  /^event\.pull_request\.(head\.(sha|ref)|merge_commit_sha|number)$/,
  /^event\.workflow_run\.(head_sha|head_branch|head_commit\.id)$/,
  /^event\.(issue\.)?number$/,
  /^head_ref$/,
];

/** Inputs of actions that are run as code. */
const CODE_INPUTS: Readonly<Record<string, string>> = { 'actions/github-script': 'script' };

export interface UntrustedInput {
  readonly event: string;
  readonly line: number;
  readonly because: string;
}

/** The first of each way; whether an `if` of the job keeps strangers out is not judged. */
export function untrustedInputs(workflow: Workflow, job: Job): UntrustedInput[] {
  const event = workflow.triggers.find((trigger) => STRANGERS_START.has(trigger.event))?.event;
  if (!event) return [];
  return [injection(job, event), theirCode(job, event)].filter((input) => input !== undefined);
}

function injection(job: Job, event: string): UntrustedInput | undefined {
  for (const step of job.steps) {
    for (const { text, line } of codeOf(step)) {
      if (mentions(text, FREE_TEXT)) return { event, line, because: 'text that strangers write is put into a script' };
    }
  }
  return undefined;
}

function codeOf(step: YamlMap) {
  const input = CODE_INPUTS[actionOf(step)];
  return [...stepTexts(step)].filter(({ place, name }) => place === 'run' || (place === 'with' && name === input));
}

function theirCode(job: Job, event: string): UntrustedInput | undefined {
  for (const [at, step] of job.steps.entries()) {
    if (actionOf(step) !== 'actions/checkout') continue;
    const ref = [...stepTexts(step)].find(
      ({ place, name, text }) => place === 'with' && name === 'ref' && mentions(text, THEIR_CODE),
    );
    if (!ref || !job.steps.slice(at + 1).some(runsCode)) continue;
    return {
      event,
      line: ref.line,
      because: 'code that strangers propose is checked out, and a later step runs something there',
    };
  }
  return undefined;
}

const actionOf = (step: YamlMap): string => usesOf(step)?.split('@', 1)[0]?.toLowerCase() ?? '';

const runsCode = (step: YamlMap): boolean =>
  [...stepTexts(step)].some(({ place }) => place === 'run') || (usesOf(step)?.startsWith('./') ?? false);

function mentions(text: string, patterns: readonly RegExp[]): boolean {
  return expressionsIn(text)
    .flatMap((expression) => contextPaths(expression) ?? [])
    .some((path) => path[0].toLowerCase() === 'github' && patterns.some((pattern) => pattern.test(dotted(path))));
}

const dotted = ([, ...parts]: ContextPath): string => parts.map((part) => (part ?? '*').toLowerCase()).join('.');
