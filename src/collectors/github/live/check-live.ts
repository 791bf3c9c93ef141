/**
 * What a live collection would miss. An app's installation says what it may; with a token, the same questions are asked as in a
 * collection, for the first of each list.
 */
import pLimit from 'p-limit';
import { type Granted, PATIENCE, type Patience } from '../../../apis/github/client.ts';
import { counted } from '../../../model/counted.ts';
import { InputError, isExpected, messageOf } from '../../../model/errors.ts';
import { grouped } from '../../../model/grouped.ts';
import type { Checked } from '../../../ports/checked.ts';
import type { CheckContext } from '../../../ports/collector.ts';
import { Answers } from '../answers/answers.ts';
import { calledBy, type Endpoint, endpoints } from '../answers/endpoints.ts';
import { type Api, CallProblem, openApi } from './api.ts';
import { type Asking, ask, askAll } from './asking.ts';
import { organisationQuestions, type Question, repositoryQuestions } from './questions.ts';
import { listTree } from './repository-tree.ts';
import type { LiveSettings } from './settings.ts';
import { NO_SPOOL } from './spool.ts';

/** A limit is not waited for: it is said. */
const HASTE: Patience = { ...PATIENCE, retryMs: 200, timeoutMs: 8_000, longestWaitSeconds: 0 };
const QUESTIONS_AT_ONCE = 8;
/** Fewer are no help for a collection. */
const FEW_CALLS = 100;

export async function* checkLive(live: LiveSettings, context: CheckContext, patience: Patience = HASTE): AsyncGenerator<Checked> {
  try {
    const api = firstOfEach(await openApi(live, context.signal, patience));
    const asking: Asking = { api, answers: new Answers(), context, save: async () => {}, spool: NO_SPOOL, isEnterprise: true };
    const [about] = await ask({ path: `/orgs/${encodeURIComponent(live.org)}` }, asking);
    const plan = (about as { readonly plan?: { readonly name?: string } | null } | undefined)?.plan?.name;
    const isEnterprise = plan === undefined || plan === 'enterprise';
    const granted = await api.granted();
    const missing = granted ? lacking(live, granted, isEnterprise) : await refused(live, { ...asking, isEnterprise });
    for (const text of missing) yield { type: 'missing', text };
    yield* limits(api, seenBy(live, granted));
  } catch (error) {
    context.signal.throwIfAborted();
    if (!(error instanceof CallProblem) && !isExpected(error)) throw error;
    yield { type: 'blocked', text: messageOf(error) };
  }
}

/** One item of one page. */
function firstOfEach(api: Api): Api {
  const all = async (path: string, list: string): Promise<unknown[]> => {
    const answer = await api.one(path, { per_page: 1 });
    const items = list === '' ? answer : (answer as Readonly<Record<string, unknown>> | null)?.[list];
    if (!Array.isArray(items)) throw new CallProblem(`${path}: an answer without a list${list ? ` \`${list}\`` : ''}`);
    return items.slice(0, 1);
  };
  const one: Api['one'] = (path, query = {}) => api.one(path, 'per_page' in query ? { per_page: 1 } : query);
  return { ...api, one, all };
}

const seenBy = ({ org, appId }: LiveSettings, granted: Granted | undefined): string =>
  granted
    ? `${org}: as app ${appId}${granted.repositories === 'selected' ? ', of selected repositories alone' : ''}`
    : `${org}: with a token`;

/** The permissions that endpoints need and the installation does not have, each once. */
function lacking({ org, appId }: LiveSettings, { permissions }: Granted, isEnterprise: boolean): string[] {
  const only = organisationQuestions(org).filter((question) => question.isOfEnterprise);
  const left = new Set(isEnterprise ? [] : only.map(({ path }) => calledBy(path)?.endpoint));
  const asked = endpoints.filter((endpoint) => !left.has(endpoint) && !allows(permissions, endpoint));
  return [...grouped(asked, ({ permission }) => permission)].map(([permission, all]) => {
    const more = all.length > 1 ? ` and ${all.length - 1} more` : '';
    return `${all[0]?.path}${more}: needs ${permission}; grant it to app ${appId}, and accept it in ${org}`;
  });
}

const LEVELS = ['read', 'write', 'admin'];

function allows(permissions: Granted['permissions'], { permission }: Endpoint): boolean {
  const [name = '', level = ''] = permission.split('=');
  return LEVELS.indexOf(permissions[name] ?? '') >= LEVELS.indexOf(level);
}

/** What is answered with a refusal, of the organisation and of its first repository. */
async function refused({ org }: LiveSettings, asking: Asking): Promise<string[]> {
  const [first] = await ask({ path: `/orgs/${encodeURIComponent(org)}/repos?type=all` }, asking);
  const name = first?.['full_name'];
  const questions = [...organisationQuestions(org), ...(typeof name === 'string' ? repositoryQuestions(name) : [])];
  const limit = pLimit(QUESTIONS_AT_ONCE);
  const one = (question: Question) => limit(() => askAll([question], asking));
  const problems = await Promise.all([
    ...questions.map(one),
    typeof name === 'string' ? treeProblem(asking, name, first?.['default_branch']) : [],
  ]);
  return [...new Set(problems.flat())];
}

async function treeProblem({ api }: Asking, name: string, branch: unknown): Promise<string[]> {
  try {
    await listTree(api, name, typeof branch === 'string' ? branch : 'HEAD');
    return [];
  } catch (error) {
    if (!(error instanceof CallProblem || error instanceof InputError)) throw error;
    return [error.message];
  }
}

interface RateLimit {
  readonly resources?: {
    readonly core?: { readonly limit?: number; readonly remaining?: number; readonly reset?: number };
  };
}

/** GitHub Enterprise Server may have none. https://docs.github.com/rest/rate-limit/rate-limit */
async function* limits(api: Api, seen: string): AsyncGenerator<Checked> {
  const answer = (await api.one('/rate_limit').catch(() => undefined)) as RateLimit | undefined;
  const { limit, remaining, reset } = answer?.resources?.core ?? {};
  if (limit === undefined || remaining === undefined) {
    yield { type: 'works', text: seen };
    return;
  }
  const left = `${remaining.toLocaleString('en-US')} of ${counted(limit, 'call')} left`;
  const until = reset === undefined ? 'the hour ends' : new Date(reset * 1000).toISOString();
  if (remaining < FEW_CALLS) yield { type: 'missing', text: `${left} until ${until}: a collection would have to wait` };
  yield { type: 'works', text: `${seen}, ${left}` };
}
