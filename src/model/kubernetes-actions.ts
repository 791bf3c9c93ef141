/**
 * What can be done to identities, tokens and pods of a Kubernetes cluster: `parameters.control` says which, and here is the kubectl of
 * it. The enforcer does the same by the API. Pure text.
 *
 *   control          actions                          parameters                             reversible
 *   bindings         save quarantine disable          subject, name, namespace?              R1  it is in no binding any more; RBAC has no deny
 *   binding          detach                           the same, binding, whole?              R1  one binding: the subject in it, or all of it
 *   network          quarantine block                 namespace, kind, name                  R0  where the CNI enforces NetworkPolicies
 *   token-secret     revoke disable delete            namespace, secret                      R2  the tokens that are bound to the Secret
 *   service-account  revoke delete                    namespace, serviceAccount              R2  a new one of the name has another uid
 *   pod              revoke delete                    namespace, pod                         R2  the tokens that are bound to the pod
 *   token            issue                            namespace, serviceAccount, seconds     R0  bound to a Secret of its own, which ends it
 *   secret-key       distribute                       namespace, secret, key, field, also?, restart?   R1
 *
 * Sources: https://kubernetes.io/docs/reference/access-authn-authz/rbac/, …/service-accounts-admin/ (bound tokens),
 * https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
import { z } from 'zod';
import type { Action, StepCommands } from './plan.ts';
import { shellQuote as q, shellComment } from './shell.ts';

/** RFC 1123 names and the longer ones of RBAC: nothing that could leave a path's segment. */
const name = z.string().regex(/^(?!\.{1,2}$)[^/%\s]{1,253}$/, 'a name of Kubernetes: at most 253 characters, no / and no %');
const anyName = z.string().min(1).max(1024);

export const KUBERNETES_SUBJECTS = ['ServiceAccount', 'User', 'Group'] as const;
export type KubernetesSubjectKind = (typeof KUBERNETES_SUBJECTS)[number];

const ofSubject = { subject: z.enum(KUBERNETES_SUBJECTS), name: anyName, namespace: name.optional() };
/** Kinds that a NetworkPolicy can be drawn around. */
export const KUBERNETES_POD_KINDS = ['pods', 'deployments', 'statefulsets', 'daemonsets', 'replicasets', 'jobs'] as const;

const controls = [
  z.strictObject({ control: z.literal('bindings'), ...ofSubject }),
  /** `binding`: `<namespace>/rolebindings/<name>` or `_/clusterrolebindings/<name>`; `whole`: it is deleted, for all its subjects. */
  z.strictObject({
    control: z.literal('binding'),
    ...ofSubject,
    binding: z
      .string()
      .regex(/^(?:[^/%\s]+\/rolebindings|_\/clusterrolebindings)\/[^/%\s]+$/, 'expected <namespace>/rolebindings/<name>'),
    whole: z.boolean().optional(),
  }),
  z.strictObject({ control: z.literal('network'), namespace: name, kind: z.enum(KUBERNETES_POD_KINDS), name }),
  z.strictObject({ control: z.literal('token-secret'), namespace: name, secret: name }),
  z.strictObject({ control: z.literal('service-account'), namespace: name, serviceAccount: name }),
  z.strictObject({ control: z.literal('pod'), namespace: name, pod: name }),
  /** `seconds`: what is asked for; the server may give less. */
  z.strictObject({
    control: z.literal('token'),
    namespace: name,
    serviceAccount: name,
    seconds: z
      .int()
      .min(600)
      .max(2 ** 32 - 1),
  }),
  /**
   * `field`: which part of the new credential goes under `key`; `also`: further `key=field`; `restart`: what mounts or reads the Secret
   * is rolled out anew.
   */
  z.strictObject({
    control: z.literal('secret-key'),
    namespace: name,
    secret: name,
    key: name,
    field: z.string().min(1),
    also: z.array(z.string().regex(/^[^/%\s=]+=\w+$/)).optional(),
    restart: z.boolean().optional(),
  }),
] as const;

