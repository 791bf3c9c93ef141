import { path } from '../../apis/keycloak/admin.ts';
import { deedOf, LIFESPAN } from '../../model/keycloak-actions.ts';
import type { Probed } from '../../ports/enforcer.ts';
import { handedOut } from '../hand-out/hand-out.ts';
import type { ApplyParts } from './apply.ts';
import { effective } from './role-mappings.ts';
import { accountOf, readRealmSettings, readSessions, type Thing, tokenSeconds, wordsOf } from './thing.ts';

export interface ProbeParts extends Omit<ApplyParts, 'thing' | 'random'> {
  readonly thing: Thing | undefined;
  readonly now: Date;
  /** Milliseconds: a cutoff before this is not the step's. */
  readonly cutoffSince: number;
}

const no = (...evidence: string[]): Probed => ({ state: 'not-effective', evidence });

export async function probeStep(parts: ProbeParts): Promise<Probed> {
  const { step, thing } = parts;
  const deed = deedOf(step);
  if (!thing)
    return deed.does === 'delete'
      ? { state: 'effective', evidence: [`there is no ${wordsOf(step)}`] }
      : no(`there is no ${wordsOf(step)}`);
  const there = { ...parts, thing };
  switch (deed.does) {
    case 'save':
      return { state: 'effective', evidence: [`sessions of ${thing.words} can be read`] };
    case 'disable':
      return probeDisabled(there);
    case 'end-rotated':
      return attribute(thing, 'client.secret.rotated') === undefined
        ? { state: 'effective', evidence: [`${thing.words} has no former secret`], ...(await residual(there)) }
        : no(`the former secret of ${thing.words} still works`);
    case 'cut':
      return probeCut(there);
    case 'shorten': {
      const seconds = Number(attribute(thing, LIFESPAN) ?? '');
      const words =
        seconds > 0
          ? `access tokens of ${thing.words} live ${seconds} s`
          : `access tokens of ${thing.words} live as long as the realm says`;
      return seconds > 0 && seconds <= deed.seconds
        ? { state: 'effective', evidence: [words], ...(await residual(there)) }
        : no(words);
    }
    case 'unmap':
      return probeUnmapped(there, deed.roles);
    case 'rotate':
      return probeRotated(there, deed.handTo);
    case 'issue':
      return probeIssued(there);
    case 'delete':
      return no(`${thing.words} is there`);
  }
}

type Parts = ProbeParts & { readonly thing: Thing };

const attribute = (thing: Thing, name: string): string | undefined =>
  (thing.kind === 'client' ? thing.now.attributes?.[name] : undefined) || undefined;

/** Who checks tokens by their signature alone takes those that were issued before until they run out. */
async function residual(parts: Parts): Promise<Pick<Probed, 'residualUntil'>> {
  const seconds = tokenSeconds(parts.thing, await readRealmSettings(parts, parts.thing.realm));
  return seconds === undefined ? {} : { residualUntil: new Date(parts.now.getTime() + seconds * 1000).toISOString() };
}

async function probeDisabled(parts: Parts): Promise<Probed> {
  const { thing } = parts;
  if (thing.now.enabled) return no(`${thing.words} is enabled`);
  const left = await residual(parts);
  if (thing.kind === 'client')
    return { state: 'effective', evidence: [`${thing.words} is disabled`, ...(await attempt(parts, thing))], ...left };
  const sessions = await readSessions(parts, thing);
  return sessions.length === 0
    ? { state: 'effective', evidence: [`${thing.words} is disabled and has no sessions`], ...left }
    : {
        state: 'partial',
        evidence: [`${thing.words} is disabled, but ${sessions.length} sessions are there: enabled again, they work`],
        ...left,
      };
}

/** Asks for a token as the client itself would. Its secret is read for that, and kept nowhere. */
async function attempt({ admin, signal }: Parts, { now, realm }: Thing & { readonly kind: 'client' }): Promise<string[]> {
  if (!now.serviceAccountsEnabled || !now.secret || (now.clientAuthenticatorType ?? 'client-secret') !== 'client-secret')
    return [];
  const form = { grant_type: 'client_credentials', client_id: now.clientId, client_secret: now.secret };
  const { status } = await admin.ask(path`/realms/${realm}/protocol/openid-connect/token`, form, signal);
  if (status === 200) throw new Error(`client "${now.clientId}" is disabled, and is given tokens all the same: look again`);
  return [`a token request with its secret answers ${status}`];
}

async function probeCut(parts: Parts): Promise<Probed> {
  const { thing, cutoffSince } = parts;
  if (thing.kind === 'user') {
    const sessions = await readSessions(parts, thing);
    if (sessions.length > 0) return no(`${thing.words} has ${sessions.length} sessions`);
    const since = (thing.now.notBefore ?? 0) * 1000;
    const words = `${thing.words} has no sessions, and its tokens issued before ${new Date(since).toISOString()} are refused`;
    return since >= cutoffSince
      ? { state: 'effective', evidence: [words], ...(await residual(parts)) }
      : no(`${words}: that is before this step`);
  }
  const cutoff = (thing.now.notBefore ?? 0) * 1000;
  if (cutoff === 0) return no(`${thing.words} has no not-before`);
  const words = `tokens of ${thing.words} issued before ${new Date(cutoff).toISOString()} are refused`;
  if (cutoff < cutoffSince) return no(`${words}: that is before this step`);
  const { notBefore } = await readRealmSettings(parts, thing.realm);
  if (notBefore)
    return no(`${words}, but the realm's own not-before is what counts (${new Date(notBefore * 1000).toISOString()})`);
  return { state: 'effective', evidence: [words], ...(await residual(parts)) };
}

async function probeUnmapped(parts: Parts, roles: readonly string[]): Promise<Probed> {
  const account = await accountOf(parts, parts.thing);
  const held = account === undefined ? [] : await effective(parts, { account, realm: parts.thing.realm, roles });
  return held.length === 0
    ? { state: 'effective', evidence: [`${parts.thing.words} has none of ${roles.join(', ')}`], ...(await residual(parts)) }
    : no(`${parts.thing.words} has ${held.join(', ')}`);
}

async function probeRotated(parts: Parts, handTo: string | undefined): Promise<Probed> {
  const { thing } = parts;
  const secret = handTo === undefined ? undefined : await handedOut(handTo);
  if (secret === undefined) return no(`no new secret of ${thing.words} was handed out`);
  return thing.kind === 'client' && thing.now.secret === secret
    ? { state: 'effective', evidence: [`the secret of ${thing.words} is the one in ${handTo}`], ...(await residual(parts)) }
    : no(`the secret of ${thing.words} is not the one in ${handTo}`);
}

async function probeIssued({ thing, handOver, replaced }: Parts): Promise<Probed> {
  if (attribute(thing, 'client.secret.rotated') === undefined) return no(`${thing.words} has one secret`);
  const given = handOver.find(replaced);
  // After a crash nobody has it in hand: the step is done again, which gives it anew.
  if (given === undefined) return no(`${thing.words} has a new and a former secret, but the new one is in nobody's hand`);
  return thing.kind === 'client' && thing.now.secret === given.value
    ? { state: 'effective', evidence: [`${thing.words} takes the new secret and the former one`] }
    : no(`the secret of ${thing.words} is not the one that was issued`);
}
