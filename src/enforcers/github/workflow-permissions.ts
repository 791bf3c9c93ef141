/** What jobs may that ask for nothing. https://docs.github.com/rest/actions/permissions */
import { RefusedError } from '../../model/errors.ts';
import { type GithubStepOf, githubPlacePath } from '../../model/github-actions.ts';
import { type Handling, lacking, shownPlace, type Work } from './handling.ts';

type Step = GithubStepOf<'workflow-permissions'>;

interface Permissions {
  readonly default_workflow_permissions: 'read' | 'write';
  readonly can_approve_pull_request_reviews: boolean;
}

const LEAST: Permissions = { default_workflow_permissions: 'read', can_approve_pull_request_reviews: false };

const permissionOf = ({ organization }: Step, level: 'read' | 'write'): string =>
  `${organization === undefined ? 'administration' : 'organization_administration'}=${level}`;
const pathOf = (step: Step): string => `${githubPlacePath(step)}/actions/permissions/workflow`;
const isSame = (a: Permissions, b: Permissions): boolean =>
  a.default_workflow_permissions === b.default_workflow_permissions &&
  a.can_approve_pull_request_reviews === b.can_approve_pull_request_reviews;
const inWords = ({ default_workflow_permissions: level, can_approve_pull_request_reviews: approves }: Permissions): string =>
  `jobs may ${level} by default${approves ? ', and approve pull requests' : ''}`;

async function read({ github, step }: Work<Step>): Promise<Permissions> {
  const found = await github.find<Permissions>({ path: pathOf(step), permission: permissionOf(step, 'read') });
  if (!found) throw new RefusedError(`${shownPlace(step)} is not there, or GitHub does not let the enforcer know: collect again`);
  const { default_workflow_permissions, can_approve_pull_request_reviews } = found.data;
  return { default_workflow_permissions, can_approve_pull_request_reviews };
}

async function write({ github, step }: Work<Step>, body: Permissions) {
  const { requestId } = await github.send({ method: 'PUT', path: pathOf(step), body, permission: permissionOf(step, 'write') });
  return { evidence: [`${shownPlace(step)}: ${inWords(body)} (request ${requestId}); jobs that run keep theirs`] };
}

export const workflowPermissions: Handling<Step> = {
  async preflight(work) {
    const now = await read(work);
    return {
      refusals: await lacking(work, permissionOf(work.step, 'write')),
      preImage: JSON.stringify(now),
      preexisting: isSame(now, LEAST),
    };
  },
  async apply(work) {
    if (isSame(await read(work), LEAST)) return { evidence: [`${shownPlace(work.step)}: ${inWords(LEAST)} already`] };
    return write(work, LEAST);
  },
  async probe(work) {
    const now = await read(work);
    return { state: isSame(now, LEAST) ? 'effective' : 'not-effective', evidence: [`${shownPlace(work.step)}: ${inWords(now)}`] };
  },
  async undo(work, preImage) {
    const before = JSON.parse(preImage) as Permissions;
    const now = await read(work);
    if (isSame(now, before)) return { evidence: [`${shownPlace(work.step)}: ${inWords(now)}, as before`] };
    if (!isSame(now, LEAST))
      throw new RefusedError(`${shownPlace(work.step)}: ${inWords(now)}: changed by somebody else since; it is left alone`);
    return write(work, before);
  },
};
