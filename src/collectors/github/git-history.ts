/**
 * The commits of a repository's tree, as `git log` tells them, where the tree has a `.git` and the machine has git.
 *
 * The repository is somebody else's, and its configuration could have git start programs. Nothing of that is used here: no signature is
 * checked, no filter or external diff is run, no index is refreshed, no hook is called, and nothing is fetched, whatever is missing. A
 * repository of another user of the machine git refuses by itself.
 */
import { execFile } from 'node:child_process';
import { lstat, realpath } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Commit } from '../../iam/github/last-change.ts';
import type { CollectContext } from '../../ports/collector.ts';

const run = promisify(execFile);
const TIMEOUT_MS = 20_000;
const MOST_SAID = 16 * 1024 * 1024;
/** Who changed a workflow before that is not looked for. */
const MOST_COMMITS = 300;

const SAFE = [
  '--no-pager',
  '--no-replace-objects',
  ...['core.fsmonitor=false', 'core.hooksPath=/dev/null', 'core.quotePath=false', 'log.showSignature=false', 'gc.auto=0'].flatMap(
    (setting) => ['-c', setting],
  ),
];
const LOG = [
  'log',
  `--max-count=${MOST_COMMITS}`,
  '--no-merges',
  '--no-show-signature',
  '--no-ext-diff',
  '--no-textconv',
  '--no-renames',
  '--no-mailmap',
  '--name-only',
  '--format=%x01%an%x00%ae%x00%aI',
  'HEAD',
];
/** Nothing of this user's or machine's git either; an empty list of protocols stands over what the repository allows. */
const ALONE = {
  GIT_ALLOW_PROTOCOL: '',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_NO_LAZY_FETCH: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ATTR_NOSYSTEM: '1',
  LC_ALL: 'C',
};

export interface ChangedFiles extends Commit {
  readonly files: readonly string[];
}

/** Newest first; none where there is no history that can be read. `folder`: the repository's own. */
export async function gitHistory(folder: string, { signal, environment }: CollectContext): Promise<ChangedFiles[]> {
  const directory = path.join(folder, '.git');
  if (!environment || !(await isOwnFolder(directory))) return [];
  const env = { ...(environment['PATH'] === undefined ? {} : { PATH: environment['PATH'] }), ...ALONE };
  const words = [...SAFE, `--git-dir=${directory}`, ...LOG];
  try {
    const { stdout } = await run('git', words, { env, signal, timeout: TIMEOUT_MS, maxBuffer: MOST_SAID });
    return stdout.split('\x01').slice(1).flatMap(commitIn);
  } catch {
    signal.throwIfAborted();
    return [];
  }
}

/** A link, or a file that names another folder, leads out of what was given to be read. */
async function isOwnFolder(directory: string): Promise<boolean> {
  const stats = await lstat(directory).catch(() => undefined);
  const top = await realpath(path.dirname(directory)).catch(() => undefined);
  const real = await realpath(directory).catch(() => undefined);
  return stats?.isDirectory() === true && top !== undefined && real === path.join(top, '.git');
}

function commitIn(text: string): ChangedFiles[] {
  const [head = '', ...files] = text.split('\n');
  const [name, email, at] = head.split('\0');
  if (name === undefined || email === undefined || at === undefined) return [];
  return [{ name, email, at, files: files.filter((file) => file !== '') }];
}
