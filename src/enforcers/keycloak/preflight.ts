import { rotatesSecrets } from '../../apis/keycloak/representations.ts';
import { deedOf, type KeycloakStep } from '../../model/keycloak-actions.ts';
import { handedOut, handOutProblem } from '../hand-out/hand-out.ts';
import type { Before } from './before.ts';
import { effective } from './role-mappings.ts';
import { accountOf, readRealmSettings, type Server, type Thing } from './thing.ts';

export interface Question extends Server {
  readonly step: KeycloakStep;
  readonly thing: Thing;
  readonly before: Before;
  /** How we log in: a step on it would end the way to undo it. */
  readonly own: { readonly realm: string; readonly client: string; readonly user: string | undefined };
}

/** Why the step may not run; each says how to get it. Empty when it may. */
export async function refusalsOf(question: Question): Promise<string[]> {
  const { step, thing } = question;
  const deed = deedOf(step);
  if (deed.does === 'save') return [];
  const refusals = [...lifeline(question), ...missingRights(question)];
  switch (deed.does) {
    case 'cut':
      return thing.kind === 'client' ? [...refusals, ...(await cutRefusals(question))] : refusals;
    case 'unmap':
      return [...refusals, ...(await unmapRefusals(question, deed.roles))];
    case 'rotate':
      return [...refusals, ...secretRefusals(question), ...(await handOutRefusals(question, deed.handTo))];
    case 'issue':
      return [...refusals, ...secretRefusals(question), ...(await issueRefusals(question))];
    default:
      return refusals;
  }
}

/** Never the access by which we work: the login itself, the account that it acts as, and the clients whose roles let it. */
function lifeline({ thing, own }: Question): string[] {
  if (thing.realm !== own.realm) return [];
  const account = own.user ?? `service-account-${own.client}`;
  const isOwn =
    thing.kind === 'client'
      ? thing.now.clientId === own.client || isAdministration(thing.now.clientId, own.realm)
      : thing.now.username === account.toLowerCase();
  return isOwn ? [`${thing.words} is interlock's own login: a step on it would end the way to undo it`] : [];
}

/** By whose roles a login of the realm administers it; in the master realm every realm has one. */
const isAdministration = (clientId: string, realm: string): boolean =>
  realm === 'master' ? clientId.endsWith('-realm') : clientId === 'realm-management';

/** Keycloak says with each thing what we may do to it. */
function missingRights({ admin, step, thing }: Question): string[] {
  const may = thing.now.access ?? {};
  const lacks = (role: string): string =>
    `${admin.who} may not change ${thing.words}: give it the role ${role} of realm-management (in the master realm: of ${thing.realm}-realm)`;
  if (deedOf(step).does === 'unmap') return thing.kind === 'user' && may['mapRoles'] === false ? [lacks('manage-users')] : [];
  if (may['manage'] !== false) return [];
  return [lacks(thing.kind === 'client' ? 'manage-clients' : 'manage-users')];
}

async function cutRefusals(question: Question): Promise<string[]> {
  const { notBefore } = await readRealmSettings(question, question.thing.realm);
  return notBefore
    ? [
        `realm ${question.thing.realm} has a not-before of its own (${new Date(notBefore * 1000).toISOString()}), and Keycloak then takes no notice of a client's: clear the realm's first (Realm settings, Sessions, Revocation), or disable the client`,
      ]
    : [];
}

async function unmapRefusals(question: Question, roles: readonly string[]): Promise<string[]> {
  const { thing, before } = question;
  const account = await accountOf(question, thing);
  if (account === undefined) return [`${thing.words} has no service account, so it has no roles`];
  const direct = before.roles ?? [];
  const held = await effective(question, { account, realm: thing.realm, roles });
  return held
    .filter((key) => !direct.includes(key))
    .map((key) => `${thing.words} has ${key} by a group or another role, not by a mapping of its own: take it away there`);
}

function secretRefusals({ thing }: Question): string[] {
  if (thing.kind !== 'client') return [];
  const { publicClient, bearerOnly, clientAuthenticatorType } = thing.now;
  const bySecret = !publicClient && !bearerOnly && (clientAuthenticatorType ?? 'client-secret').startsWith('client-secret');
  return bySecret
    ? []
    : [
        `${thing.words} does not prove itself by a secret (${publicClient ? 'public' : (clientAuthenticatorType ?? 'bearer-only')})`,
      ];
}

async function handOutRefusals({ thing }: Question, handTo: string | undefined): Promise<string[]> {
  const problem = await handOutProblem(handTo);
  if (problem !== undefined) return [problem];
  const there = await handedOut(handTo as string);
  const isInForce = thing.kind === 'client' && there === thing.now.secret;
  return there === undefined || isInForce
    ? []
    : [`${handTo} exists already and holds another secret: move it away, or name another file`];
}

async function issueRefusals(question: Question): Promise<string[]> {
  const { thing, before } = question;
  if (before.attributes?.['client.secret.rotated'])
    return [
      `${thing.words} has a former secret that still works: another one would end it; wait until it has run out, or end it first`,
    ];
  const settings = await readRealmSettings(question, thing.realm);
  return rotatesSecrets(settings)
    ? []
    : [
        `realm ${thing.realm} keeps no former secrets: the old one would end at once. Set a client policy with the executor secret-rotation (feature client-secret-rotation), give us view-realm to see it, or use rotate`,
      ];
}
