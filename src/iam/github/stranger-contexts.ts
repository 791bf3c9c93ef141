/** What of an event strangers write. https://securitylab.github.com/resources/github-actions-untrusted-input/ */
import type { ContextPath } from './expressions.ts';

type Places = Readonly<Record<string, readonly string[]>>;

const ISSUE = ['event.issue.title', 'event.issue.body'];
const DISCUSSION = ['event.discussion.title', 'event.discussion.body'];
const COMMENT = 'event.comment.body';

/**
 * Free text of strangers, by the events that they cause and whose runs have the secrets and tokens of the repository: titles, bodies,
 * messages, names of branches. `*`: any item. An event brings its own payload alone; of another's it has nothing.
 */
const FREE_TEXT: Places = {
  issues: ISSUE,
  issue_comment: [...ISSUE, COMMENT],
  discussion: DISCUSSION,
  discussion_comment: [...DISCUSSION, COMMENT],
  gollum: ['event.pages.*.page_name'],
  pull_request_target: [
    'head_ref',
    'event.pull_request.title',
    'event.pull_request.body',
    'event.pull_request.head.ref',
    'event.pull_request.head.label',
    'event.pull_request.head.repo.default_branch',
    'event.pull_request.head.repo.description',
    'event.pull_request.head.repo.homepage',
  ],
  workflow_run: [
    'event.workflow_run.head_branch',
    'event.workflow_run.display_title',
    'event.workflow_run.head_commit.message',
    'event.workflow_run.head_commit.author.email',
    'event.workflow_run.head_commit.author.name',
    'event.workflow_run.head_repository.description',
    'event.workflow_run.pull_requests.*.head.ref',
  ],
};

/** What names their code. */
const THEIR_CODE: Places = {
  issue_comment: ['event.issue.number'],
  pull_request_target: [
    'head_ref',
    'event.number',
    'event.pull_request.number',
    'event.pull_request.merge_commit_sha',
    ...['sha', 'ref', 'repo.full_name', 'repo.clone_url', 'repo.ssh_url', 'repo.html_url', 'repo.git_url'].map(
      (part) => `event.pull_request.head.${part}`,
    ),
  ],
  workflow_run: [
    'event.workflow_run.head_sha',
    'event.workflow_run.head_branch',
    'event.workflow_run.head_commit.id',
    'event.workflow_run.head_repository.full_name',
    ...['number', 'head.sha', 'head.ref'].map((part) => `event.workflow_run.pull_requests.*.${part}`),
  ],
};

/** Whether strangers cause the event, and its runs have more than a fork's own. */
export const isOfStrangers = (event: string): boolean => Object.hasOwn(FREE_TEXT, event);

/** Whether a text that is made of these ways into contexts holds words of strangers in runs of the event. */
export const isFreeText = (paths: readonly ContextPath[], event: string): boolean => isAbout(paths, FREE_TEXT[event]);

/** Whether it names the code that they propose, by commit, branch, number or repository. */
export const namesTheirCode = (paths: readonly ContextPath[], event: string): boolean => isAbout(paths, THEIR_CODE[event]);

const isAbout = (paths: readonly ContextPath[], places: readonly string[] = []): boolean =>
  paths.some(([context, ...parts]) => /^github$/i.test(context) && places.some((place) => leadsTo(parts, place.split('.'))));

/** A part that is not known may be any; the last of them may be all that lies below. */
function leadsTo(parts: readonly (string | null)[], place: readonly string[]): boolean {
  const fits = parts.every((part, at) => {
    const wanted = place[at];
    return wanted !== undefined && (part === null || wanted === '*' || part.toLowerCase() === wanted);
  });
  return fits && (parts.length === place.length || parts.at(-1) === null);
}
