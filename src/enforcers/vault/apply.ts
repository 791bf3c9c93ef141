import { lookUpLease, lookUpToken } from '../../apis/vault/lookups.ts';
import type { VaultApi } from '../../apis/vault/vault-api.ts';
import { RefusedError } from '../../model/errors.ts';
import type { PlanStep } from '../../model/plan.ts';
import { policyTextOf, type VaultStep, vaultSessionOf } from '../../model/vault-actions.ts';
import type { Applied, EnforcerContext } from '../../ports/enforcer.ts';
import { type KvVersion, kvVersion, writeField } from './kv.ts';
import { writeRole } from './role.ts';
import { destroySecretId, issueSecretId, roleAt } from './secret-ids.ts';
import { stateOf, type VaultBefore } from './state.ts';
import { rotatedAt } from './static-role.ts';

export interface Carried {
  readonly planned: PlanStep;
  readonly step: VaultStep;
  readonly context: EnforcerContext;
}

/** Evidence in words, and by what the work is known again. Done already is done. */
export async function applyStep(api: VaultApi, carried: Carried): Promise<Applied> {
  const { what } = carried.step.parameters;
  if (what === 'static-role') return rotate(api, carried);
  if (what === 'kv') return deliver(api, carried);
  return { evidence: await applied(api, carried) };
}

async function applied(api: VaultApi, carried: Carried): Promise<string[]> {
  const { parameters } = carried.step;
  switch (parameters.what) {
    case 'token':
      return revokeToken(api, parameters.accessor);
    case 'sessions':
      return revokeSessions(api, parameters.sessions);
    case 'lease':
      return revokeLease(api, parameters.leaseId);
    case 'leases':
      await api.write(`sys/leases/revoke-prefix/${parameters.prefix}`, { sync: true });
      return [`revoked every lease below ${parameters.prefix}`];
    case 'secret-id':
      return 'accessor' in parameters ? [await destroySecretId(api, parameters, parameters.accessor)] : issue(api, carried);
    default:
      return change(api, carried.step);
  }
}

async function mustBeThere(
  api: VaultApi,
  step: VaultStep,
): Promise<Exclude<Awaited<ReturnType<typeof stateOf>>, { problem: string }>> {
  const found = await stateOf(api, step);
  if ('problem' in found) throw new RefusedError(found.problem);
  return found;
}

async function revokeLease(api: VaultApi, leaseId: string): Promise<string[]> {
  if (!(await lookUpLease(api, leaseId))) return [`lease ${leaseId} does not exist any more`];
  await api.write('sys/leases/revoke', { lease_id: leaseId, sync: true });
  return [`revoked lease ${leaseId}`];
}

async function revokeSessions(api: VaultApi, keys: readonly string[]): Promise<string[]> {
  const evidence: string[] = [];
  for (const key of keys) {
    const session = vaultSessionOf(key);
    if (!session) evidence.push(`${key} was not revoked: only a hash of its accessor is known`);
    else if ('accessor' in session) evidence.push(...(await revokeToken(api, session.accessor)));
    else evidence.push(...(await revokeLease(api, session.leaseId)));
  }
  return evidence;
}

/** A server says 200 with a warning of an accessor that it does not know: only 204, and no token afterwards, is done. */
async function revokeToken(api: VaultApi, accessor: string): Promise<string[]> {
  if (!(await lookUpToken(api, accessor))) return [`no token has the accessor ${accessor} any more`];
  const { warnings } = await api.write('auth/token/revoke-accessor', { accessor });
  return [`revoked the token of accessor ${accessor}, its children and their leases`, ...warnings];
}

