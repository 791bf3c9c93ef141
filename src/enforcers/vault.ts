import type { VaultConnection } from '../apis/vault/settings.ts';
import { VaultApi } from '../apis/vault/vault-api.ts';
import { RefusedError } from '../model/errors.ts';
import { vaultAuthRole, vaultEntity, vaultLease, vaultPlace, vaultPolicy, vaultSecretId, vaultToken } from '../model/keys.ts';
import type { EntityKind } from '../model/kinds.ts';
import type { PlanStep } from '../model/plan.ts';
import { isVaultAction, parseVaultStep, type VaultStep, vaultControl } from '../model/vault-actions.ts';
import type { Enforcer, EnforcerContext, Preflight } from '../ports/enforcer.ts';
import { readParameters } from './step/read-parameters.ts';
import { applyStep } from './vault/apply.ts';
import { checkServer } from './vault/check.ts';
import { lifeline, missingFor, ownLogin } from './vault/own-access.ts';
import { probeStep } from './vault/probe.ts';
import { stateOf, type VaultBefore } from './vault/state.ts';
import { undoStep } from './vault/undo.ts';

export interface VaultEnforcerOptions {
  readonly name: string;
  /** The collected source whose things it may change: part of their keys. */
  readonly source: string;
  readonly connection: VaultConnection;
}

/**
 * Changes one server of Vault or OpenBao, exactly by the calls of `vault-actions.ts`. Every call opens and closes its own connection.
 * Tokens, secret-ids and values of secrets are in no evidence, no error and no pre-image.
 */
export function createVaultEnforcer({ name, source, connection }: VaultEnforcerOptions): Enforcer {
  const open = (signal: AbortSignal): Promise<VaultApi> => {
    signal.throwIfAborted();
    return VaultApi.open(connection, { signal });
  };
  return {
    name,
    type: 'vault',
    supports: (kind, action) => isVaultAction(action) && KINDS.includes(kind),
    controlOf: (step) => vaultControl(readStep(step), step.id),
    heldTarget: (step) => heldBy(step, source),
    async *check(signal) {
      await using api = await open(signal);
      yield* checkServer(api);
    },
    async preflight(planned, context) {
      try {
        const step = readStep(planned);
        mustBeTarget(planned, step, source);
        await using api = await open(context.signal);
        return await preflight(api, step);
      } catch (error) {
        if (error instanceof RefusedError) return refused([error.message]);
        throw error;
      }
    },
    async apply(planned, context) {
      const step = readStep(planned);
      mustBeTarget(planned, step, source);
      await using api = await open(context.signal);
      return { evidence: await applyStep(api, { planned, step, context }) };
    },
    async probe(planned, context) {
      await using api = await open(context.signal);
      return await probeStep(api, { planned, step: readStep(planned), context });
    },
    undo: (planned, preImage, context) => undo(planned, preImage, { source, context, open }),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

const KINDS: readonly EntityKind[] = ['ServiceAccount', 'User', 'Role', 'Group', 'Credential', 'Session', 'Secret', 'Permission'];

const refused = (refusals: readonly string[]): Preflight => ({ refusals, preImage: '', preexisting: false });

function readStep(step: PlanStep): VaultStep {
  const { action } = step;
  if (!isVaultAction(action)) throw new RefusedError(`step ${step.id}: vault has no action ${action}; do it by hand`);
  return readParameters(step, () => parseVaultStep(action, step.parameters));
}

/** The thing whose control is changed: several proofs of one identity share its hold. */
function heldBy(planned: PlanStep, source: string): string {
  return ownKey(readStep(planned), source) ?? planned.target;
}

/** The key of what the parameters name; undefined where they name a part of it. */
function ownKey({ action, parameters }: VaultStep, source: string): string | undefined {
  switch (parameters.what) {
    case 'token':
      return vaultToken(source, parameters.accessor);
    case 'lease':
      return vaultLease(source, parameters.leaseId);
    case 'secret-id': {
      const role = vaultAuthRole(source, parameters.mount, parameters.role);
      return action === 'issue' || !('accessor' in parameters) ? role : vaultSecretId(role, parameters.accessor);
    }
    case 'entity':
      return vaultEntity(source, parameters.id);
    case 'policy':
      return vaultPolicy(source, [...parameters.policies].sort().join(','));
    case 'role':
      return vaultAuthRole(source, parameters.mount, parameters.role);
    case 'kv':
      return vaultPlace(source, parameters.mount, parameters.path);
    default:
      return undefined;
  }
}

/** What is ended must be the target itself; a control of an identity may be changed for a proof or a role of it. */
function mustBeTarget(planned: PlanStep, step: VaultStep, source: string): void {
  const own = ownKey(step, source);
  const isExact = ['token', 'lease', 'kv'].includes(step.parameters.what) || 'accessor' in step.parameters;
  const fits = isExact ? planned.target === own : planned.target.startsWith(`vault:${source}/`);
  if (fits) return;
  throw new RefusedError(
    `step ${planned.id}: the target ${planned.target} is not ${own ?? 'a thing'} of source ${source}: nothing was done`,
  );
}

async function preflight(api: VaultApi, step: VaultStep): Promise<Preflight> {
  const missing = await missingFor(api, step);
  const refusals = [...lifeline(step, await ownLogin(api)), ...missing];
  if (missing.length > 0) return refused(refusals);
  const found = await stateOf(api, step);
  if ('problem' in found) return refused([...refusals, found.problem]);
  const preImage = Object.keys(found.before).length === 0 ? '' : JSON.stringify(found.before);
  return { refusals, preImage, preexisting: found.isInPlace };
}

interface Undoing {
  readonly source: string;
  readonly context: EnforcerContext;
  readonly open: (signal: AbortSignal) => Promise<VaultApi>;
}

async function undo(planned: PlanStep, preImage: string, { source, context, open }: Undoing) {
  const step = readStep(planned);
  mustBeTarget(planned, step, source);
  const before = preImage === '' ? {} : (JSON.parse(preImage) as VaultBefore);
  await using api = await open(context.signal);
  return { evidence: await undoStep(api, { planned, step, context }, before) };
}