const parameters = z.discriminatedUnion('control', controls);
export type KubernetesStep = z.infer<typeof parameters>;
export type KubernetesControl = KubernetesStep['control'];
export type KubernetesStepOf<C extends KubernetesControl> = Extract<KubernetesStep, { control: C }>;
export type KubernetesSubject = Pick<KubernetesStepOf<'bindings'>, 'subject' | 'name' | 'namespace'>;

/** Which actions each control is a part of. */
export const KUBERNETES_ACTIONS: Readonly<Record<KubernetesControl, readonly Action[]>> = {
  bindings: ['save', 'quarantine', 'disable'],
  binding: ['detach'],
  network: ['quarantine', 'block'],
  'token-secret': ['revoke', 'disable', 'delete'],
  'service-account': ['revoke', 'delete'],
  pod: ['revoke', 'delete'],
  token: ['issue'],
  'secret-key': ['distribute'],
};

export const isKubernetesAction = (action: Action): boolean =>
  Object.values(KUBERNETES_ACTIONS).some((actions) => actions.includes(action));

/** Throws a ZodError that names the field. */
export function parseKubernetesStep(action: Action, given: unknown): KubernetesStep {
  return parameters
    .refine(({ control }) => KUBERNETES_ACTIONS[control].includes(action), `this control is no part of ${action}`)
    .refine(
      (step) => !('subject' in step) || (step.subject === 'ServiceAccount') === (step.namespace !== undefined),
      'a service account has a namespace, and nobody else has one',
    )
    .parse(given);
}

/** Steps of two incidents that work on one of these share a hold. */
export function kubernetesControl(step: KubernetesStep): string {
  switch (step.control) {
    case 'binding':
      return `binding/${step.binding}`;
    case 'secret-key':
      return `key/${step.key}`;
    case 'token-secret':
    case 'service-account':
    case 'pod':
      return 'existence';
    default:
      return step.control;
  }
}

/** As requests of the subject name it; undefined for a group. */
export const kubernetesUser = ({ subject, name: own, namespace }: KubernetesSubject): string | undefined =>
  subject === 'ServiceAccount' ? `system:serviceaccount:${namespace}:${own}` : subject === 'User' ? own : undefined;

/** Whoever may do what, as words of kubectl. */
const asSubject = (subject: KubernetesSubject): string => {
  const user = kubernetesUser(subject);
  return user === undefined ? `--as=nobody ${q(`--as-group=${subject.name}`)}` : q(`--as=${user}`);
};

/** Entries of a service account may also name it as a user. */
function entryFilter({ subject, name: own, namespace }: KubernetesSubject): string {
  const text = (value: string): string => JSON.stringify(value);
  if (subject !== 'ServiceAccount') return `(.kind == ${text(subject)} and .name == ${text(own)})`;
  const user = `system:serviceaccount:${namespace}:${own}`;
  return `((.kind == "ServiceAccount" and .name == ${text(own)} and .namespace == ${text(namespace ?? '')}) or (.kind == "User" and .name == ${text(user)}))`;
}

const SERVER_SET = 'del(.metadata.uid, .metadata.resourceVersion, .metadata.creationTimestamp, .metadata.managedFields)';
const BINDINGS = 'kubectl get rolebindings,clusterrolebindings -A -o json';

function bindingsCommands(subject: KubernetesSubject): StepCommands {
  const entry = entryFilter(subject);
  const having = `.items[] | select(any(.subjects[]?; ${entry}))`;
  return {
    apply: `${BINDINGS} > bindings-before.json\njq -c ${q(`${having} | .subjects |= map(select(${entry} | not))`)} bindings-before.json | kubectl replace -f -`,
    inverse: `jq -c ${q(`${having} | ${SERVER_SET}`)} bindings-before.json | kubectl replace -f -`,
    probe: `kubectl auth can-i --list ${asSubject(subject)}`,
  };
}

function bindingCommands(step: KubernetesStepOf<'binding'>): StepCommands {
  const [namespace = '', plural = '', own = ''] = step.binding.split('/');
  const at = `${plural.slice(0, -1)} ${q(own)}${namespace === '_' ? '' : ` -n ${q(namespace)}`}`;
  const file = q(`${own.replaceAll(/[^\w.-]/g, '-')}-before.json`);
  const apply = step.whole
    ? `kubectl delete ${at}`
    : `jq ${q(`.subjects |= map(select(${entryFilter(step)} | not))`)} ${file} | kubectl replace -f -`;
  return {
    apply: `kubectl get ${at} -o json > ${file}\n${apply}`,
    inverse: `jq ${q(SERVER_SET)} ${file} | kubectl ${step.whole ? 'create' : 'replace'} -f -`,
    probe: `kubectl get ${at} -o jsonpath='{.subjects}'`,
  };
}