async function change(api: VaultApi, step: VaultStep): Promise<string[]> {
  const { isInPlace } = await mustBeThere(api, step);
  if (isInPlace) return ['it was so already: nothing was changed'];
  const { parameters } = step;
  if (parameters.what === 'entity') {
    await api.write(`identity/entity/id/${parameters.id}`, { disabled: true });
    return [`disabled entity ${parameters.id}: its tokens and logins are refused`];
  }
  if (parameters.what === 'policy') {
    const text = policyTextOf(step);
    for (const name of parameters.policies) await api.write(`sys/policies/acl/${name}`, { policy: text });
    return [`replaced the text of ${parameters.policies.map((name) => `policy ${name}`).join(', ')}`];
  }
  if (parameters.what !== 'role') throw new RangeError(`${parameters.what} is not changed in place`);
  if (step.action === 'shorten') {
    const { tokenTtl } = step.parameters;
    await writeRole(api, parameters, { token_ttl: tokenTtl, token_max_ttl: tokenTtl });
    return [`tokens of ${roleAt(parameters)} now live ${tokenTtl} s; those that are out keep their time`];
  }
  await writeRole(api, parameters, { token_policies: [] });
  return [`logins of ${roleAt(parameters)} get no policy of it any more; tokens that are out keep theirs`];
}

async function issue(api: VaultApi, { planned, step, context }: Carried): Promise<string[]> {
  const { parameters } = step;
  if (parameters.what !== 'secret-id') return [];
  await mustBeThere(api, step);
  const replaced = /\/secret-id\/([^/]+)$/.exec(planned.for ?? planned.target)?.[1];
  const { credential, evidence } = await issueSecretId(api, parameters, { idempotencyKey: context.idempotencyKey, replaced });
  context.handOver.give(planned.for ?? planned.target, credential);
  return [...evidence];
}

/** Its trace is the time that the server gave the rotation. */
async function rotate(api: VaultApi, { step }: Carried): Promise<Applied> {
  const { parameters } = step;
  if (parameters.what !== 'static-role') return { evidence: [] };
  await mustBeThere(api, step);
  await api.write(`${parameters.mount}/rotate-role/${parameters.role}`, {});
  const at = await rotatedAt(api, parameters);
  return {
    evidence: [`rotated the password of ${parameters.mount}/static-roles/${parameters.role}${at ? ` at ${at}` : ''}`],
    ...(at && { traces: [at] }),
  };
}

/** Its trace is the version that it wrote. */
async function deliver(api: VaultApi, { planned, step, context }: Carried): Promise<Applied> {
  const { parameters } = step;
  if (parameters.what !== 'kv') return { evidence: [] };
  const value = context.handOver.find(planned.for ?? '')?.[parameters.field];
  if (value === undefined)
    throw new RefusedError(
      `there is no new ${parameters.field} of ${planned.for ?? 'the credential'} to deliver: it is kept in memory only; undo and execute the plan again`,
    );
  const { before } = await mustBeThere(api, step);
  const now = await kvVersion(api, parameters);
  if (!before.kv || !now) throw new RefusedError(`${parameters.mount}/${parameters.path}: it was taken away; collect again`);
  const { key } = before.kv;
  const place = `${parameters.mount}/${parameters.path}, field ${key}`;
  if (now.data[key] === value) return { evidence: [`${place}: the new value is there already (version ${now.version})`] };
  await mustBeAsSeen(api, { step, context }, { place, key, now });
  const version = await writeField(api, parameters, { key, value, version: now.version });
  return { evidence: [`${place}: the new value is version ${version}`], traces: [String(version)] };
}

interface Seen {
  readonly place: string;
  readonly key: string;
  readonly now: KvVersion;
}

/** What somebody wrote into the field after it was looked at is not written over: what we kept of it would be another value. */
async function mustBeAsSeen(
  api: VaultApi,
  { step, context }: Pick<Carried, 'step' | 'context'>,
  { place, key, now }: Seen,
): Promise<void> {
  const { parameters } = step;
  const kept = context.recorded?.preImage() ?? '';
  const seen = kept === '' ? undefined : (JSON.parse(kept) as VaultBefore).kv?.version;
  if (parameters.what !== 'kv' || seen === undefined || seen === now.version) return;
  const own = new Set([seen, ...(context.recorded?.traces ?? []).map(Number)]);
  for (const version of own) {
    const known = await kvVersion(api, parameters, version);
    if (known && known.data[key] === now.data[key]) return;
  }
  throw new RefusedError(
    `${place}: somebody wrote it since version ${seen} (it is version ${now.version}): nothing was written; collect and plan again`,
  );
}
