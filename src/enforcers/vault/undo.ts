import type { Fields, VaultApi } from '../../apis/vault/vault-api.ts';
import { RefusedError } from '../../model/errors.ts';
import { policyTextOf, VAULT_NO_RIGHTS } from '../../model/vault-actions.ts';
import type { Carried } from './apply.ts';
import { fingerprintOf, kvVersion, writeField } from './kv.ts';
import { changeable, writeRole } from './role.ts';
import { destroySecretId, issuedBy, roleAt } from './secret-ids.ts';
import type { VaultBefore } from './state.ts';

/** Brings back what was; evidence in words. Refuses what nothing brings back. */
export async function undoStep(api: VaultApi, { step, context }: Carried, before: VaultBefore): Promise<string[]> {
  const { parameters } = step;
  switch (parameters.what) {
    case 'token':
    case 'sessions':
    case 'lease':
    case 'leases':
    case 'static-role':
      throw new RefusedError(`${step.action} of a ${parameters.what} cannot be undone`);
    case 'secret-id': {
      if (step.action !== 'issue')
        throw new RefusedError(`a destroyed secret-id of ${roleAt(parameters)} cannot be undone: issue another`);
      const fresh = (await issuedBy(api, parameters, context.idempotencyKey)).filter((one) => !before.accessors?.includes(one));
      const evidence: string[] = [];
      for (const accessor of fresh) evidence.push(await destroySecretId(api, parameters, accessor));
      return evidence.length > 0 ? evidence : ['nothing was issued that is still there'];
    }
    case 'entity':
      await api.write(`identity/entity/id/${parameters.id}`, { disabled: before.disabled ?? false });
      return [`entity ${parameters.id}: disabled ${String(before.disabled ?? false)}`];
    case 'policy':
      for (const name of parameters.policies) {
        const text = before.policies?.[name];
        if (text === undefined) throw new RefusedError(`the text of policy ${name} was not saved: it cannot be brought back`);
        const now = (await api.read(`sys/policies/acl/${name}`))?.data['policy'];
        if (now !== text && now !== policyTextOf(step) && now !== VAULT_NO_RIGHTS) throw changed(`policy ${name}`);
        await api.write(`sys/policies/acl/${name}`, { policy: text });
      }
      return [`brought back the text of ${parameters.policies.map((name) => `policy ${name}`).join(', ')}`];
    case 'role': {
      if (!before.role) throw new RefusedError(`${roleAt(parameters)} was not saved: it cannot be brought back`);
      const { token_policies, token_ttl, token_max_ttl } = changeable(before.role);
      const back: Fields = step.action === 'shorten' ? { token_ttl, token_max_ttl } : { token_policies };
      const now = (await api.read(roleAt(parameters)))?.data ?? {};
      const made = step.action === 'shorten' ? step.parameters.tokenTtl : [];
      if (Object.keys(back).some((name) => !isOneOf(changeable(now)[name], [back[name], made])))
        throw changed(roleAt(parameters));
      await writeRole(api, parameters, back);
      return [
        `brought back ${step.action === 'shorten' ? 'token_ttl and token_max_ttl' : 'token_policies'} of ${roleAt(parameters)}`,
      ];
    }
    case 'kv':
      return restoreField(api, { place: parameters, before, written: context.recorded?.traces ?? [] });
  }
}

const isOneOf = (value: unknown, all: readonly unknown[]): boolean =>
  all.some((one) => JSON.stringify(one) === JSON.stringify(value));

const changed = (what: string): RefusedError =>
  new RefusedError(`${what} was changed or taken away by somebody since: what was saved is not put over it`);

interface Restoring {
  readonly place: Extract<Carried['step']['parameters'], { what: 'kv' }>;
  readonly before: VaultBefore;
  /** Versions that the step wrote. */
  readonly written: readonly string[];
}

/** The value of the version before, of that one field: others may have changed since. Not over what somebody wrote into it since. */
async function restoreField(api: VaultApi, { place, before: { kv }, written }: Restoring): Promise<string[]> {
  const at = `${place.mount}/${place.path}`;
  if (!kv) throw new RefusedError(`${at}: the version before was not saved: it cannot be brought back`);
  const [old, now] = [await kvVersion(api, place, kv.version), await kvVersion(api, place)];
  if (!old || !now) throw new RefusedError(`${at}: version ${kv.version} is not there any more: it cannot be brought back`);
  const value = old.data[kv.key] ?? null;
  const held = now.data[kv.key] ?? null;
  if (held === value) return [`${at}, field ${kv.key}: it holds what version ${kv.version} held`];
  const isOurs =
    (typeof held === 'string' && fingerprintOf(held) === kv.made) ||
    (await isWrittenBy(api, { place, key: kv.key, held, written }));
  if (!isOurs) throw changed(`${at}, field ${kv.key} (version ${now.version}),`);
  const version = await writeField(api, place, { key: kv.key, value, version: now.version });
  return [`${at}, field ${kv.key}: the value of version ${kv.version} is version ${version} now`];
}

/** Whether one of the versions held what the field holds now. */
async function isWrittenBy(
  api: VaultApi,
  { place, key, held, written }: Pick<Restoring, 'place' | 'written'> & { readonly key: string; readonly held: unknown },
): Promise<boolean> {
  for (const version of written) {
    const known = await kvVersion(api, place, Number(version));
    if (known && known.data[key] === held) return true;
  }
  return false;
}
