/** GitHub: deploy keys, apps, tokens, secrets of Actions. Commands: `model/github-actions.ts`. */
import { createHash } from 'node:crypto';
import { HOUR_MS, SECOND_MS } from '../../../model/durations.ts';
import {
  type GithubStep,
  githubCommands,
  githubDeployKeyOf,
  githubIdIn,
  githubSecretOf,
  githubTokenFile,
  parseGithubStep,
} from '../../../model/github-actions.ts';
import type { StepParameters } from '../../../model/plan.ts';
import type { Control } from '../input.ts';
import { credentialField } from './credential-field.ts';
import { manual } from './manual.ts';
import type { Subject, System } from './subject.ts';

const CALL = { callMs: 5 * SECOND_MS, settleMs: 30 * SECOND_MS };

type Rest = Pick<Control, 'action' | 'reversibility' | 'probe'> &
  Partial<Pick<Control, 'settleMs'>> & { readonly parameters: StepParameters };

/** Undefined where the parameters are none that the enforcer takes. */
function control({ action, parameters, ...rest }: Rest): Control | undefined {
  let step: GithubStep;
  try {
    step = parseGithubStep(action, parameters);
  } catch {
    return undefined;
  }
  return { ...CALL, action, parameters, commands: githubCommands(step), ...rest };
}

function deployKey({ key, entity }: Subject, action: Control['action']): Control | undefined {
  const found = githubDeployKeyOf(key);
  if (!found) return undefined;
  const fingerprint = entity?.properties['sshFingerprint'];
  const more = typeof fingerprint === 'string' ? { sshFingerprint: fingerprint } : {};
  return control({
    action,
    parameters: { control: 'deploy-key', repository: found.repository, keyId: found.id, ...more },
    reversibility: action === 'delete' ? 'R2' : 'R1',
    probe: 'SSH with this key is refused, and the repository does not list it',
  });
}

function app({ key, entity }: Subject, action: 'quarantine' | 'disable'): Control | undefined {
  const installation = entity?.properties['installation'];
  if (!githubIdIn(key)?.startsWith('apps/') || (typeof installation !== 'number' && typeof installation !== 'string'))
    return undefined;
  return control({
    action,
    parameters: { control: 'installation', installation: String(installation) },
    reversibility: 'R0',
    probe: 'asking for an installation token answers 403; tokens that were issued before end within the hour',
  });
}

/** What a person let loose on the organisation, by the forms in which keys have it. */
function token({ key, entity }: Subject, action: 'revoke' | 'delete'): Control | undefined {
  const id = githubIdIn(key) ?? '';
  const [, organization, credentialId] = /^org\/([^/]+)\/credential-authorizations\/([^/]+)$/.exec(id) ?? [];
  const rest = { action, reversibility: 'R2' } as const;
  const fineGranted = 'the organisation does not list the token any more; elsewhere it lives on';
  if (organization && credentialId?.startsWith('grant-'))
    return control({
      ...rest,
      parameters: { control: 'personal-token', organization, grantId: credentialId.slice('grant-'.length) },
      probe: fineGranted,
    });
  if (organization && credentialId)
    return control({
      ...rest,
      parameters: { control: 'sso-authorization', organization, credentialId },
      probe: 'the organisation does not list it any more; its owner may authorise it again, and elsewhere it lives on',
    });
  const type = entity?.properties['type'];
  const tokenId = /^tokens\/(\d+)$/.exec(id)?.[1];
  if (tokenId !== undefined && typeof type === 'string' && /fine-grained/i.test(type))
    return control({ ...rest, parameters: { control: 'personal-token', tokenId }, probe: fineGranted });
  if (tokenId === undefined && !id.startsWith('hashed-tokens/')) return undefined;
  const tokenFile = githubTokenFile(createHash('sha256').update(key).digest('hex').slice(0, 12));
  return control({
    ...rest,
    parameters: { control: 'token', tokenFile },
    probe: `GET /user with the token answers 401; put its value into the file ${tokenFile} of the enforcer's folder \`tokens\`, mode 0600`,
  });
}

/** Only where the value alone is of use: what else goes with it is in places of its own. */
function delivered({ key }: Subject, credential: Subject): Control | undefined {
  const place = githubSecretOf(key);
  return (
    place &&
    control({
      action: 'distribute',
      parameters: { control: 'actions-secret', ...place, field: credentialField(place.name, credential.key) },
      reversibility: 'R2',
      settleMs: HOUR_MS,
      probe: 'the secret was written after the new value was issued; jobs that run have the old one to their end',
    })
  );
}

export const github: System = {
  ...manual,
  name: 'github',
  contain: (subject) =>
    deployKey(subject, 'quarantine') ?? app(subject, 'quarantine') ?? token(subject, 'revoke') ?? manual.contain(subject),
  deliver: delivered,
  disable: (subject) => deployKey(subject, 'disable') ?? app(subject, 'disable') ?? manual.disable(subject),
  delete: (subject) => deployKey(subject, 'delete') ?? token(subject, 'delete') ?? manual.delete(subject),
};