/** The NetworkPolicy that isolates what the step names: one a target, so that it is found again. */
export const networkPolicyName = ({ kind, name: own }: Pick<KubernetesStepOf<'network'>, 'kind' | 'name'>): string =>
  `interlock-isolate-${kind}-${own}`.slice(0, 253).replace(/[^a-z0-9]+$/, '');

function networkCommands(step: KubernetesStepOf<'network'>): StepCommands {
  const labels = step.kind === 'pods' ? '.metadata.labels' : '.spec.selector.matchLabels';
  const policy = networkPolicyName(step);
  const spec = `{apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: {name: ${JSON.stringify(policy)}}, spec: {podSelector: {matchLabels: ${labels}}, policyTypes: ["Ingress", "Egress"]}}`;
  const there = `-n ${q(step.namespace)}`;
  return {
    apply: `kubectl get ${step.kind} ${q(step.name)} ${there} -o json | jq ${q(spec)} | kubectl apply ${there} -f -`,
    inverse: `kubectl delete networkpolicy ${q(policy)} ${there}`,
    probe: `kubectl get networkpolicies ${there}`,
  };
}

const deletion = (kind: string, own: string, namespace: string): StepCommands => ({
  apply: `kubectl delete ${kind} ${q(own)} -n ${q(namespace)}`,
  inverse: '',
  probe: `kubectl get ${kind} ${q(own)} -n ${q(namespace)}`,
});

function tokenCommands({ namespace, serviceAccount, seconds }: KubernetesStepOf<'token'>): StepCommands {
  const anchor = q(`${serviceAccount}-replacement`);
  const there = `-n ${q(namespace)}`;
  return {
    apply: `kubectl create secret generic ${anchor} ${there}\n(umask 077 && kubectl create token ${q(serviceAccount)} ${there} --duration=${seconds}s --bound-object-kind=Secret --bound-object-name=${anchor} > ${anchor}.token)`,
    inverse: `kubectl delete secret ${anchor} ${there} && rm -f ${anchor}.token`,
    probe: `kubectl auth whoami --token="$(cat ${anchor}.token)"`,
  };
}

function secretKeyCommands({ namespace, secret, key, also = [], restart }: KubernetesStepOf<'secret-key'>): StepCommands {
  const there = `-n ${q(namespace)}`;
  const keys = [key, ...also.map((one) => one.slice(0, one.indexOf('=')))];
  const patch = (one: string): string =>
    `jq -n --rawfile value ${q(`new-${one}`)} ${q(`{data: {${JSON.stringify(one)}: ($value | @base64)}}`)} | kubectl patch secret ${q(secret)} ${there} --patch-file /dev/stdin`;
  const roll = shellComment(`then kubectl rollout restart what mounts ${secret} or reads it into its environment`);
  return {
    apply: [...keys.map(patch), ...(restart ? [roll] : [])].join('\n'),
    inverse: shellComment(`put the old value back under ${keys.join(', ')} of ${namespace}/${secret}`),
    probe: `kubectl get secret ${q(secret)} ${there} -o json --show-managed-fields | jq ${q('.metadata.managedFields')}`,
  };
}

/** For `PlanStep.commands`. No secret can appear. */
export function kubernetesCommands(step: KubernetesStep): StepCommands {
  switch (step.control) {
    case 'bindings':
      return bindingsCommands(step);
    case 'binding':
      return bindingCommands(step);
    case 'network':
      return networkCommands(step);
    case 'token-secret':
      return deletion('secret', step.secret, step.namespace);
    case 'service-account':
      return deletion('serviceaccount', step.serviceAccount, step.namespace);
    case 'pod':
      return deletion('pod', step.pod, step.namespace);
    case 'token':
      return tokenCommands(step);
    case 'secret-key':
      return secretKeyCommands(step);
  }
}
