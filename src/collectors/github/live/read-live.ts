/**
 * Asks GitHub for an organisation and all of its repositories, several at once.
 *
 * A call that is refused or fails makes its repository, or the organisation, partial; the rest goes on. A run that was ended goes on
 * where it ended if it has a spool; without, it begins anew.
 */
import pLimit from 'p-limit';
import { PATIENCE, type Patience } from '../../../apis/github/client.ts';
import { EVERY_SCOPE } from '../../../model/collection.ts';
import { InputError, isExpected, messageOf } from '../../../model/errors.ts';
import type { CollectContext, Collected } from '../../../ports/collector.ts';
import type { CoverageNotes } from '../../files/coverage.ts';
import { Answers } from '../answers/answers.ts';
import type * as shapes from '../answers/shapes.ts';
import type { GithubSource } from '../source-facts.ts';
import { TreeReading } from '../tree-reading.ts';
import { isWorkflow } from '../trees.ts';
import { CallProblem, mayPass, openApi } from './api.ts';
import { type Asking, ask, askAll } from './asking.ts';
import { organisationQuestions, repositoryQuestions } from './questions.ts';
import { listTree, type RemoteTree, readBlob } from './repository-tree.ts';
import { answerSaver } from './save-answer.ts';
import { savedText } from './saved-text.ts';
import type { LiveSettings } from './settings.ts';
import { openSpool } from './spool.ts';

export interface LiveReading {
  readonly host: string | undefined;
  /** Undefined when the organisation itself could not be read. */
  readonly read: GithubSource | undefined;
  /** To be called when all that was read has become facts. */
  readonly finish: () => Promise<void>;
}

const DEFAULT_CONCURRENCY = 8;
const MOST_SHOWN = 5;

export async function* readLive(
  live: LiveSettings,
  context: CollectContext,
  notes: CoverageNotes,
  patience: Patience = PATIENCE,
): AsyncGenerator<Collected, LiveReading> {
  context.signal.throwIfAborted();
  try {
    const api = await openApi(live, context.signal, patience);
    const answers = new Answers();
    const spool = await openSpool(live, context);
    if (spool.size > 0)
      yield { type: 'warning', text: `${live.org}: goes on after ${spool.size} answers of a run that was ended` };
    const asking: Asking = { api, answers, context, save: answerSaver(context), spool, isEnterprise: true };
    const [about] = await ask({ path: `/orgs/${encodeURIComponent(live.org)}` }, asking);
    const plan = (about as { readonly plan?: { readonly name?: string } | null } | undefined)?.plan?.name;
    const scoped = { ...asking, isEnterprise: plan === undefined || plan === 'enterprise' };
    const read = yield* readOrganisation(live, scoped, notes);
    return { host: api.host, read, finish: () => spool.finish() };
  } catch (error) {
    context.signal.throwIfAborted();
    if (!(error instanceof CallProblem) && !isExpected(error)) throw error;
    const text = messageOf(error);
    yield { type: 'error', text };
    notes.missing(EVERY_SCOPE, text);
    return { host: undefined, read: undefined, finish: async () => {} };
  }
}

async function* readOrganisation(
  live: LiveSettings,
  asking: Asking,
  notes: CoverageNotes,
): AsyncGenerator<Collected, GithubSource> {
  const { answers, context } = asking;
  const scope = `org/${live.org}`;
  yield { type: 'progress', done: 0, total: 1, what: live.org };
  const listed = await ask({ path: `/orgs/${encodeURIComponent(live.org)}/repos?type=all` }, asking);
  const problems = await askAll(organisationQuestions(live.org), asking);
  yield* said(scope, problems, notes);
  const repositories = listed.map((item) => item as unknown as shapes.RepositoryAnswer);
  const trees = yield* readRepositories(repositories, live, { asking, notes });
  return { trees, answers, context, notes };
}

/** The scope is partial for each of these; a scope with many is not shown all of them. */
function* said(scope: string, problems: readonly string[], notes: CoverageNotes): Generator<Collected> {
  notes.seen(scope);
  for (const text of problems) notes.missing(scope, text);
  for (const text of problems.slice(0, MOST_SHOWN)) yield { type: 'error', text };
  if (problems.length > MOST_SHOWN) yield { type: 'error', text: `${scope}: ${problems.length - MOST_SHOWN} more calls failed` };
}

interface Reading {
  readonly asking: Asking;
  readonly notes: CoverageNotes;
}

