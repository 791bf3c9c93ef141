/** AWS access keys, login profiles, users, roles and their sessions. Calls: `model/aws-actions.ts`, which the enforcer makes as shown. */
import { awsConfirmKey, awsNewKeyFile, awsSoakKey } from '../../../model/aws-commands.ts';
import type { Control } from '../input.ts';
import {
  assumingDenied,
  bounded,
  fenced,
  identityDeleted,
  identityDenied,
  outerDenied,
  sessionsEnded,
  sessionsShortened,
  untrusted,
} from './aws/identities.ts';
import { accessKeyOf, deactivated, isLogin, keyStep, loginDeleted, loginDisabled } from './aws/keys.ts';
import { ownUser } from './aws/own-user.ts';
import { delivered, placeLines } from './aws/places.ts';
import { awaited, distributed, manual, soaked } from './manual.ts';
import { SOAK_DAYS, type System } from './subject.ts';

const KEYS_PER_USER = 2;

export const aws: System = {
  name: 'aws',
  save: (subject) =>
    keyStep(subject, { action: 'save', reversibility: 'R0', probe: 'the answer is kept with the incident', settleMs: 0 }),
  contain: (subject) => deactivated(subject, 'quarantine') ?? loginDeleted(subject, 'revoke') ?? identityDenied(subject),
  denyIdentity: identityDenied,
  outer: outerDenied,
  endSessions: (_session, identity) => sessionsEnded(identity),
  fence: fenced,
  denyAssume: assumingDenied,
  untrust: untrusted,
  bound: bounded,
  shorten: sessionsShortened,
  issue(subject, replacement) {
    if (accessKeyOf(subject.key) === undefined) return isLogin(subject.key) ? undefined : manual.issue(subject, replacement);
    return keyStep(subject, {
      action: 'issue',
      reversibility: 'R0',
      probe: 'list-access-keys shows a second key that is Active',
    });
  },
  issueOwn: ownUser,
  distribute(subject, replacement) {
    const id = accessKeyOf(subject.key);
    if (id === undefined || replacement.places.length === 0) return manual.distribute(subject, replacement);
    return distributed(
      subject,
      replacement,
      replacement.places.flatMap(placeLines(awsNewKeyFile(replacement.issuedTo ?? id), replacement.places)),
    );
  },
  deliver: delivered,
  confirm(subject, replacement) {
    const id = accessKeyOf(subject.key);
    return id === undefined ? manual.confirm(subject, replacement) : awaited(subject, replacement, awsConfirmKey(id));
  },
  disable: (subject) => deactivated(subject, 'disable') ?? loginDisabled(subject) ?? asDisable(identityDenied(subject)),
  soak(subject) {
    const id = accessKeyOf(subject.key);
    return id === undefined ? manual.soak(subject) : soaked(subject, awsSoakKey(id, SOAK_DAYS));
  },
  delete: (subject) =>
    keyStep(subject, { action: 'delete', reversibility: 'R2', probe: 'list-access-keys does not show it any more' }) ??
    loginDeleted(subject, 'delete') ??
    identityDeleted(subject),
  most: ({ key }) => (accessKeyOf(key) === undefined ? undefined : KEYS_PER_USER),
};

const asDisable = (control: Control | undefined): Control | undefined => control && { ...control, action: 'disable' };
