/** One case of `evaluate --provider vault`: policies as text, and a request. */
import { z } from 'zod';
import { Acl, OPERATIONS, type VaultVerdict } from './acl.ts';
import { compileVaultPolicy } from './policy.ts';

export const evaluateCaseShape = z.object({
  name: z.string(),
  policies: z.array(z.object({ name: z.string(), hcl: z.string() })),
  request: z.object({
    path: z.string(),
    operation: z.enum(OPERATIONS),
    parameters: z.record(z.string(), z.unknown()).nullish(),
  }),
});

/** Throws an InputError that names the policy and the line of what the server would refuse. */
export function evaluateCase({ policies, request }: z.infer<typeof evaluateCaseShape>): VaultVerdict {
  const acl = new Acl(policies.map(({ name, hcl }) => compileVaultPolicy(name, hcl)));
  return acl.decide({ ...request, parameters: request.parameters ?? {} });
}
