/**
 * Nothing goes to the pods and nothing comes from them, where the cluster's network plugin enforces policies: the API server takes them
 * in any case. Policies only add: what another one lets through still goes through.
 * https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
import { RefusedError } from '../../model/errors.ts';
import { type KubernetesStepOf, networkPolicyName } from '../../model/kubernetes-actions.ts';
import { refused } from '../step/refused.ts';
import { type Cluster, ConflictError, type KubeObject, pathOf } from './cluster.ts';
import type { Handling, Work } from './handling.ts';
import { wouldBeRefused } from './own-access.ts';

type Step = KubernetesStepOf<'network'>;
type Labels = Readonly<Record<string, string>>;

const NETWORKING = 'networking.k8s.io/v1';
const GROUPS: Readonly<Record<Step['kind'], string>> = {
  pods: '',
  deployments: 'apps/v1',
  statefulsets: 'apps/v1',
  daemonsets: 'apps/v1',
  replicasets: 'apps/v1',
  jobs: 'batch/v1',
};

interface Selector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly { readonly key: string; readonly operator: string; readonly values?: readonly string[] }[];
}

interface Policy extends KubeObject {
  readonly spec?: {
    readonly podSelector?: Selector;
    readonly policyTypes?: readonly string[];
    readonly ingress?: readonly object[];
    readonly egress?: readonly object[];
  };
}

const shownOf = ({ namespace, kind, name }: Step): string => `${namespace}/${kind}/${name}`;
const policyPath = (step: Step): string => pathOf(NETWORKING, step.namespace, 'networkpolicies', networkPolicyName(step));

/** The labels by which its pods are chosen. Throws a RefusedError where it is not there, or cannot be told from the rest. */
async function labelsOf(cluster: Cluster, step: Step): Promise<Labels> {
  const found = await cluster.find<KubeObject & { readonly spec?: { readonly selector?: Selector } }>(
    pathOf(GROUPS[step.kind], step.namespace, step.kind, step.name),
  );
  if (!found) throw new RefusedError(`${shownOf(step)} is not in the cluster: collect again`);
  const labels = step.kind === 'pods' ? found.metadata.labels : found.spec?.selector?.matchLabels;
  if (labels && Object.keys(labels).length > 0) return labels;
  throw new RefusedError(`${shownOf(step)} has no labels by which a NetworkPolicy could choose its pods: label them first`);
}

const policyOf = (step: Step, labels: Labels): object => ({
  apiVersion: NETWORKING,
  kind: 'NetworkPolicy',
  metadata: {
    name: networkPolicyName(step),
    labels: { 'app.kubernetes.io/managed-by': 'interlock' },
    annotations: { 'interlock/isolates': `${step.kind}/${step.name}` },
  },
  spec: { podSelector: { matchLabels: labels }, policyTypes: ['Ingress', 'Egress'] },
});

const isOfOurs = (policy: Policy): boolean => policy.metadata.labels?.['app.kubernetes.io/managed-by'] === 'interlock';

/** It denies both ways, for the pods of these labels. */
const denies = ({ spec }: Policy, labels: Labels): boolean =>
  JSON.stringify(sorted(spec?.podSelector?.matchLabels ?? {})) === JSON.stringify(sorted(labels)) &&
  spec?.podSelector?.matchExpressions === undefined &&
  ['Ingress', 'Egress'].every((type) => spec?.policyTypes?.includes(type)) &&
  !lets({ spec } as Policy);

const sorted = (labels: Labels): Labels => Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
const lets = ({ spec }: Policy): boolean => (spec?.ingress?.length ?? 0) + (spec?.egress?.length ?? 0) > 0;

function chooses({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Labels): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key];
      if (operator === 'Exists') return value !== undefined;
      if (operator === 'DoesNotExist') return value === undefined;
      const isIn = value !== undefined && values.includes(value);
      return operator === 'In' ? isIn : !isIn;
    })
  );
}

const CAVEAT = "NetworkPolicies hold only where the cluster's network plugin enforces them; open connections may go on";

async function preflight({ step, cluster }: Work<Step>) {
  const labels = await labelsOf(cluster, step);
  const now = await cluster.find<Policy>(policyPath(step));
  if (now && !(isOfOurs(now) && denies(now, labels)))
    return refused(`${step.namespace}/networkpolicies/${networkPolicyName(step)} is there, and is another: look at it`);
  const path = pathOf(NETWORKING, step.namespace, 'networkpolicies');
  const refusals = now
    ? []
    : await wouldBeRefused(`isolating ${shownOf(step)}`, () => cluster.create(path, policyOf(step, labels), { dryRun: true }));
  return { refusals, preImage: JSON.stringify({ policy: 'absent' }), preexisting: now !== undefined };
}

export const network: Handling<Step> = {
  preflight,
  async apply({ step, cluster }) {
    if (await cluster.find(policyPath(step))) return { evidence: [`${networkPolicyName(step)} is there already`, CAVEAT] };
    const labels = await labelsOf(cluster, step);
    await cluster
      .create(pathOf(NETWORKING, step.namespace, 'networkpolicies'), policyOf(step, labels))
      .catch((error: unknown) => {
        if (!(error instanceof ConflictError)) throw error;
      });
    const chosen = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
    return { evidence: [`NetworkPolicy ${networkPolicyName(step)} denies all for the pods with ${chosen.join(', ')}`, CAVEAT] };
  },
  async probe({ step, cluster }) {
    const policies = await cluster.list<Policy>(pathOf(NETWORKING, step.namespace, 'networkpolicies'));
    const own = policies.find(({ metadata }) => metadata.name === networkPolicyName(step));
    const labels = own?.spec?.podSelector?.matchLabels;
    if (!own || !labels) return { state: 'not-effective', evidence: [`no NetworkPolicy isolates ${shownOf(step)}`] };
    if (!denies(own, labels)) return { state: 'partial', evidence: [`${networkPolicyName(step)} was changed: look at it`] };
    const others = policies.filter((policy) => policy !== own && lets(policy) && chooses(policy.spec?.podSelector ?? {}, labels));
    const evidence = [`${networkPolicyName(step)} denies all`, CAVEAT];
    if (others.length === 0) return { state: 'effective', evidence };
    const names = others.map(({ metadata }) => metadata.name).join(', ');
    return { state: 'partial', evidence: [...evidence, `still lets through what these allow: ${names}`] };
  },
  async undo({ step, cluster }) {
    const now = await cluster.find<Policy>(policyPath(step));
    if (!now) return { evidence: [`${networkPolicyName(step)} is not there any more`] };
    if (!isOfOurs(now)) throw new RefusedError(`${networkPolicyName(step)} was made anew by somebody else: it is left alone`);
    await cluster.delete(policyPath(step), { uid: now.metadata.uid });
    return { evidence: [`deleted NetworkPolicy ${networkPolicyName(step)}`] };
  },
};
