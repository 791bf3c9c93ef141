import { describe, expect, it } from 'vitest';
import { keycloak } from '../../../../src/analysis/plan/steps/keycloak.ts';
import type { Replacement, Subject } from '../../../../src/analysis/plan/steps/subject.ts';
import type { Entity, Properties } from '../../../../src/model/entity.ts';
import { deedOf, isKeycloakAction, parseKeycloakStep } from '../../../../src/model/keycloak-actions.ts';
import type { EntityKind } from '../../../../src/model/kinds.ts';

const REALM = 'keycloak:sso/realms/shop';
const CLIENT = `${REALM}/clients/https://app.example.com/#a`;
const USER = `${REALM}/users/ann`;
const NEEDED: Replacement = { places: [], consumers: ['k8s:prod/shop/deployments/api'], unexplained: [] };

const subject = (
  key: string,
  kind: EntityKind,
  { identities = [] as string[], properties = {} as Properties } = {},
): Subject => ({
  key,
  kind,
  entity: { properties } as Entity,
  identities,
});
const secret = (properties: Properties = {}): Subject =>
  subject(`${CLIENT}#secret`, 'Credential', { identities: [CLIENT], properties });
const former = subject(`${CLIENT}#rotated-secret`, 'Credential', { identities: [CLIENT] });
const session = subject(`${REALM}/sessions/abc`, 'Session', { identities: [USER] });
const keeps = { rotates: true };

describe('what Keycloak can do', () => {
  it.each([
    ['disable the client of a secret that leaked', keycloak.contain(secret()), 'disable', 'R!'],
    ['disable a client that is retired', keycloak.disable(subject(CLIENT, 'ServiceAccount')), 'disable', 'R0'],
    ['end a former secret alone', keycloak.contain(former), 'end-rotated', 'R1'],
    ['end the former secret once the new one is everywhere', keycloak.disable(secret(keeps), NEEDED), 'end-rotated', 'R1'],
    ['disable the client of a secret that nobody needs', keycloak.disable(secret(keeps)), 'disable', 'R0'],
    ['issue where the former secret goes on', keycloak.issue(secret(keeps), NEEDED), 'issue', 'R1'],
    ['disable a user', keycloak.contain(subject(USER, 'User')), 'disable', 'R!'],
    ['keep who was logged in as a user', keycloak.save(subject(USER, 'User')), 'save', 'R0'],
    ['end the sessions of a user', keycloak.endSessions?.(session, subject(USER, 'User')), 'cut', 'R0'],
    ['cut off the tokens of a client', keycloak.endSessions?.(session, subject(CLIENT, 'ServiceAccount')), 'cut', 'R2'],
    ['shorten the tokens of a client', keycloak.shorten?.(secret()), 'shorten', 'R1'],
    ['delete a client', keycloak.delete(subject(CLIENT, 'ServiceAccount')), 'delete', 'R2'],
  ])('%s, in a step that its enforcer can read', (_what, control, does, reversibility) => {
    expect(control).toMatchObject({ reversibility });
    expect(control?.byHand).toBeUndefined();
    if (!control || !isKeycloakAction(control.action)) throw new Error('no step of Keycloak');
    const step = parseKeycloakStep(control.action, control.parameters);
    expect(deedOf(step).does).toBe(does);
    expect(step.parameters).toMatchObject('user' in step.parameters ? { user: 'ann' } : { client: 'https://app.example.com/#a' });
    expect(control.commands.apply).toContain('kcadm.sh');
  });

  it('delete no client whose former secret was replaced, and no user', () => {
    expect(keycloak.delete(secret(keeps), NEEDED)).toBeUndefined();
    expect(keycloak.delete(former)).toBeUndefined();
    expect(keycloak.delete(subject(USER, 'User'))).toMatchObject({ byHand: true });
  });

  it('leave to a person what has no call: a second secret, an application, a role, the realm', () => {
    expect(keycloak.issue(secret(), NEEDED)).toMatchObject({ byHand: true, action: 'issue' });
    for (const key of [`${CLIENT}#application`, `${CLIENT}#roles/writer`, REALM, `${REALM}/roles/admin`])
      expect(keycloak.contain(subject(key, 'Role'))).toMatchObject({ byHand: true });
  });
});