interface ReadRepository {
  readonly name: string;
  readonly problems: readonly string[];
  readonly tree: RemoteTree | undefined;
  /** By path. */
  readonly texts: ReadonlyMap<string, string>;
}

async function* readRepositories(
  repositories: readonly shapes.RepositoryAnswer[],
  { concurrency = DEFAULT_CONCURRENCY }: LiveSettings,
  reading: Reading,
) {
  const { asking, notes } = reading;
  const limit = pLimit(concurrency);
  const work = repositories.map((repository) => limit(() => readRepository(repository, asking)));
  for (const promise of work) promise.catch(() => {});
  await using trees = new TreeReading((text, repository) => notes.missing(repository, text));
  const remote = new Map<string, RemoteTree>();
  try {
    for (const [done, promise] of work.entries()) {
      const repository = repositories[done]?.full_name ?? '';
      yield { type: 'progress', done, total: work.length, what: repository } satisfies Collected;
      const found = await untilAborted(promise, asking.context.signal);
      if (found.tree) remote.set(found.name.toLowerCase(), found.tree);
      yield* said(found.name, found.problems, notes);
      yield* parsed(found, trees);
    }
  } finally {
    limit.clearQueue();
  }
  yield { type: 'progress', done: work.length, total: work.length, what: 'repositories' } satisfies Collected;
  const readFile = async ({ repository, path }: { repository: string; path: string }) => {
    const sha = remote.get(repository.toLowerCase())?.blobs.get(path);
    if (sha === undefined) return undefined;
    const text = await textOf(repository, sha, asking).catch(asInputError);
    await asking.context.save?.(`${repository}/${path}`, savedText(text));
    return { text, shown: `${repository}/${path}` };
  };
  yield* trees.rest();
  trees.keepCalled();
  yield* trees.namedActions(readFile);
  return repositories.map(({ full_name: name }) => trees.treeOf(name));
}

const asInputError = (error: unknown): never => {
  throw error instanceof CallProblem ? new InputError(error.message) : error;
};

/** Waiting for a limit to end is no reason to go on when the collection was ended. */
async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
  });
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    signal.throwIfAborted();
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

async function readRepository(
  { full_name: name, default_branch: branch }: shapes.RepositoryAnswer,
  asking: Asking,
): Promise<ReadRepository> {
  const problems = await askAll(repositoryQuestions(name), asking);
  const texts = new Map<string, string>();
  let tree: RemoteTree | undefined;
  try {
    tree = await treeOf(name, branch ?? 'HEAD', asking);
    if (tree.isCut) problems.push(`${name}: larger than GitHub lists at once; some of its workflows may be left out`);
    for (const [path, sha] of tree.blobs) {
      if (!isWorkflow({ repository: name, path }) && !path.endsWith('CODEOWNERS')) continue;
      const text = await textOf(name, sha, asking);
      texts.set(path, text);
      await asking.context.save?.(`${name}/${path}`, savedText(text));
    }
  } catch (error) {
    if (!(error instanceof CallProblem)) throw error;
    if (mayPass(error)) asking.spool.noteFailure();
    problems.push(error.message);
  }
  return { name, problems, tree, texts };
}

async function treeOf(name: string, branch: string, { api, spool }: Asking): Promise<RemoteTree> {
  const asked = `tree of ${name} at ${branch}`;
  const kept = spool.kept(asked) as { readonly blobs: readonly [string, string][]; readonly isCut: boolean } | undefined;
  if (kept) return { repository: name, blobs: new Map(kept.blobs), isCut: kept.isCut };
  const tree = await listTree(api, name, branch);
  await spool.keep(asked, { blobs: [...tree.blobs], isCut: tree.isCut });
  return tree;
}

/** Kept as it may be saved. */
async function textOf(name: string, sha: string, { api, spool }: Asking): Promise<string> {
  const asked = `blob ${sha} of ${name}`;
  const kept = spool.kept(asked);
  if (typeof kept === 'string') return kept;
  const text = await readBlob(api, name, sha);
  await spool.keep(asked, savedText(text));
  return text;
}

async function* parsed({ name, texts }: ReadRepository, trees: TreeReading): AsyncGenerator<Collected> {
  for (const [path, text] of texts) {
    const place = { repository: name, path };
    const shown = `${name}/${path}`;
    yield* isWorkflow(place) ? trees.workflow(place, text, shown) : trees.codeOwners(place, text, shown);
  }
}
