/** A self-hosted runner gets no more jobs; the machine itself runs on. https://docs.github.com/rest/actions/self-hosted-runners */
import { type GithubStepOf, githubPlacePath } from '../../model/github-actions.ts';
import { refused } from '../step/refused.ts';
import { alreadySo, type Handling, lacking, mustHavePlace, shownPlace, type Work } from './handling.ts';

type Step = GithubStepOf<'runner'>;

interface Runner {
  readonly name?: string;
  readonly status?: string;
  readonly busy?: boolean;
}

const permissionOf = ({ organization }: Step, level: 'read' | 'write'): string =>
  `${organization === undefined ? 'administration' : 'organization_self_hosted_runners'}=${level}`;
const pathOf = (step: Step): string => `${githubPlacePath(step)}/actions/runners/${step.runnerId}`;
const shownOf = (step: Step): string => `runner ${step.runnerId} of ${shownPlace(step)}`;
const read = ({ github, step }: Work<Step>) =>
  github.find<Runner>({ path: pathOf(step), permission: permissionOf(step, 'read') });

export const runner: Handling<Step> = {
  async preflight(work) {
    const found = await read(work);
    if (!found) {
      await mustHavePlace(work, work.step);
      return alreadySo();
    }
    if (found.data.busy) return refused(`${shownOf(work.step)} runs a job: cancel it, or wait for its end`);
    return { refusals: await lacking(work, permissionOf(work.step, 'write')), preImage: '', preexisting: false };
  },
  async apply(work) {
    const { github, step } = work;
    const before = await read(work);
    const done = before && (await github.find({ method: 'DELETE', path: pathOf(step), permission: permissionOf(step, 'write') }));
    if (done) {
      const { name = '-', status = '-' } = before.data;
      return { evidence: [`removed ${shownOf(step)}: ${name}, ${status} (request ${done.requestId}); its machine runs on`] };
    }
    await mustHavePlace(work, step);
    return { evidence: [`${shownOf(step)} is not there any more`] };
  },
  async probe(work) {
    if (await read(work)) return { state: 'not-effective', evidence: [`${shownOf(work.step)} is there`] };
    await mustHavePlace(work, work.step);
    return { state: 'effective', evidence: [`${shownOf(work.step)} is not there`] };
  },
};
