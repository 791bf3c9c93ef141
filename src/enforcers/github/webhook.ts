/** Events go nowhere while a webhook is not active. https://docs.github.com/rest/repos/webhooks */
import { RefusedError } from '../../model/errors.ts';
import { type GithubStepOf, githubPlacePath } from '../../model/github-actions.ts';
import { type Handling, lacking, shownPlace, type Work } from './handling.ts';

type Step = GithubStepOf<'webhook'>;

const permissionOf = ({ organization }: Step, level: 'read' | 'write'): string =>
  `${organization === undefined ? 'repository_hooks' : 'organization_hooks'}=${level}`;
const pathOf = (step: Step): string => `${githubPlacePath(step)}/hooks/${step.hookId}`;
const shownOf = (step: Step): string => `webhook ${step.hookId} of ${shownPlace(step)}`;

async function read({ github, step }: Work<Step>): Promise<boolean> {
  const found = await github.find<{ readonly active?: boolean }>({ path: pathOf(step), permission: permissionOf(step, 'read') });
  if (found) return found.data.active !== false;
  throw new RefusedError(`${shownOf(step)} is not there, or GitHub does not let the enforcer know: collect again`);
}

async function set(work: Work<Step>, active: boolean) {
  const { github, step } = work;
  const word = active ? 'active' : 'not active';
  if ((await read(work)) === active) return { evidence: [`${shownOf(step)} is ${word} already`] };
  const permission = permissionOf(step, 'write');
  const { requestId } = await github.send({ method: 'PATCH', path: pathOf(step), body: { active }, permission });
  return { evidence: [`${shownOf(step)} is ${word} (request ${requestId})`] };
}

export const webhook: Handling<Step> = {
  async preflight(work) {
    const active = await read(work);
    const refusals = await lacking(work, permissionOf(work.step, 'write'));
    return { refusals, preImage: JSON.stringify({ active }), preexisting: !active };
  },
  apply: (work) => set(work, false),
  async probe(work) {
    const active = await read(work);
    return {
      state: active ? 'not-effective' : 'effective',
      evidence: [`${shownOf(work.step)} is ${active ? '' : 'not '}active`],
    };
  },
  undo: (work, preImage) => set(work, (JSON.parse(preImage) as { active: boolean }).active),
};
