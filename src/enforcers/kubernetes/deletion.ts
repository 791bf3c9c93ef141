/**
 * What ends tokens by ending what they are bound to: a Secret, a service account, a pod.
 * https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#bound-service-account-tokens
 */
import { RefusedError } from '../../model/errors.ts';
import type { KubernetesStepOf } from '../../model/kubernetes-actions.ts';
import type { PlanStep } from '../../model/plan.ts';
import type { Probed } from '../../ports/enforcer.ts';
import { type Cluster, type KubeObject, pathOf } from './cluster.ts';
import type { Handling, Work } from './handling.ts';
import { isOurs, ownAccess, wouldBeRefused } from './own-access.ts';

type Step = KubernetesStepOf<'token-secret' | 'service-account' | 'pod'>;

/** The API server remembers for 10 s that it took a token. */
const TOKEN_CACHE_MS = 10_000;
/** A token of a pod or an account that is going is taken until then. */
const GOING_MS = 60_000;
/** A pod's processes are told to end, and are killed when this is over. */
const POD_GRACE_SECONDS = 1;

const ACCOUNT_OF_SECRET = 'kubernetes.io/service-account.name';
const TOKEN_TYPE = 'kubernetes.io/service-account-token';

interface Found extends KubeObject {
  readonly type?: string;
  readonly spec?: {
    readonly serviceAccountName?: string;
    readonly nodeName?: string;
    readonly containers?: readonly { readonly name?: string; readonly image?: string }[];
  };
  readonly status?: { readonly phase?: string; readonly podIP?: string; readonly startTime?: string };
}

function placeOf(step: Step): { readonly path: string; readonly shown: string } {
  const [plural, name] =
    step.control === 'pod'
      ? ['pods', step.pod]
      : step.control === 'service-account'
        ? ['serviceaccounts', step.serviceAccount]
        : ['secrets', step.secret];
  return { path: pathOf('', step.namespace, plural, name), shown: `${step.namespace}/${plural}/${name}` };
}

/** What was there, for whoever looks into it later; never a value. */
function evidenceOf({ metadata, type, spec, status }: Found): string {
  const { uid, resourceVersion, annotations = {} } = metadata;
  const images = (spec?.containers ?? []).map(({ name, image }) => `${name ?? '-'}=${image ?? '-'}`);
  const parts = {
    uid,
    version: resourceVersion,
    type,
    'service account': spec?.serviceAccountName ?? annotations[ACCOUNT_OF_SECRET],
    node: spec?.nodeName,
    phase: status?.phase,
    address: status?.podIP,
    started: status?.startTime,
    images: images.length > 0 ? images.join(' ') : undefined,
  };
  return Object.entries(parts)
    .flatMap(([name, value]) => (value === undefined ? [] : `${name} ${value}`))
    .join(', ');
}

/** Where it should be: one that is not there may have been deleted by us, in a namespace that is. */
async function gone(cluster: Cluster, step: Step): Promise<string> {
  const { shown } = placeOf(step);
  if (await cluster.find(pathOf('', '', 'namespaces', step.namespace))) return `${shown} is not there`;
  throw new RefusedError(`${shown}: there is no namespace ${step.namespace} in the cluster: collect again`);
}

async function refusalsOf({ step, cluster }: Work<Step>, found: Found): Promise<string[]> {
  const { path, shown } = placeOf(step);
  const refusals: string[] = [];
  const own = await ownAccess(cluster);
  const account = step.control === 'service-account' ? step.serviceAccount : found.metadata.annotations?.[ACCOUNT_OF_SECRET];
  if (account !== undefined && isOurs(own, { subject: 'ServiceAccount', name: account, namespace: step.namespace }))
    refusals.push(`${shown} is interlock's own access to the cluster: deleting it would end it`);
  if (step.control === 'token-secret' && found.type !== TOKEN_TYPE && !isAnchor(found))
    refusals.push(`${shown} is of type ${found.type ?? 'Opaque'}: no token of a service account is bound to it that we know of`);
  const { uid } = found.metadata;
  return [...refusals, ...(await wouldBeRefused(`deleting ${shown}`, () => cluster.delete(path, { uid, dryRun: true })))];
}

