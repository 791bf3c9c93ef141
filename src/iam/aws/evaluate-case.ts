/** One case of pure policy evaluation as data: every layer is given with it. */
import { z } from 'zod';
import { InputError } from '../../model/errors.ts';
import { compilePolicy, IDENTITY_POLICY, type Policy, type PolicyKind, RESOURCE_POLICY } from './document.ts';
import { type AccessRequest, evaluate, type PolicyLayers, type Verdict } from './evaluate.ts';
import { ABSENT, completeFacts, type KeyFact, type KeyFacts, unknown, values } from './facts.ts';
import { keyClass } from './keys.ts';
import { accountOfArn, type Requester, sessionOf } from './principal.ts';

const documents = z.array(z.unknown()).nullish();
const contextValue = z.union([z.string(), z.number(), z.boolean()]).transform(String);

export const evaluateCaseShape = z.object({
  name: z.string(),
  /** True unless told: a key that the context lacks is absent. Otherwise it is unknown, and the verdict may be conditional. */
  contextComplete: z.boolean().optional(),
  request: z.object({
    principal: z.string().nullable(),
    principalType: z.enum(['iam', 'anonymous', 'service', 'federated']).nullish(),
    principalAccount: z.string().nullish(),
    /** `service:Action`. */
    action: z.string().regex(/^[^:\s]+:[^:\s]+$/, 'expected service:Action'),
    resource: z.string(),
    resourceAccount: z.string().nullish(),
    context: z.record(z.string(), z.union([contextValue, z.array(contextValue)])).nullish(),
  }),
  policies: z.object({
    identity: z.array(z.object({ name: z.string(), document: z.unknown().optional() })).nullish(),
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
    list && list.length > 0 ? list.map((document, i) => sound(`${layer} ${i}`, document, kind)) : null;
  const layers: PolicyLayers = {
    identity: (policies.identity ?? []).map(({ name, document }) => sound(name, document, IDENTITY_POLICY)),
    boundary: many('boundary', policies.boundary),
    session: many('session', policies.session),
    resource: policies.resource ? sound('resource', policies.resource, RESOURCE_POLICY) : null,
    serviceControl: (policies.serviceControl ?? []).map((level, i) => many(`service control ${i}.`, level) ?? ALLOWS_NOTHING),
    resourceControl: (policies.resourceControl ?? []).map((level, i) => many(`resource control ${i}.`, level, CONTROL) ?? []),
    endpoint: many('endpoint', policies.endpoint, RESOURCE_POLICY),
  };
  return evaluate(accessRequest(request, contextComplete), layers);
}

const CONTROL: PolicyKind = { ...RESOURCE_POLICY, resources: 'required' };

/** Every level of service control must allow: one without any policy does not. */
const ALLOWS_NOTHING: readonly Policy[] = [
  compilePolicy('no service control policy', { Version: '2012-10-17', Statement: [] }, IDENTITY_POLICY),
];

function sound(name: string, document: unknown, kind: PolicyKind): Policy {
  const policy = compilePolicy(name, document, kind);
  if (policy.problems.length > 0) throw new InputError(`policy ${name}: ${policy.problems.join('; ')}`);
  return policy;
}

function accessRequest(request: EvaluateCase['request'], complete: boolean): AccessRequest {
  const who = requester(request, complete);
  const account = request.resourceAccount ?? accountIn(request.resource) ?? who.account;
  return {
    who,
    action: request.action,
    resource: request.resource,
    ...(account && { resourceAccount: account }),
    facts: complete ? factsOf(request, who) : openFacts(factsOf(request, who), who, account),
  };
}

const accountIn = (arn: string): string | undefined => {
  const account = accountOfArn(arn);
  return account && /^\d{12}$/.test(account) ? account : undefined;
};

function requester(request: EvaluateCase['request'], complete: boolean): Requester {
  const { principal, principalAccount } = request;
  const provider = providerOf(request);
  if (provider !== undefined) return { arn: null, type: 'federated', name: provider };
  const type = request.principalType ?? typeOf(principal);
  if (type === 'service' || type === 'federated') return { arn: null, type, name: principal ?? '' };
  const account = principalAccount ?? (principal ? accountIn(principal) : undefined);
  return { arn: type === 'anonymous' ? null : principal, type, ...(account && { account }), isNameless: complete };
}

const PROVIDER = /^arn:aws[a-z-]*:iam::\d{12}:(oidc|saml)-provider\//;
const FEDERATION = /^sts:assumerolewith(webidentity|saml)$/i;

/** The identity provider of who asks for a role with its token: named as the principal, or by the key for it. */
function providerOf({ principal, action, context }: EvaluateCase['request']): string | undefined {
  if (principal !== null && PROVIDER.test(principal)) return principal;
  if (!FEDERATION.test(action)) return undefined;
  if (principal !== null) return principal.startsWith('arn:') ? undefined : principal;
  const told = Object.entries(context ?? {}).find(([key]) => key.toLowerCase() === 'aws:federatedprovider')?.[1];
  return [told].flat()[0];
}

/** Without being told: services are named by their host. */
function typeOf(principal: string | null): Requester['type'] {
  if (principal === null) return 'anonymous';
  return /^[a-z0-9.-]+\.(amazonaws|amazon)\.com(\.cn)?$/.test(principal) ? 'service' : 'iam';
}

/** What the principal's name says of itself is known without being told. */
const factsOf = ({ context, principal }: EvaluateCase['request'], who: Requester): KeyFacts =>
  completeFacts({ ...impliedBy(who, principal), ...lowerKeys(context ?? {}) });

/** What was not told is unknown, but for what the request itself says. */
function openFacts(told: KeyFacts, who: Requester, account: string | undefined): KeyFacts {
  const known = new Map<string, KeyFact>();
  if (account) known.set('aws:resourceaccount', values(account)).set('s3:resourceaccount', values(account));
  if (!who.arn?.includes(':user/')) known.set('aws:username', ABSENT);
  if (who.type !== 'service') known.set('aws:principalservicename', ABSENT);
  if (who.type === 'iam') known.set('aws:principalisawsservice', values('false'));
  return (key) => {
    const fact = told(key);
    return fact.kind === 'absent' ? (known.get(key) ?? unknown(keyClass(key))) : fact;
  };
}

function impliedBy(who: Requester, principal: string | null): Record<string, string> {
  if (who.type === 'service') return { 'aws:principalisawsservice': 'true', 'aws:principalservicename': who.name ?? '' };
  if (who.type !== 'iam' || !principal) return {};
  const session = sessionOf(principal);
  const role = session && `${principal.split(':', 2).join(':')}:iam::${session.account}:role/${session.role}`;
  const user = /:user\/(?:.*\/)?([^/]+)$/.exec(principal)?.[1];
  return {
    'aws:principalarn': role ?? principal,
    ...(who.account && { 'aws:principalaccount': who.account }),
    ...(user && { 'aws:username': user }),
  };
}

const lowerKeys = (context: Readonly<Record<string, string | readonly string[]>>) =>
  Object.fromEntries(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]));
