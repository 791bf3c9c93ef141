/**
 * A second token of a service account, by TokenRequest. It is bound to an empty Secret of its own, so that it can be ended alone; a
 * Secret of the old kind (`kubernetes.io/service-account-token`) would keep the value in the cluster, for ever.
 * https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/
 */
import { RefusedError } from '../../model/errors.ts';
import type { KubernetesStepOf } from '../../model/kubernetes-actions.ts';
import { refused } from '../step/refused.ts';
import { type Cluster, type KubeObject, pathOf } from './cluster.ts';
import { ANCHOR_ACCOUNT, ANCHOR_LABELS } from './deletion.ts';
import type { Handling, Work } from './handling.ts';
import { wouldBeRefused } from './own-access.ts';
import { isTaken } from './questions.ts';

type Step = KubernetesStepOf<'token'>;

const accountPath = ({ namespace, serviceAccount }: Step): string => pathOf('', namespace, 'serviceaccounts', serviceAccount);
const secretsPath = ({ namespace }: Step): string => pathOf('', namespace, 'secrets');

/** One for each step: made again, it is the same name. */
const anchorName = ({ step, context }: Work<Step>): string =>
  `${step.serviceAccount.slice(0, 200)}-interlock-${Buffer.from(context.idempotencyKey).toString('hex').slice(0, 16)}`;

const anchorOf = (work: Work<Step>): object => ({
  apiVersion: 'v1',
  kind: 'Secret',
  type: 'Opaque',
  metadata: { name: anchorName(work), labels: ANCHOR_LABELS, annotations: { [ANCHOR_ACCOUNT]: work.step.serviceAccount } },
});

async function anchorsOf(cluster: Cluster, step: Step): Promise<KubeObject[]> {
  const labels = Object.entries(ANCHOR_LABELS).map(([key, value]) => `${key}=${value}`);
  const found = await cluster.list(secretsPath(step), `labelSelector=${encodeURIComponent(labels.join(','))}`);
  return found.filter(({ metadata }) => metadata.annotations?.[ANCHOR_ACCOUNT] === step.serviceAccount);
}

const replacedBy = ({ planned }: Work<Step>): string => planned.for ?? planned.target;

interface TokenAnswer {
  readonly status?: { readonly token?: string; readonly expirationTimestamp?: string };
}

function requestToken(cluster: Cluster, step: Step, anchor?: KubeObject): Promise<TokenAnswer> {
  const { name, uid } = anchor?.metadata ?? {};
  return cluster.create<TokenAnswer>(
    `${accountPath(step)}/token`,
    {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: {
        expirationSeconds: step.seconds,
        ...(anchor && { boundObjectRef: { apiVersion: 'v1', kind: 'Secret', name, uid } }),
      },
    },
    anchor ? {} : { dryRun: true },
  );
}

export const token: Handling<Step> = {
  async preflight(work) {
    const { step, cluster } = work;
    if (!(await cluster.find(accountPath(step))))
      return refused(`${step.namespace}/serviceaccounts/${step.serviceAccount} is not in the cluster: collect again`);
    const refusals = [
      ...(await wouldBeRefused('making the Secret that the token is bound to', () =>
        cluster.create(secretsPath(step), anchorOf(work), { dryRun: true }),
      )),
      ...(await wouldBeRefused(`asking for a token of ${step.serviceAccount}`, () => requestToken(cluster, step))),
    ].filter((text) => !text.includes('already exists'));
    const there = (await anchorsOf(cluster, step)).map(({ metadata }) => metadata.name).sort();
    return { refusals, preImage: JSON.stringify({ there }), preexisting: false };
  },
  /** A token that cannot be handed over any more ends with its Secret, and another is issued. */
  async apply(work) {
    const { step, cluster, context } = work;
    const account = await cluster.find(accountPath(step));
    if (!account)
      throw new RefusedError(`${step.namespace}/serviceaccounts/${step.serviceAccount} is not in the cluster: collect again`);
    const path = `${secretsPath(step)}/${encodeURIComponent(anchorName(work))}`;
    const old = await cluster.find(path);
    if (old && context.handOver.find(replacedBy(work)) !== undefined)
      return { evidence: [`${anchorName(work)} is there already`] };
    if (old) await cluster.delete(path, { uid: old.metadata.uid });
    const anchor = await cluster.create<KubeObject>(secretsPath(step), anchorOf(work));
    const { status } = await requestToken(cluster, step, anchor);
    if (status?.token === undefined) throw new Error(`the API server gave no token of ${step.serviceAccount}`);
    context.handOver.give(replacedBy(work), { value: status.token });
    const until = status.expirationTimestamp === undefined ? '' : `, good until ${status.expirationTimestamp}`;
    return { evidence: [`a token of ${step.namespace}/${step.serviceAccount}, bound to the Secret ${anchorName(work)}${until}`] };
  },
  async probe(work) {
    const { step, cluster, context } = work;
    if (!(await cluster.find(`${secretsPath(step)}/${encodeURIComponent(anchorName(work))}`)))
      return { state: 'not-effective', evidence: ['no token was issued by this step'] };
    const given = context.handOver.find(replacedBy(work));
    if (given === undefined) return { state: 'effective', evidence: [`the Secret ${anchorName(work)} is there`] };
    if (await isTaken(cluster, given.value)) return { state: 'effective', evidence: ['TokenReview: the new token is taken'] };
    return { state: 'propagating', evidence: ['TokenReview: the new token is not taken yet'] };
  },
  /** Whatever was issued since goes, by whichever of the steps that shared the hold. */
  async undo({ step, cluster }, preImage) {
    const { there } = JSON.parse(preImage) as { readonly there: readonly string[] };
    const evidence: string[] = [];
    for (const { metadata } of await anchorsOf(cluster, step)) {
      if (there.includes(metadata.name)) continue;
      await cluster.delete(`${secretsPath(step)}/${encodeURIComponent(metadata.name)}`, { uid: metadata.uid });
      evidence.push(`deleted the Secret ${metadata.name}: the token that was bound to it is not taken any more`);
    }
    return { evidence: evidence.length === 0 ? ['nothing is left of what was issued'] : evidence };
  },
};
