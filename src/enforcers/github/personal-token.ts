/**
 * A fine-grained token loses the organisation; elsewhere it lives on. Only apps may.
 * https://docs.github.com/rest/orgs/personal-access-tokens
 */
import { RefusedError } from '../../model/errors.ts';
import type { GithubStepOf } from '../../model/github-actions.ts';
import { refused } from '../step/refused.ts';
import { alreadySo, type Handling, lacking, type Work } from './handling.ts';

type Step = GithubStepOf<'personal-token'>;

interface Grant {
  /** Of the token's access to the organisation: what calls name it by. */
  readonly id: number;
  readonly token_id?: number;
}

const PERMISSION = 'organization_personal_access_tokens';
const orgOf = ({ github, step }: Work<Step>): string => step.organization ?? github.login.org;
const pathOf = (work: Work<Step>): string => `/orgs/${encodeURIComponent(orgOf(work))}/personal-access-tokens`;
const shownOf = (work: Work<Step>): string =>
  `${work.step.tokenId === undefined ? `grant ${work.step.grantId}` : `token ${work.step.tokenId}`} in ${orgOf(work)}`;

const grantOf = (work: Work<Step>): Promise<Grant | undefined> =>
  work.github.findIn<Grant>({ path: pathOf(work), permission: `${PERMISSION}=read` }, ({ id, token_id }) =>
    work.step.grantId === undefined ? String(token_id) === work.step.tokenId : String(id) === work.step.grantId,
  );

export const personalToken: Handling<Step> = {
  async preflight(work) {
    if (!work.github.isApp)
      return refused('GitHub lets only apps take tokens out of an organisation: give the enforcer `appId` and `privateKeyFile`');
    const refusals = await lacking(work, `${PERMISSION}=write`);
    if (refusals.length > 0) return refused(...refusals);
    return (await grantOf(work)) ? { refusals: [], preImage: '', preexisting: false } : alreadySo();
  },
  async apply(work) {
    if (!work.github.isApp) throw new RefusedError('GitHub lets only apps take tokens out of an organisation');
    const grant = await grantOf(work);
    if (!grant) return { evidence: [`${shownOf(work)} has no access any more`] };
    const body = { action: 'revoke', pat_ids: [grant.id] };
    const { requestId } = await work.github.send({ method: 'POST', path: pathOf(work), body, permission: `${PERMISSION}=write` });
    return { evidence: [`revoked ${shownOf(work)} (grant ${grant.id}, request ${requestId}); outside of it the token lives on`] };
  },
  async probe(work) {
    const grant = await grantOf(work);
    if (grant) return { state: 'not-effective', evidence: [`${shownOf(work)} has access (grant ${grant.id})`] };
    return { state: 'effective', evidence: [`${shownOf(work)} has no access`] };
  },
};
