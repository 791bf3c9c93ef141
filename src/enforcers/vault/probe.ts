import { VaultRefusal } from '../../apis/vault/refusal.ts';
import type { VaultApi } from '../../apis/vault/vault-api.ts';
import type { Probed } from '../../ports/enforcer.ts';
import type { Carried } from './apply.ts';
import { keyFor, kvVersion } from './kv.ts';
import { issuedBy, roleAt, secretIdOf } from './secret-ids.ts';
import { leaseOf, livingOf, stateOf, tokenOf } from './state.ts';

/** Asks whether the access is gone; changes nothing. */
export async function probeStep(api: VaultApi, carried: Carried): Promise<Probed> {
  const { step, context, planned } = carried;
  const { parameters } = step;
  switch (parameters.what) {
    case 'token':
      return gone(await tokenOf(api, parameters.accessor), `the token of accessor ${parameters.accessor}`);
    case 'sessions':
      return probeSessions(await livingOf(api, parameters.sessions));
    case 'lease':
      return gone(await leaseOf(api, parameters.leaseId), `lease ${parameters.leaseId}`);
    case 'leases':
      return gone(await api.list(`sys/leases/lookup/${parameters.prefix}/`), `a lease below ${parameters.prefix}`);
    case 'secret-id':
      if ('accessor' in parameters) {
        const what = `secret-id ${parameters.accessor} of ${roleAt(parameters)}`;
        return gone(await secretIdOf(api, parameters, parameters.accessor), what);
      }
      return probeIssue(await issuedBy(api, parameters, context.idempotencyKey), roleAt(parameters));
    case 'static-role': {
      const answer = await api.read(`${parameters.mount}/static-roles/${parameters.role}`);
      return probeRotation(answer?.data['last_vault_rotation'], planned.startsAt);
    }
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

function probeRotation(at: unknown, since: string): Probed {
  const rotated = typeof at === 'string' ? Date.parse(at) : Number.NaN;
  return rotated >= Date.parse(since)
    ? { state: 'effective', evidence: [`last rotated ${String(at)}`] }
    : { state: 'not-effective', evidence: [`last rotated ${Number.isNaN(rotated) ? 'at an unknown time' : String(at)}`] };
}

async function probeControl(api: VaultApi, { step, context }: Carried): Promise<Probed> {
  const found = await stateOf(api, step);
  if ('problem' in found) return { state: 'not-effective', evidence: [found.problem] };
  const { parameters } = step;
  const words =
    parameters.what === 'entity'
      ? `entity ${parameters.id}: disabled is ${String(found.before.disabled)}`
      : parameters.what === 'policy'
        ? `${parameters.policies.map((name) => `policy ${name}`).join(', ')}: ${found.isInPlace ? 'the new text is in force' : 'another text is in force'}`
        : parameters.what === 'role'
          ? `${roleAt(parameters)}: ${found.isInPlace ? 'limited' : 'not limited'}`
          : parameters.what;
  if (!found.isInPlace) return { state: 'not-effective', evidence: [words] };
  if (parameters.what !== 'entity' || step.action !== 'quarantine') return { state: 'effective', evidence: [words] };
  const until = await tokensEnd(api, parameters.id, context.now());
  return {
    state: 'effective',
    evidence: [words, ...(until.evidence ?? [])],
    ...(until.at !== undefined && { residualUntil: until.at }),
  };
}

/** More tokens than this are not asked for one by one. */
const MOST_TOKENS = 500;

/** When the last of an entity's tokens ends, which would live again if it were enabled. Undefined where that cannot be told. */
async function tokensEnd(api: VaultApi, entity: string, now: Date): Promise<{ at?: string; evidence?: string[] }> {
  try {
    const accessors = (await api.list('auth/token/accessors')) ?? [];
    if (accessors.length > MOST_TOKENS) return { evidence: [`${accessors.length} tokens are out: not looked through`] };
    let latest = now.getTime();
    let count = 0;
    for (const accessor of accessors) {
      const token = await tokenOf(api, accessor);
      if (token?.['entity_id'] !== entity) continue;
      count++;
      const end = typeof token['expire_time'] === 'string' ? Date.parse(token['expire_time']) : Number.NaN;
      if (Number.isNaN(end))
        return { evidence: [`token ${accessor} of it never ends: revoke it before the entity is enabled again`] };
      latest = Math.max(latest, end);
    }
    const at = new Date(latest).toISOString();
    return { at, evidence: [`${count} tokens of it are out, which enabling it would revive until ${at}`] };
  } catch (error) {
    if (error instanceof VaultRefusal) return { evidence: [`its tokens cannot be listed: ${error.message}`] };
    throw error;
  }
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