export const ANCHOR_LABELS = { 'app.kubernetes.io/managed-by': 'interlock', 'interlock.token': 'true' } as const;
export const ANCHOR_ACCOUNT = 'interlock/service-account';
export const isAnchor = ({ metadata }: KubeObject): boolean => metadata.labels?.['interlock.token'] === 'true';

export const deletion: Handling<Step> = {
  async preflight(work) {
    const { path } = placeOf(work.step);
    const found = await work.cluster.find<Found>(path);
    if (found) return { refusals: await refusalsOf(work, found), preImage: '', preexisting: false };
    await gone(work.cluster, work.step);
    return { refusals: [], preImage: '', preexisting: true };
  },
  /** What was there is noted before it goes. */
  async apply({ step, planned, cluster, context, deleted }) {
    const { path, shown } = placeOf(step);
    const found = await cluster.find<Found>(path);
    if (!found) return { evidence: [`${await gone(cluster, step)} any more`] };
    if (isAnother(found, { planned, known: deleted.get(`${context.idempotencyKey} ${path}`) }))
      return { evidence: [another(shown, found)] };
    const { uid = '' } = found.metadata;
    deleted.set(`${context.idempotencyKey} ${path}`, uid);
    await cluster.delete(path, { uid, ...(step.control === 'pod' && { graceSeconds: POD_GRACE_SECONDS }) });
    return { evidence: [`deleted ${shown}: ${evidenceOf(found)}`] };
  },
  async probe({ step, planned, cluster, context, deleted }) {
    const { path, shown } = placeOf(step);
    const found = await cluster.find<Found>(path);
    const inMs = (ms: number): string => new Date(context.now().getTime() + ms).toISOString();
    if (found && isAnother(found, { planned, known: deleted.get(`${context.idempotencyKey} ${path}`) }))
      return { state: 'effective', evidence: [another(shown, found), ...left(step)], residualUntil: inMs(TOKEN_CACHE_MS) };
    if (found && found.metadata.deletionTimestamp === undefined)
      return { state: 'not-effective', evidence: [`${shown} is there: ${evidenceOf(found)}`] };
    if (found) return going(shown, found);
    return {
      state: 'effective',
      evidence: [`${await gone(cluster, step)}; a token of it that was used just now is taken for 10 s more`, ...left(step)],
      residualUntil: inMs(TOKEN_CACHE_MS),
    };
  },
};

/** A controller makes a pod of the same name anew; so may somebody a Secret or an account. `known`: the uid that we deleted. */
function isAnother(
  { kind, metadata }: Found,
  { planned, known }: { readonly planned: PlanStep; readonly known: string | undefined },
): boolean {
  if (known !== undefined) return metadata.uid !== known;
  return kind === 'Pod' && Date.parse(metadata.creationTimestamp ?? '') > Date.parse(planned.startsAt);
}

const another = (shown: string, { metadata }: Found): string =>
  `${shown} is another by now: uid ${metadata.uid ?? '-'}, made at ${metadata.creationTimestamp ?? '-'}; the one that was meant is gone`;

/** The processes of a pod end by its node; its tokens end at the latest a minute after it was deleted. */
function going(shown: string, { metadata }: Found): Probed {
  const until = Date.parse(metadata.deletionTimestamp ?? '') + GOING_MS;
  return {
    state: 'propagating',
    evidence: [`${shown} is going: deleted at ${metadata.deletionTimestamp ?? '-'}`],
    ...(!Number.isNaN(until) && { residualUntil: new Date(until).toISOString() }),
  };
}

const left = ({ control }: Step): string[] =>
  control === 'token-secret' ? [] : ['where its tokens are taken outside of the cluster, they are until they expire'];
