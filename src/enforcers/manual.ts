import type { Enforcer } from '../ports/enforcer.ts';

/** A person does the step: `apply` says what to do, and the step waits until somebody confirms it. */
export function createManualEnforcer({ name }: { readonly name: string }): Enforcer {
  return {
    name,
    type: 'manual',
    waitsForPerson: true,
    supports: () => true,
    controlOf: (step) => `manual/${step.action}`,
    preflight: async () => ({ refusals: [], preImage: '', preexisting: false }),
    apply: async (step) => ({ evidence: [`by hand: ${step.commands.apply}`] }),
    probe: async (step) => ({
      state: 'not-effective',
      evidence: [`waits for a person; check: ${step.commands.probe || step.probe}`],
    }),
    undo: async (step) => ({
      evidence: [step.commands.inverse === '' ? 'by hand: nothing brings it back' : `by hand: ${step.commands.inverse}`],
    }),
    [Symbol.asyncDispose]: async () => undefined,
  };
}
