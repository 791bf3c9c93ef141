import type { VaultConnection } from '../apis/vault/settings.ts';
import { VaultApi } from '../apis/vault/vault-api.ts';
import { RefusedError } from '../model/errors.ts';
import type { EntityKind } from '../model/kinds.ts';
import type { PlanStep } from '../model/plan.ts';
import { isVaultAction, parseVaultStep, type VaultStep, vaultControl } from '../model/vault-actions.ts';
import type { Enforcer, EnforcerContext, Preflight } from '../ports/enforcer.ts';
import { readParameters } from './step/read-parameters.ts';
import { orRefused, refused } from './step/refused.ts';
import { applyStep } from './vault/apply.ts';
import { checkServer } from './vault/check.ts';
import { lifeline, ownLogin } from './vault/lifeline.ts';
import { missingFor } from './vault/own-access.ts';
import { probeStep } from './vault/probe.ts';
import { sightingOf } from './vault/sighting.ts';
import { stateOf, type VaultBefore } from './vault/state.ts';
import { holderProblem, mustBeTarget, ownKey } from './vault/target.ts';
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
    preflight: (planned, context) =>
      orRefused(async () => {
        const step = readStep(planned);
        mustBeTarget(planned, step, source);
        await using api = await open(context.signal);
        return await preflight(api, { planned, step, source, context });
      }),
    async apply(planned, context) {
      const step = readStep(planned);
      mustBeTarget(planned, step, source);
      await using api = await open(context.signal);
      return await applyStep(api, { planned, step, context });
    },
    async probe(planned, context) {
      await using api = await open(context.signal);
      return await probeStep(api, { planned, step: readStep(planned), context });
    },
    async sighting(planned, context) {
      const { action, parameters } = readStep(planned);
      if (action !== 'issue' || parameters.what !== 'secret-id') return { evidence: [] };
      await using api = await open(context.signal);
      return await sightingOf(api, parameters, context.idempotencyKey);
    },
    undo: (planned, preImage, context) => undo(planned, preImage, { source, context, open }),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

const KINDS: readonly EntityKind[] = ['ServiceAccount', 'User', 'Role', 'Group', 'Credential', 'Session', 'Secret', 'Permission'];

function readStep(step: PlanStep): VaultStep {
  const { action } = step;
  if (!isVaultAction(action)) throw new RefusedError(`step ${step.id}: vault has no action ${action}; do it by hand`);
  return readParameters(step, () => parseVaultStep(action, step.parameters));
}

/** The thing whose control is changed: several proofs of one identity share its hold. */
function heldBy(planned: PlanStep, source: string): string {
  return ownKey(readStep(planned), source) ?? planned.target;
}

interface Looked {
  readonly planned: PlanStep;
  readonly step: VaultStep;
  readonly source: string;
  readonly context: EnforcerContext;
}

async function preflight(api: VaultApi, { planned, step, source, context }: Looked): Promise<Preflight> {
  const missing = await missingFor(api, step);
  const refusals = [...(await lifeline(api, step, await ownLogin(api))), ...missing];
  if (missing.length > 0) return refused(...refusals);
  const found = await stateOf(api, step, newValue(planned, step, context));
  if ('problem' in found) return refused(...refusals, found.problem);
  const foreign = await holderProblem(api, planned, step, source);
  if (foreign !== undefined) return refused(...refusals, foreign);
  const preImage = Object.keys(found.before).length === 0 ? '' : JSON.stringify(found.before);
  return { refusals, preImage, preexisting: found.isInPlace };
}

const newValue = (
  { for: replaced = '' }: PlanStep,
  { parameters }: VaultStep,
  { handOver }: EnforcerContext,
): string | undefined => (parameters.what === 'kv' ? handOver.find(replaced)?.[parameters.field] : undefined);

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
