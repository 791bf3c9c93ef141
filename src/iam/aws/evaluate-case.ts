/** One case of pure policy evaluation as data: every layer is given with it. */
import { z } from 'zod';
import { InputError } from '../../model/errors.ts';
import { compilePolicy, IDENTITY_POLICY, type Policy, type PolicyKind, RESOURCE_POLICY } from './document.ts';
import { type AccessRequest, evaluate, type PolicyLayers, type Verdict } from './evaluate.ts';
import { completeFacts, type KeyFacts, unknown } from './facts.ts';
import { keyClass } from './keys.ts';
import { accountOfArn, type Requester } from './principal.ts';

const documents = z.array(z.unknown()).nullish();

export const evaluateCaseShape = z.object({
  name: z.string(),
  /** True unless told: a key that the context lacks is absent. Otherwise it is unknown, and the verdict may be conditional. */
  contextComplete: z.boolean().optional(),
  request: z.object({
    principal: z.string().nullable(),
    principalType: z.enum(['iam', 'anonymous', 'service']).optional(),
    principalAccount: z.string().nullish(),
    action: z.string().regex(/^[^:]+:[^:]+$/),
    resource: z.string(),
    resourceAccount: z.string().nullish(),
    context: z.record(z.string(), z.union([z.string(), z.array(z.string())])).nullish(),
  }),
  policies: z.object({
    identity: z.array(z.object({ name: z.string(), document: z.unknown().optional() })),
    boundary: documents,
    session: documents,
    resource: z.unknown().optional(),
    serviceControl: z.array(z.array(z.unknown())).nullish(),
    resourceControl: z.array(z.array(z.unknown())).nullish(),
    endpoint: documents,
  }),
});

export type EvaluateCase = z.infer<typeof evaluateCaseShape>;

/** Throws an InputError that names policy and statement when a policy is one that AWS would reject. */
export function evaluateCase({ request, policies, contextComplete = true }: EvaluateCase): Verdict {
  const many = (layer: string, list: readonly unknown[] | null | undefined, kind = IDENTITY_POLICY): Policy[] | null =>
    list ? list.map((document, i) => sound(`${layer} ${i}`, document, kind)) : null;
  const controlled = { ...RESOURCE_POLICY, resources: 'required' as const };
  const layers: PolicyLayers = {
    identity: policies.identity.map(({ name, document }) => sound(name, document, IDENTITY_POLICY)),
    boundary: many('boundary', policies.boundary),
    session: many('session', policies.session),
    resource: policies.resource ? sound('resource', policies.resource, RESOURCE_POLICY) : null,
    serviceControl: (policies.serviceControl ?? []).map((level, i) => many(`service control ${i}.`, level) ?? []),
    resourceControl: (policies.resourceControl ?? []).map((level, i) => many(`resource control ${i}.`, level, controlled) ?? []),
    endpoint: many('endpoint', policies.endpoint, RESOURCE_POLICY),
  };
  return evaluate(accessRequest(request, contextComplete), layers);
}

function sound(name: string, document: unknown, kind: PolicyKind): Policy {
  const policy = compilePolicy(name, document, kind);
  if (policy.problems.length > 0) throw new InputError(`policy ${name}: ${policy.problems.join('; ')}`);
  return policy;
}

function accessRequest(request: EvaluateCase['request'], complete: boolean): AccessRequest {
  const who = requester(request);
  const account = request.resourceAccount ?? accountIn(request.resource) ?? who.account;
  return {
    who,
    action: request.action,
    resource: request.resource,
    ...(account && { resourceAccount: account }),
    facts: factsOf(request, who, complete),
  };
}

const accountIn = (arn: string): string | undefined => {
  const account = accountOfArn(arn);
  return account && /^\d{12}$/.test(account) ? account : undefined;
};

function requester({ principal, principalType, principalAccount }: EvaluateCase['request']): Requester {
  const type = principalType ?? (principal === null ? 'anonymous' : 'iam');
  if (type === 'service') return { arn: null, type, name: principal ?? '' };
  const account = principalAccount ?? (principal ? accountIn(principal) : undefined);
  return { arn: type === 'anonymous' ? null : principal, type, ...(account && { account }) };
}

/** What the principal's ARN says of itself is known without being told. */
function factsOf({ context, principal }: EvaluateCase['request'], who: Requester, complete: boolean): KeyFacts {
  const given = context ?? {};
  const told = new Set(Object.keys(given).map((key) => key.toLowerCase()));
  const implied: Record<string, string> = {};
  if (who.type === 'iam' && principal && !told.has('aws:principalarn')) implied['aws:principalarn'] = principal;
  if (who.type === 'iam' && who.account && !told.has('aws:principalaccount')) implied['aws:principalaccount'] = who.account;
  const user = /:user\/(?:.*\/)?([^/]+)$/.exec(principal ?? '')?.[1];
  if (user && !told.has('aws:username')) implied['aws:username'] = user;
  const known = completeFacts({ ...implied, ...given });
  return complete ? known : (key) => (told.has(key) || key in implied ? known(key) : unknown(keyClass(key)));
}
