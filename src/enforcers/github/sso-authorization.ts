/**
 * What a person authorised for an organisation with SAML single sign-on: a classic token, an SSH key, an app. It may be our own, so
 * this is done as an app, which cannot be one of them.
 * https://docs.github.com/enterprise-cloud@latest/rest/orgs/orgs#remove-a-saml-sso-authorization-for-an-organization
 */
import { RefusedError } from '../../model/errors.ts';
import type { GithubStepOf } from '../../model/github-actions.ts';
import { refused } from '../step/refused.ts';
import { alreadySo, type Handling, lacking, mustHavePlace, type Work } from './handling.ts';

type Step = GithubStepOf<'sso-authorization'>;

const PERMISSION = 'organization_administration';
const pathOf = ({ organization }: Step): string => `/orgs/${encodeURIComponent(organization)}/credential-authorizations`;
const shownOf = ({ credentialId, organization }: Step): string => `authorisation ${credentialId} in ${organization}`;

const read = ({ github, step }: Work<Step>) =>
  github.findIn<{ readonly credential_id: number | string }>(
    { path: pathOf(step), permission: `${PERMISSION}=read` },
    ({ credential_id }) => String(credential_id) === step.credentialId,
  );

const NOT_AN_APP = "with a token this may end interlock's own access: give the enforcer `appId` and `privateKeyFile`";

export const ssoAuthorization: Handling<Step> = {
  async preflight(work) {
    if (!work.github.isApp) return refused(NOT_AN_APP);
    const refusals = await lacking(work, `${PERMISSION}=write`);
    if (refusals.length > 0) return refused(...refusals);
    return (await read(work)) ? { refusals: [], preImage: '', preexisting: false } : alreadySo();
  },
  async apply(work) {
    const { github, step } = work;
    if (!github.isApp) throw new RefusedError(NOT_AN_APP);
    const path = `${pathOf(step)}/${step.credentialId}`;
    const done = await github.find({ method: 'DELETE', path, permission: `${PERMISSION}=write` });
    if (done) return { evidence: [`removed ${shownOf(step)} (request ${done.requestId}); its owner may authorise it again`] };
    await mustHavePlace(work, step);
    return { evidence: [`${shownOf(step)} is not there any more`] };
  },
  async probe(work) {
    if (await read(work)) return { state: 'not-effective', evidence: [`${shownOf(work.step)} is there`] };
    return { state: 'effective', evidence: [`${shownOf(work.step)} is not there`] };
  },
};
