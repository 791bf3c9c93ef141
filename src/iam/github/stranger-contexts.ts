/** What of an event strangers write. https://securitylab.github.com/resources/github-actions-untrusted-input/ */
import type { ContextPath } from './expressions.ts';

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
  /^event\.pull_request\.head\.repo\.(full_name|clone_url|ssh_url|html_url|git_url)$/,
  /^event\.workflow_run\.(head_sha|head_branch|head_commit\.id|head_repository\.full_name)$/,
  /^event\.workflow_run\.pull_requests\.[^.]+\.(number|head\.(sha|ref))$/,
  /^event\.(issue\.)?number$/,
  /^head_ref$/,
];

/** Whether a text with these ways into contexts holds words of strangers. */
export const isFreeText = (paths: readonly ContextPath[]): boolean => isAbout(paths, FREE_TEXT);

/** Whether it names the code that they propose, by commit, branch, number or repository. */
export const namesTheirCode = (paths: readonly ContextPath[]): boolean => isAbout(paths, THEIR_CODE);

const isAbout = (paths: readonly ContextPath[], patterns: readonly RegExp[]): boolean =>
  paths.some((path) => path[0].toLowerCase() === 'github' && patterns.some((pattern) => pattern.test(dotted(path))));

const dotted = ([, ...parts]: ContextPath): string => parts.map((part) => (part ?? '*').toLowerCase()).join('.');
