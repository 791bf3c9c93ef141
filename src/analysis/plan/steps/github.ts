/** GitHub deploy keys, apps and tokens. Calls: `model/github-actions.ts`. */
import { SECOND_MS } from '../../../model/durations.ts';
import { githubDeleteDeployKey, githubDeployKeyOf, githubSuspendInstallation } from '../../../model/github-actions.ts';
import type { Control } from '../input.ts';
import { manual } from './manual.ts';
import type { Subject, System } from './subject.ts';

const CALL = { callMs: 5 * SECOND_MS, settleMs: 30 * SECOND_MS };

function deployKey(subject: Subject, action: Control['action']): Control | undefined {
  const found = githubDeployKeyOf(subject.key);
  if (!found) return undefined;
  return {
    ...CALL,
    action,
    parameters: { repository: found.repository, keyId: found.id },
    reversibility: action === 'delete' ? 'R2' : 'R1',
    commands: githubDeleteDeployKey(found.repository, found.id),
    probe: 'SSH with this key is refused, and the repository does not list it',
  };
}

function app(subject: Subject, action: Control['action']): Control | undefined {
  const installation = subject.entity?.properties['installationId'];
  if (!/^github(@[^:]+)?:apps\//.test(subject.key) || (typeof installation !== 'number' && typeof installation !== 'string'))
    return undefined;
  return {
    ...CALL,
    action,
    parameters: { installation: String(installation) },
    reversibility: 'R0',
    commands: githubSuspendInstallation(String(installation)),
    probe: 'asking for an installation token answers 403; tokens that were issued before end within the hour',
  };
}

export const github: System = {
  ...manual,
  name: 'github',
  contain: (subject) => deployKey(subject, 'quarantine') ?? app(subject, 'quarantine') ?? manual.contain(subject),
  disable: (subject) => deployKey(subject, 'disable') ?? app(subject, 'disable') ?? manual.disable(subject),
};
