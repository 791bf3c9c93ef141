/**
 * A token that somebody holds who should not: GitHub ends it for whoever shows it, without any login. Its owner is told. 60 an hour.
 * https://docs.github.com/rest/credentials/revoke
 */
import { RefusedError } from '../../model/errors.ts';
import type { GithubStepOf } from '../../model/github-actions.ts';
import { alreadySo, type Handling, type Work } from './handling.ts';
import { readToken } from './token-file.ts';

type Step = GithubStepOf<'token'>;

/** Classic and fine-grained tokens, and those of OAuth and GitHub Apps for a user; not `ghs_`, which ends within the hour. */
const REVOCABLE = /^(?:ghp_|github_pat_|gho_|ghu_|ghr_)/;

const tokenIn = ({ step, settings, planned }: Work<Step>): Promise<string> =>
  readToken({ tokenFile: step.tokenFile, tokens: settings.tokens, target: planned.target });

async function revocable(work: Work<Step>): Promise<string> {
  const value = await tokenIn(work);
  if (!REVOCABLE.test(value))
    throw new RefusedError(`${work.step.tokenFile}: GitHub ends only ghp_, github_pat_, gho_, ghu_ and ghr_ tokens this way`);
  return value;
}

/** Whether GitHub takes the token. Everything that uses it is between these lines. */
async function isTaken({ github }: Work<Step>, value: string): Promise<boolean> {
  const answer = await github.withoutLogin('/user', { headers: { authorization: `Bearer ${value}` } });
  await answer.body?.cancel();
  if (answer.status === 401) return false;
  if (answer.status >= 500) throw new Error(`/user: GitHub answered ${answer.status}`);
  return true;
}

export const leakedToken: Handling<Step> = {
  async preflight(work) {
    return (await isTaken(work, await revocable(work))) ? { refusals: [], preImage: '', preexisting: false } : alreadySo();
  },
  async apply(work) {
    const answer = await work.github.withoutLogin('/credentials/revoke', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ credentials: [await revocable(work)] }),
    });
    await answer.body?.cancel();
    if (answer.status >= 500) throw new Error(`/credentials/revoke: GitHub answered ${answer.status}`);
    if (answer.status !== 202) throw new RefusedError(`/credentials/revoke: GitHub refused it (${answer.status})`);
    const request = answer.headers.get('x-github-request-id') ?? '-';
    return { evidence: [`GitHub took it to be ended (request ${request}); delete ${work.step.tokenFile} once it is`] };
  },
  async probe(work) {
    if (await isTaken(work, await tokenIn(work))) return { state: 'not-effective', evidence: ['GET /user with it is answered'] };
    return { state: 'effective', evidence: ['GET /user with it is answered with 401'] };
  },
};
