/** Steps on a Vault as a plan has them, and what they are carried out with. */
import { createHandOver } from '../../../src/app/execute/hand-over.ts';
import type { PlanStep, StepParameters } from '../../../src/model/plan.ts';
import { parseVaultStep, type VaultAction, vaultCommands } from '../../../src/model/vault-actions.ts';
import type { Applied, EnforcerContext } from '../../../src/ports/enforcer.ts';
import { makeStep } from '../../app/execute/plans.ts';

export const context = (change: Partial<EnforcerContext> = {}): EnforcerContext => ({
  signal: new AbortController().signal,
  idempotencyKey: 'a-key',
  handOver: createHandOver(),
  now: () => new Date(),
  ...change,
});

export function stepOn(
  target: string,
  action: VaultAction,
  parameters: StepParameters,
  change: Partial<PlanStep> = {},
): PlanStep {
  const commands = vaultCommands(parseVaultStep(action, parameters));
  return makeStep({ id: 's', target: `vault:main/${target}`, action, parameters, connector: 'vault', commands, ...change });
}

/** As the executor gives back what it kept of a call. */
export const recorded = (preImage: string, { traces = [] }: Partial<Applied> = {}): Pick<EnforcerContext, 'recorded'> => ({
  recorded: { since: new Date(0).toISOString(), traces, preImage: () => preImage },
});
