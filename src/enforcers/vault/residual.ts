/**
 * Tokens that outlive a step, and until when. A service token is listed by its accessor; a batch token is not listed anywhere and is not
 * revoked by anything but its parent: only its longest life bounds it. https://openbao.org/docs/concepts/tokens/
 */
import { entityShape, roleShape, type TokenData, told, tuneShape } from '../../apis/vault/records.ts';
import { VaultRefusal } from '../../apis/vault/refusal.ts';
import type { VaultApi } from '../../apis/vault/vault-api.ts';
import { END_OF_TIME, SECOND_MS } from '../../model/durations.ts';
import type { Probed } from '../../ports/enforcer.ts';
import { listedTokens } from './listed-tokens.ts';
import { type OfRole, roleAt } from './secret-ids.ts';

/** More tokens than this are not asked for one by one. */
const MOST_TOKENS = 500;
const MOST_ROLES = 100;

export type Residual = Required<Pick<Probed, 'evidence'>> & Pick<Probed, 'residualUntil'>;

export interface Survivors {
  /** `of it`, for evidence. */
  readonly of: string;
  readonly now: Date;
  readonly isOne: (token: TokenData) => boolean;
}

/** When the last of these tokens ends by itself. Without an answer, `evidence` says why. */
export async function tokensEnd(api: VaultApi, { of, now, isOne }: Survivors): Promise<Residual> {
  return orRefused('its tokens cannot be listed', async () => {
    const { found, count } = await listedTokens(api, { most: MOST_TOKENS, isOne });
    if (!found) return { evidence: [`${count} tokens are out: not looked through`] };
    const ends = found.flatMap(({ expire_time: at }) => (at ? Date.parse(at) : []));
    const endless = found.flatMap(({ accessor, expire_time: at }) => (at ? [] : accessor));
    if (endless.length > 0)
      return {
        evidence: endless.map((accessor) => `token ${accessor} ${of} never ends: revoke it by its accessor`),
        residualUntil: END_OF_TIME,
      };
    const at = new Date(Math.max(now.getTime(), ...ends)).toISOString();
    const lived = ends.length === 0 ? `no token ${of} is out` : `${ends.length} tokens ${of} are out, the last until ${at}`;
    return { evidence: [lived], residualUntil: at };
  });
}

/** As `tokensEnd`, of the logins by a role. */
export async function loginsEnd(api: VaultApi, role: OfRole, survivors: Survivors): Promise<Residual> {
  const listed = await tokensEnd(api, survivors);
  const batch = await orRefused(`whether ${roleAt(role)} made batch tokens cannot be told`, () =>
    batchEnd(api, [role], survivors.now),
  );
  return later(listed, batch);
}

/** As `tokensEnd`, of an entity, by whichever method it logs in. */
export async function entityTokensEnd(api: VaultApi, id: string, survivors: Survivors): Promise<Residual> {
  const listed = await tokensEnd(api, survivors);
  const batch = await orRefused('whether it has batch tokens cannot be told', async () =>
    batchEnd(api, await rolesOf(api, id), survivors.now),
  );
  return later(listed, batch);
}

function later(one: Residual, other: Residual): Residual {
  const evidence = [...one.evidence, ...other.evidence];
  const [latest] = [one, other].flatMap(({ residualUntil: at }) => at ?? []).sort((a, b) => (a < b ? 1 : -1));
  return { evidence, ...(latest !== undefined && { residualUntil: latest }) };
}

async function orRefused(what: string, ask: () => Promise<Residual>): Promise<Residual> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof VaultRefusal) return { evidence: [`${what}: ${error.message}`] };
    throw error;
  }
}

/** Login roles that an entity may have come by. */
async function rolesOf(api: VaultApi, id: string): Promise<OfRole[]> {
  const path = `identity/entity/id/${id}`;
  const found = await api.read(path);
  if (!found) return [];
  const { aliases } = told(entityShape, found.data, `${api.place}: ${path}`);
  const roles: OfRole[] = [];
  for (const { mount_path: at, mount_type: type, metadata } of aliases) {
    const mount = /^auth\/(.+)\/$/.exec(at ?? '')?.[1];
    const name = metadata['role_name'];
    if (mount === undefined) continue;
    const names = name === undefined ? await api.list(`auth/${mount}/${type === 'aws' ? 'roles' : 'role'}`) : [name];
    roles.push(...(names ?? []).slice(0, MOST_ROLES).map((role) => ({ mount, role })));
  }
  return roles;
}

/** Nothing to say where none of the roles makes batch tokens. */
async function batchEnd(api: VaultApi, roles: readonly OfRole[], now: Date): Promise<Residual> {
  let latest = 0;
  for (const role of roles) {
    const found = await api.read(roleAt(role));
    const stated = found && told(roleShape, found.data, `${api.place}: ${roleAt(role)}`);
    const at = `sys/mounts/auth/${role.mount}/tune`;
    const tune = told(tuneShape, (await api.read(at))?.data ?? {}, `${api.place}: ${at}`);
    if (!makesBatch(stated?.token_type || 'default', tune.token_type ?? '')) continue;
    const most = stated?.token_max_ttl || tune.max_lease_ttl;
    if (!most) return { evidence: [`${roleAt(role)} makes batch tokens, of unknown life`], residualUntil: END_OF_TIME };
    latest = Math.max(latest, now.getTime() + most * SECOND_MS);
  }
  if (latest === 0) return { evidence: [] };
  const at = new Date(latest).toISOString();
  return { evidence: [`its batch tokens, which nobody can list or revoke, end by ${at}`], residualUntil: at };
}

/** A mount may force the one or the other, or leave it to its roles. */
function makesBatch(role: string, mount: string): boolean {
  if (mount === 'batch' || mount === 'service') return mount === 'batch';
  return role.includes('batch') || (role === 'default' && mount === 'default-batch');
}
