/**
 * A token of an OAuth app of ours, or all that the app has for that user. https://docs.github.com/rest/apps/oauth-applications
 */
import { RefusedError } from '../../model/errors.ts';
import type { GithubStepOf } from '../../model/github-actions.ts';
import { alreadySo, type Handling, type Work } from './handling.ts';
import { readToken } from './token-file.ts';

type Step = GithubStepOf<'oauth-token'>;

async function call(work: Work<Step>, method: 'POST' | 'DELETE', what: 'token' | 'grant'): Promise<Response> {
  const { step, settings, github, planned } = work;
  const { oauthApp } = settings;
  if (oauthApp?.clientId !== step.clientId)
    throw new RefusedError(`the OAuth app ${step.clientId}: give the enforcer its \`oauthApp: { clientId, clientSecret }\``);
  const access_token = await readToken({ tokenFile: step.tokenFile, tokens: settings.tokens, target: planned.target });
  const basic = Buffer.from(`${oauthApp.clientId}:${oauthApp.clientSecret}`).toString('base64');
  const path = `/applications/${encodeURIComponent(step.clientId)}/${what}`;
  const answer = await github.withoutLogin(path, {
    method,
    headers: { authorization: `Basic ${basic}`, 'content-type': 'application/json' },
    body: JSON.stringify({ access_token }),
  });
  await answer.body?.cancel();
  if (answer.status === 401) throw new RefusedError(`${path}: GitHub does not take the client secret of ${step.clientId}`);
  if (answer.status >= 500) throw new Error(`${path}: GitHub answered ${answer.status}`);
  return answer;
}

const isTaken = async (work: Work<Step>): Promise<boolean> => (await call(work, 'POST', 'token')).status === 200;
const shownOf = ({ grant, clientId }: Step): string =>
  grant ? `all that ${clientId} has for this user` : `the token of ${clientId}`;

export const oauthToken: Handling<Step> = {
  async preflight(work) {
    return (await isTaken(work)) ? { refusals: [], preImage: '', preexisting: false } : alreadySo();
  },
  async apply(work) {
    const { status, headers } = await call(work, 'DELETE', work.step.grant ? 'grant' : 'token');
    const request = headers.get('x-github-request-id') ?? '-';
    if (status === 204) return { evidence: [`ended ${shownOf(work.step)} (request ${request})`] };
    if (status === 404 || status === 422) return { evidence: [`${shownOf(work.step)} is not there any more`] };
    throw new RefusedError(`/applications/${work.step.clientId}: GitHub refused it (${status})`);
  },
  async probe(work) {
    if (await isTaken(work)) return { state: 'not-effective', evidence: [`${shownOf(work.step)} is taken`] };
    return { state: 'effective', evidence: [`${shownOf(work.step)} is not taken`] };
  },
};
