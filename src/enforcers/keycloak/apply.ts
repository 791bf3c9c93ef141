import { RefusedError } from '../../model/errors.ts';
import { deedOf, type KeycloakStep, LIFESPAN } from '../../model/keycloak-actions.ts';
import type { Applied, HandOver } from '../../ports/enforcer.ts';
import { handedOut, handOut } from '../hand-out/hand-out.ts';
import { fingerprintOf } from './fingerprint.ts';
import { changeMappings } from './role-mappings.ts';
import { accountOf, findThing, readSessions, type Server, type Thing } from './thing.ts';

export type Random = (bytes: number) => Buffer;

export interface Doing extends Server {
  readonly step: KeycloakStep;
  readonly thing: Thing;
}

export interface ApplyParts extends Doing {
  readonly random: Random;
  /** The credential that is replaced, by its key. */
  readonly replaced: string;
  readonly handOver: HandOver;
}

/** What was done, in words, and by what it is known again. */
export async function applyStep(parts: ApplyParts): Promise<Applied> {
  const { step, thing, admin, signal } = parts;
  const deed = deedOf(step);
  switch (deed.does) {
    case 'save':
      return { evidence: await savedSessions(parts) };
    case 'disable':
      return { evidence: await disable(parts) };
    case 'end-rotated':
      await admin.change({ method: 'DELETE', path: `${thing.at}/client-secret/rotated`, signal });
      return { evidence: [`the former secret of ${thing.words} was ended`] };
    case 'cut':
      return cut(parts);
    case 'shorten':
      return { evidence: await shorten(parts, deed.seconds) };
    case 'unmap':
      return { evidence: await unmap(parts, deed.roles) };
    case 'rotate':
      return rotate(parts, deed.handTo);
    case 'issue':
      return { evidence: await issue(parts) };
    case 'delete':
      await admin.change({ method: 'DELETE', path: thing.at, signal });
      return { evidence: [`${thing.words} was deleted`] };
  }
}

async function savedSessions(parts: ApplyParts): Promise<string[]> {
  const sessions = await readSessions(parts, parts.thing);
  const lines = sessions
    .slice(0, 50)
    .map(
      ({ id, username, ipAddress, start, lastAccess, clients }) =>
        `session ${id} of ${username ?? 'unknown'} at ${ipAddress ?? 'unknown'} since ${iso(start)}, last seen ${iso(lastAccess)}, for ${Object.values(clients).sort().join(', ')}`,
    );
  return [`${sessions.length} sessions of ${parts.thing.words}`, ...lines];
}

const iso = (milliseconds: number): string => new Date(milliseconds).toISOString();

/** What is left out of an update stays as it is; a client's name must be in it. */
export async function update({ admin, signal, thing }: Pick<Doing, 'admin' | 'signal' | 'thing'>, change: object): Promise<void> {
  const json = thing.kind === 'client' ? { clientId: thing.now.clientId, ...change } : change;
  await admin.change({ method: 'PUT', path: thing.at, json, signal });
}

async function disable(parts: ApplyParts): Promise<string[]> {
  const { thing, admin, signal } = parts;
  const done: string[] = [];
  if (thing.now.enabled) {
    await update(parts, { enabled: false });
    done.push(`${thing.words} was disabled`);
  } else done.push(`${thing.words} was disabled already`);
  if (thing.kind !== 'user') return done;
  const sessions = await readSessions(parts, thing);
  await admin.change({ method: 'POST', path: `${thing.at}/logout`, json: {}, signal });
  return [...done, `${sessions.length} sessions were ended`];
}

/**
 * Times are whole seconds of the server's clock: what was issued within the second of the cutoff would live on. A cutoff that is there is
 * never made an earlier one.
 */
async function cut(parts: ApplyParts): Promise<Applied> {
  const { thing, admin, signal } = parts;
  if (thing.kind === 'user') {
    const sessions = await readSessions(parts, thing);
    await admin.change({ method: 'POST', path: `${thing.at}/logout`, json: {}, signal });
    const at = (await findThing(parts, parts.step))?.now.notBefore ?? 0;
    return {
      evidence: [`${sessions.length} sessions of ${thing.words} were ended, and its tokens issued before now`],
      ...(at > 0 && { traces: [String(at)] }),
    };
  }
  const notBefore = Math.max((await admin.serverSeconds(signal)) + 1, thing.now.notBefore ?? 0);
  await update(parts, { notBefore });
  return {
    evidence: [`tokens of ${thing.words} issued before ${iso(notBefore * 1000)} are refused`],
    traces: [String(notBefore)],
  };
}

async function shorten(parts: ApplyParts, seconds: number): Promise<string[]> {
  const { thing } = parts;
  const now = thing.kind === 'client' ? Number(thing.now.attributes?.[LIFESPAN] ?? '') : 0;
  if (now > 0 && now <= seconds) return [`access tokens of ${thing.words} live ${now} s already: nothing was changed`];
  await update(parts, { attributes: { [LIFESPAN]: String(seconds) } });
  return [`access tokens of ${thing.words} live ${seconds} s from now on`];
}

async function unmap(parts: ApplyParts, roles: readonly string[]): Promise<string[]> {
  const account = await accountOf(parts, parts.thing);
  if (account === undefined) throw new RefusedError(`${parts.thing.words} has no service account, so it has no roles`);
  await changeMappings(parts, 'DELETE', { account, realm: parts.thing.realm, roles });
  return roles.map((key) => `${parts.thing.words} has no mapping of ${key}`);
}

/** The file is written before the server is told: a crash in between is finished with the secret that is in it. */
async function rotate(parts: ApplyParts, handTo: string | undefined): Promise<Applied> {
  if (handTo === undefined) throw new RefusedError('rotate needs parameters.handTo; plan again with it');
  const { thing } = parts;
  const known = await handedOut(handTo);
  const secret = known ?? parts.random(24).toString('base64url');
  if (known === undefined) await handOut(handTo, secret);
  else if (thing.kind === 'client' && thing.now.secret === known)
    return { evidence: [`the secret in ${handTo} is in force already`], traces: [fingerprintOf(secret)] };
  await update(parts, { secret });
  const said = `${thing.words} has a new secret, which is in ${handTo} (mode 0600); tokens issued before live on until they run out`;
  return { evidence: [said], traces: [fingerprintOf(secret)] };
}

/** Keycloak shows a client's secret to who may manage it: after a crash the one that was issued is given again, and no other is made. */
async function issue(parts: ApplyParts): Promise<string[]> {
  const { thing, admin, signal, handOver, replaced } = parts;
  if (thing.kind !== 'client') throw new RefusedError(`${thing.words} has no secret`);
  const give = (value: string): void => handOver.give(replaced, { value, clientId: thing.now.clientId });
  if (thing.now.attributes?.['client.secret.rotated'] && thing.now.secret) {
    give(thing.now.secret);
    return [`${thing.words} has a new secret already; the former one goes on`];
  }
  const { body } = await admin.change({ method: 'POST', path: `${thing.at}/client-secret`, json: {}, signal });
  const { value } = (body ?? {}) as { readonly value?: unknown };
  if (typeof value !== 'string')
    throw new Error(`keycloak ${admin.place} made a new secret for ${thing.words} and did not show it`);
  give(value);
  return [`${thing.words} has a new secret; the former one goes on until it runs out`];
}
