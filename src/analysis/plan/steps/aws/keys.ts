/** Access keys and console passwords: what a user proves itself with. */
import { awsPrincipalOf } from '../../../../model/aws-principal.ts';
import type { StepParameters } from '../../../../model/plan.ts';
import type { Control } from '../../input.ts';
import { instructed } from '../manual.ts';
import type { Subject } from '../subject.ts';
import { awsControl, type CALL } from './control.ts';

export const accessKeyOf = (key: string): string | undefined => /^aws:([A-Z0-9]{16,128})$/.exec(key)?.[1];

/** Without `userName` for a root user's key: only the root user itself can change it. */
function keyParameters({ key, identities }: Subject): StepParameters | undefined {
  const accessKeyId = accessKeyOf(key);
  if (accessKeyId === undefined) return undefined;
  const user = identities.map(awsPrincipalOf).find((principal) => principal?.type === 'user');
  return user ? { account: user.account, userName: user.name, accessKeyId } : { accessKeyId };
}

export function keyStep(
  subject: Subject,
  rest: Pick<Control, 'action' | 'reversibility' | 'probe'> & Partial<typeof CALL>,
): Control | undefined {
  const parameters = keyParameters(subject);
  const control = parameters && awsControl({ control: 'access-key', parameters, ...rest });
  return control && parameters['userName'] === undefined ? { ...control, byHand: true } : control;
}

export const deactivated = (subject: Subject, action: 'quarantine' | 'disable'): Control | undefined =>
  keyStep(subject, {
    action,
    // Giving a stolen key back re-arms the thief.
    reversibility: action === 'quarantine' ? 'R!' : 'R0',
    probe: 'list-access-keys says Inactive, and CloudTrail shows no call with this key id later than 60 s after the change',
  });

const loginOf = (key: string) =>
  key.endsWith('/login-profile') ? awsPrincipalOf(key.slice(0, -'/login-profile'.length)) : undefined;

export const isLogin = (key: string): boolean => loginOf(key) !== undefined;

export function loginDeleted({ key }: Subject, action: 'revoke' | 'delete'): Control | undefined {
  const user = loginOf(key);
  return (
    user &&
    awsControl({
      control: 'login-profile',
      action,
      parameters: { account: user.account, userName: user.name },
      reversibility: 'R2',
      probe: 'get-login-profile answers NoSuchEntity; console sessions that are open go on for up to 12 hours',
    })
  );
}

export function loginDisabled({ key }: Subject): Control | undefined {
  const userName = loginOf(key)?.name;
  if (userName === undefined) return undefined;
  return instructed({
    action: 'disable',
    reversibility: 'R0',
    text: `tell the person behind ${userName} that the console password goes, and watch ConsoleLogin in CloudTrail: AWS cannot disable a password, only delete it`,
    look: 'no ConsoleLogin by this user since they were told',
    parameters: { userName },
  });
}
