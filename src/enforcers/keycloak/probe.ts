import { path } from '../../apis/keycloak/admin.ts';
import { MINUTE_MS, SECOND_MS } from '../../model/durations.ts';
import { deedOf, LIFESPAN } from '../../model/keycloak-actions.ts';
import type { EnforcerContext, Probed } from '../../ports/enforcer.ts';
import { handedOut } from '../hand-out/hand-out.ts';
import type { ApplyParts } from './apply.ts';
import { type Before, parseBefore } from './before.ts';
import { clientEnd, type Residual, tokensEnd } from './residual.ts';
import { effective } from './role-mappings.ts';
import { accountOf, readRealmSettings, readSessions, type Thing, wordsOf } from './thing.ts';

export interface ProbeParts extends Omit<ApplyParts, 'thing' | 'random'> {
  readonly thing: Thing | undefined;
  readonly now: Date;
  readonly recorded: EnforcerContext['recorded'];
}

const no = (...evidence: string[]): Probed => ({ state: 'not-effective', evidence });

export async function probeStep(parts: ProbeParts): Promise<Probed> {
  const { step, thing } = parts;
  const deed = deedOf(step);
  if (deed.does === 'delete') return probeDeleted(parts);
  if (!thing) return no(`there is no ${wordsOf(step)}`);
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
  }
}

type Parts = ProbeParts & { readonly thing: Thing };

const attribute = (thing: Thing, name: string): string | undefined =>
  (thing.kind === 'client' ? thing.now.attributes?.[name] : undefined) || undefined;

const beforeOf = ({ recorded }: Pick<ProbeParts, 'recorded'>): Before => parseBefore(recorded?.preImage() ?? '');

/** Who checks tokens by their signature alone takes those that were issued before until they run out. */
const residual = (parts: Parts): Promise<Residual> =>
  tokensEnd(parts, { realm: parts.thing.realm, thing: parts.thing, before: beforeOf(parts), now: parts.now });

/** By its own id, where that is known: a list shows what we may see, and another client may have its name by now. */
async function probeDeleted(parts: ProbeParts): Promise<Probed> {
  const { step, thing, admin, signal, now } = parts;
  const { realm } = step.parameters;
  const before = beforeOf(parts);
  if (thing && (before.id === undefined || thing.now.id === before.id)) return no(`${thing.words} is there`);
  if (before.id !== undefined && (await admin.find(path`/${realm}/clients/${before.id}`, signal)) !== undefined)
    return no(`client ${before.id} of realm ${realm} is there, by another name`);
  const left = await tokensEnd(parts, { realm, thing: undefined, before, now });
  return thing
    ? {
        state: 'partial',
        evidence: [`${thing.words} was deleted, and another was made under its name: ${thing.now.id}`],
        ...left,
      }
    : { state: 'effective', evidence: [`there is no ${wordsOf(step)}`], ...left };
}

async function probeDisabled(parts: Parts): Promise<Probed> {
  const { thing } = parts;
  if (thing.now.enabled) return no(`${thing.words} is enabled`);
  return thing.kind === 'client' ? probeDisabledClient(parts, thing) : probeDisabledUser(parts);
}

async function probeDisabledClient(parts: Parts, thing: Thing & { readonly kind: 'client' }): Promise<Probed> {
  const status = await attempt(parts, thing);
  if (status === 200) return { state: 'propagating', evidence: [`${thing.words} is disabled, and is given tokens all the same`] };
  const attempted = status === undefined ? [] : [`a token request with its secret answers ${status}`];
  const { evidence, ...left } = await clientEnd(parts, { realm: thing.realm, thing, before: beforeOf(parts), now: parts.now });
  return { state: 'effective', evidence: [`${thing.words} is disabled`, ...attempted, ...evidence], ...left };
}

async function probeDisabledUser(parts: Parts): Promise<Probed> {
  const { thing } = parts;
  const [sessions, left] = [await readSessions(parts, thing), await residual(parts)];
  if (sessions.length === 0) return { state: 'effective', evidence: [`${thing.words} is disabled and has no sessions`], ...left };
  const evidence = `${thing.words} is disabled, but ${sessions.length} sessions are there: enabled again, they work`;
  return { state: 'partial', evidence: [evidence], ...left };
}

/** Asks for a token as the client itself would. Its secret is read for that, and kept nowhere. Undefined where it has no such way in. */
async function attempt(
  { admin, signal }: Parts,
  { now, realm }: Thing & { readonly kind: 'client' },
): Promise<number | undefined> {
  if (!now.serviceAccountsEnabled || !now.secret || (now.clientAuthenticatorType ?? 'client-secret') !== 'client-secret')
    return undefined;
  const form = { grant_type: 'client_credentials', client_id: now.clientId, client_secret: now.secret };
  return (await admin.ask(path`/realms/${realm}/protocol/openid-connect/token`, form, signal)).status;
}

/** A cutoff is the step's when it is as late as the one that its call left, or later than what was there before. Seconds. */
function isOurs(cutoff: number, parts: Parts): boolean {
  const { recorded, thing } = parts;
  if (!recorded) return false;
  const made = recorded.traces.at(-1);
  if (made !== undefined) return cutoff >= Number(made);
  if (thing.kind === 'client') {
    const { notBefore } = beforeOf(parts);
    if (notBefore !== undefined) return cutoff > notBefore;
  }
  return cutoff * SECOND_MS >= Date.parse(recorded.since) - MOST_SKEW_MS;
}

/** Of the server's clock behind ours, where neither a trace nor what was before is known. */
const MOST_SKEW_MS = MINUTE_MS;

async function probeCut(parts: Parts): Promise<Probed> {
  const { thing } = parts;
  const cutoff = thing.now.notBefore ?? 0;
  if (thing.kind === 'user') {
    const sessions = await readSessions(parts, thing);
    if (sessions.length > 0) return no(`${thing.words} has ${sessions.length} sessions`);
  }
  if (cutoff === 0) return no(`${thing.words} has no not-before`);
  const words = `tokens of ${thing.words} issued before ${new Date(cutoff * SECOND_MS).toISOString()} are refused, refresh and offline tokens too`;
  if (!isOurs(cutoff, parts)) return no(`${words}: that is before this step`);
  const { notBefore } = await readRealmSettings(parts, thing.realm);
  if (thing.kind === 'client' && notBefore)
    return no(`${words}, but the realm's own not-before is what counts (${new Date(notBefore * SECOND_MS).toISOString()})`);
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
  if (thing.kind !== 'client' || thing.now.secret !== secret)
    return no(`the secret of ${thing.words} is not the one in ${handTo}`);
  const words = `the secret of ${thing.words} is the one in ${handTo}`;
  const [former, left] = [formerSecret(thing, parts.now), await residual(parts)];
  return former === undefined
    ? { state: 'effective', evidence: [words], ...left }
    : { state: 'partial', evidence: [words, former], ...left };
}

/** Realms may keep the secret before the last in force for a while (client policies, executor secret-rotation). */
function formerSecret(thing: Thing, now: Date): string | undefined {
  const until = Number(attribute(thing, 'client.secret.rotated.expiration.time') ?? 0) * SECOND_MS;
  if (attribute(thing, 'client.secret.rotated') === undefined || (until > 0 && until <= now.getTime())) return undefined;
  return `a former secret is taken too${until > 0 ? ` until ${new Date(until).toISOString()}` : ''}: end it (disable, with secret: rotated)`;
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
