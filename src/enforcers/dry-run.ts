import type { Enforcer } from '../ports/enforcer.ts';

/** Says what would be done and changes nothing; so nothing it does is ever effective. */
export function createDryRunEnforcer({ name }: { readonly name: string }): Enforcer {
  return {
    name,
    type: 'dry-run',
    simulates: true,
    supports: () => true,
    controlOf: (step) => `dry-run/${step.action}`,
    preflight: async () => ({ refusals: [], preImage: '', preexisting: false }),
    apply: async (step) => ({ evidence: [`dry run: would ${step.commands.apply || step.action}`] }),
    probe: async () => ({ state: 'not-effective', evidence: ['dry run: nothing was changed'] }),
    undo: async () => ({ evidence: ['dry run: nothing was changed, nothing to bring back'] }),
    [Symbol.asyncDispose]: async () => undefined,
  };
}
