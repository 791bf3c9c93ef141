/**
 * An app's installation is suspended, and its tokens with it. Only the app itself may: the enforcer signs in as that app, with its key.
 * https://docs.github.com/rest/apps/apps#suspend-an-app-installation
 */
import { RefusedError } from '../../model/errors.ts';
import type { GithubStepOf } from '../../model/github-actions.ts';
import type { Handling, Work } from './handling.ts';

type Step = GithubStepOf<'installation'>;

const PERMISSION = "the app's own key";
const pathOf = ({ installation }: Step): string => `/app/installations/${installation}`;

async function read({ github, step }: Work<Step>): Promise<{ readonly isSuspended: boolean; readonly app: string }> {
  if (!github.isApp)
    throw new RefusedError(
      `installation ${step.installation}: only the app itself suspends it: give the enforcer its \`appId\` and \`privateKeyFile\`, or do it in the organisation's settings`,
    );
  const found = await github.find<{ suspended_at?: string | null; app_slug?: string }>({
    path: pathOf(step),
    permission: PERMISSION,
  });
  if (found) return { isSuspended: found.data.suspended_at != null, app: found.data.app_slug ?? String(github.login.appId) };
  throw new RefusedError(
    `installation ${step.installation} is not of the app ${github.login.appId}: only its own app suspends it; do it in the organisation's settings`,
  );
}

async function set(work: Work<Step>, suspended: boolean) {
  const { github, step } = work;
  const { isSuspended, app } = await read(work);
  if (isSuspended === suspended)
    return { evidence: [`installation ${step.installation} of ${app} is ${word(suspended)} already`] };
  const path = `${pathOf(step)}/suspended`;
  const { requestId } = await github.send({ method: suspended ? 'PUT' : 'DELETE', path, permission: PERMISSION });
  return { evidence: [`installation ${step.installation} of ${app} is ${word(suspended)} (request ${requestId})`] };
}

const word = (suspended: boolean): string => (suspended ? 'suspended' : 'not suspended');

export const installation: Handling<Step> = {
  async preflight(work) {
    const { isSuspended } = await read(work);
    return { refusals: [], preImage: JSON.stringify({ isSuspended }), preexisting: isSuspended };
  },
  apply: (work) => set(work, true),
  async probe(work) {
    const { isSuspended, app } = await read(work);
    const evidence = [`installation ${work.step.installation} of ${app} is ${word(isSuspended)}`];
    if (!isSuspended) return { state: 'not-effective', evidence };
    return { state: 'effective', evidence: [...evidence, 'it may not do anything until it is not'] };
  },
  undo: (work, preImage) => set(work, (JSON.parse(preImage) as { isSuspended: boolean }).isSuspended),
};
