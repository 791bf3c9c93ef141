import { loginOf, lookUpLease, lookUpSecretId, lookUpToken } from '../../apis/vault/lookups.ts';
import type { TokenData } from '../../apis/vault/records.ts';
import type { VaultApi } from '../../apis/vault/vault-api.ts';
import type { VaultStep } from '../../model/vault-actions.ts';
import type { Probed } from '../../ports/enforcer.ts';
import type { Carried } from './apply.ts';
import { keyFor, kvVersion } from './kv.ts';
import { entityTokensEnd, loginsEnd, type Residual } from './residual.ts';
import { issuedBy, type OfRole, roleAt } from './secret-ids.ts';
import { type Found, livingOf, stateOf, type VaultBefore } from './state.ts';
import { probeRotation, rotatedAt } from './static-role.ts';

/** Asks whether the access is gone; changes nothing. */
export async function probeStep(api: VaultApi, carried: Carried): Promise<Probed> {
  const { step, context } = carried;
  const { parameters } = step;
  switch (parameters.what) {
    case 'token':
      return gone(await lookUpToken(api, parameters.accessor), `the token of accessor ${parameters.accessor}`);
    case 'sessions':
      return probeSessions(await livingOf(api, parameters.sessions));
    case 'lease':
      return gone(await lookUpLease(api, parameters.leaseId), `lease ${parameters.leaseId}`);
    case 'leases':
      return gone(await api.list(`sys/leases/lookup/${parameters.prefix}/`), `a lease below ${parameters.prefix}`);
    case 'secret-id':
      if ('accessor' in parameters) return probeSecretId(api, parameters, context.now());
      return probeIssue(await issuedBy(api, parameters, context.idempotencyKey), roleAt(parameters));
    case 'static-role':
      return probeRotation(await rotatedAt(api, parameters), context.recorded);
    case 'kv':
      return probeField(api, carried, parameters);
    default:
      return probeControl(api, carried);
  }
}

const gone = (found: unknown, what: string): Probed =>
  found === undefined
    ? { state: 'effective', evidence: [`${what} does not exist`] }
    : { state: 'not-effective', evidence: [`${what} is there`] };

function probeSessions({ living, hashed }: Awaited<ReturnType<typeof livingOf>>): Probed {
  if (living.length > 0) return { state: 'not-effective', evidence: [`still there: ${living.join(', ')}`] };
  if (hashed.length > 0)
    return { state: 'partial', evidence: [`cannot be looked for, known by a hash alone: ${hashed.join(', ')}`] };
  return { state: 'effective', evidence: ['none of the tokens and leases exists'] };
}

const probeIssue = (accessors: readonly string[], role: string): Probed =>
  accessors.length > 0
    ? { state: 'effective', evidence: [`${role} lists the new secret-id ${accessors.join(', ')}`] }
    : { state: 'not-effective', evidence: [`${role} lists no secret-id that this step issued`] };

async function probeControl(api: VaultApi, { step, context }: Carried): Promise<Probed> {
  const found = await stateOf(api, step);
  if ('problem' in found) return { state: 'not-effective', evidence: [found.problem] };
  const words = controlWords(step, found);
  if (!found.isInPlace) return { state: 'not-effective', evidence: [words] };
  const { evidence, residualUntil } = await outlive(api, step, context.now());
  return { state: 'effective', evidence: [words, ...evidence], ...(residualUntil !== undefined && { residualUntil }) };
}

function controlWords({ parameters }: VaultStep, { before, isInPlace }: Extract<Found, { before: VaultBefore }>): string {
  switch (parameters.what) {
    case 'entity':
      return `entity ${parameters.id}: disabled is ${String(before.disabled)}`;
    case 'policy':
      return `${parameters.policies.map((name) => `policy ${name}`).join(', ')}: ${isInPlace ? 'the new text is in force' : 'another text is in force'}`;
    case 'role':
      return `${roleAt(parameters)}: ${isInPlace ? 'limited' : 'not limited'}`;
    default:
      return parameters.what;
  }
}

const LEASES = 'leases that its tokens took, such as logins of databases, live until they end or are revoked';

/** A disabled entity's tokens would live again if it were enabled; those of a role keep their policies and their time. */
async function outlive(api: VaultApi, { parameters }: VaultStep, now: Date): Promise<Residual> {
  if (parameters.what === 'role') return loginsEnd(api, parameters, { of: 'of its logins', now, isOne: isLoginOf(parameters) });
  if (parameters.what !== 'entity') return { evidence: [LEASES] };
  const { id } = parameters;
  const left = await entityTokensEnd(api, id, { of: 'of it', now, isOne: (token) => token.entity_id === id });
  return { ...left, evidence: [...left.evidence, 'enabling it would revive them', LEASES] };
}

const isLoginOf =
  ({ mount, role }: OfRole) =>
  (token: TokenData): boolean => {
    const login = loginOf(token);
    return login?.mount === mount && login.name.toLowerCase() === role.toLowerCase();
  };

/** Its logins are known by the role alone: which secret-id each came by, no server says. */
async function probeSecretId(api: VaultApi, parameters: OfRole & { readonly accessor: string }, now: Date): Promise<Probed> {
  const what = `secret-id ${parameters.accessor} of ${roleAt(parameters)}`;
  const probed = gone(await lookUpSecretId(api, roleAt(parameters), parameters.accessor), what);
  if (probed.state !== 'effective') return probed;
  const { evidence, residualUntil } = await loginsEnd(api, parameters, { of: 'of its role', now, isOne: isLoginOf(parameters) });
  return { ...probed, evidence: [...probed.evidence, ...evidence], ...(residualUntil !== undefined && { residualUntil }) };
}

async function probeField(
  api: VaultApi,
  { planned, context }: Carried,
  place: Extract<Carried['step']['parameters'], { what: 'kv' }>,
): Promise<Probed> {
  const at = `${place.mount}/${place.path}`;
  const wanted = context.handOver.find(planned.for ?? '')?.[place.field];
  if (wanted === undefined) return { state: 'not-effective', evidence: [`${at}: the new value was not issued by this process`] };
  const now = await kvVersion(api, place);
  const chosen = now && keyFor(place, Object.keys(now.data).sort());
  if (!now || !chosen || 'problem' in chosen) return { state: 'not-effective', evidence: [`${at}: no such field`] };
  const holds = now.data[chosen.key] === wanted;
  const words = `${at}, field ${chosen.key}, version ${now.version} ${holds ? 'is' : 'is not'} the new value`;
  return { state: holds ? 'effective' : 'not-effective', evidence: [words] };
}
