/**
 * A new value under one key of a Secret. The server notes which keys a change was made by (`managedFields`), so that what we wrote is
 * known from what somebody wrote after us, without keeping anything of the value.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
import { RefusedError } from '../../model/errors.ts';
import type { KubernetesStepOf } from '../../model/kubernetes-actions.ts';
import type { NewCredential } from '../../ports/enforcer.ts';
import { refused } from '../step/refused.ts';
import { type Cluster, type KubeObject, pathOf } from './cluster.ts';
import type { Handling, Work } from './handling.ts';
import { wouldBeRefused } from './own-access.ts';
import { type Restarted, restart, restoreRestarts } from './restart.ts';

type Step = KubernetesStepOf<'secret-key'>;

interface Secret extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
  readonly immutable?: boolean;
}

/** Base64, as the API has them; null where the key was not there. A secret. */
interface Before {
  readonly data: Readonly<Record<string, string | null>>;
  readonly uid?: string | undefined;
  readonly restarted: readonly Restarted[];
}

const pathTo = ({ namespace, secret }: Step): string => pathOf('', namespace, 'secrets', secret);
const shownOf = ({ namespace, secret }: Step): string => `${namespace}/secrets/${secret}`;

/** Key → which part of the new credential it gets. */
const fieldsOf = ({ key, field, also = [] }: Step): ReadonlyMap<string, string> =>
  new Map([[key, field], ...also.map((one) => one.split('=', 2) as [string, string])]);

/** The server's note of this step's own writing. */
const managerOf = ({ context }: Work<Step>): string => `interlock-${context.idempotencyKey}`.slice(0, 128);

function keysOfManager({ metadata: { managedFields = [] } }: Secret, manager: string): Set<string> {
  const keys = new Set<string>();
  for (const { manager: own, fieldsV1 } of managedFields) {
    if (own !== manager) continue;
    const data = (fieldsV1 as { readonly 'f:data'?: object } | undefined)?.['f:data'] ?? {};
    for (const field of Object.keys(data)) if (field.startsWith('f:')) keys.add(field.slice(2));
  }
  return keys;
}

const writtenByUs = (secret: Secret, work: Work<Step>): boolean => {
  const ours = keysOfManager(secret, managerOf(work));
  return [...fieldsOf(work.step).keys()].every((key) => ours.has(key));
};

async function found(cluster: Cluster, step: Step): Promise<Secret> {
  const secret = await cluster.find<Secret>(pathTo(step));
  if (!secret) throw new RefusedError(`${shownOf(step)} is not in the cluster: collect again`);
  if (secret.immutable)
    throw new RefusedError(`${shownOf(step)} is immutable: make another Secret, and let its consumers read that`);
  return secret;
}

function credentialOf({ planned, context }: Work<Step>): NewCredential {
  const replaced = planned.for ?? planned.target;
  const credential = context.handOver.find(replaced);
  if (credential) return credential;
  throw new RefusedError(`the new value of ${replaced} is not known to this process: execute the step that issues it again`);
}

const withData =
  (data: Readonly<Record<string, string | null>>) =>
  (secret: Secret): Secret => {
    const merged = { ...secret.data, ...data };
    return {
      ...secret,
      data: Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null)) as Record<string, string>,
    };
  };

async function preflight(work: Work<Step>) {
  const { step, cluster } = work;
  const secret = await found(cluster, step);
  const keys = [...fieldsOf(step).keys()];
  const missing = keys.filter((key) => secret.data?.[key] === undefined);
  if (missing.length === keys.length)
    return refused(`${shownOf(step)} has no ${missing.join(', ')}: what its consumers read is elsewhere; collect again`);
  const rehearse = () => cluster.change<Secret>(pathTo(step), (now) => withData({ [step.key]: '' })(now), { dryRun: true });
  const refusals = await wouldBeRefused(`writing ${shownOf(step)}`, rehearse);
  const rolled = step.restart
    ? await restart(cluster, step, { dryRun: true, at: work.context.now() })
    : { restarted: [], problems: [] };
  const before: Before = {
    data: Object.fromEntries(keys.map((key) => [key, secret.data?.[key] ?? null])),
    uid: secret.metadata.uid,
    restarted: rolled.restarted,
  };
  return { refusals: [...refusals, ...rolled.problems], preImage: JSON.stringify(before), preexisting: false };
}

export const secretKey: Handling<Step> = {
  preflight,
  async apply(work) {
    const { step, cluster, context } = work;
    await found(cluster, step);
    const credential = credentialOf(work);
    const data = Object.fromEntries([...fieldsOf(step)].map(([key, field]) => [key, partOf(credential, field)]));
    await cluster.change<Secret>(pathTo(step), withData(data), { manager: managerOf(work) });
    const rolled = step.restart
      ? await restart(cluster, step, { dryRun: false, at: context.now() })
      : { restarted: [], problems: [] };
    const evidence = [`${[...fieldsOf(step).keys()].join(', ')} of ${shownOf(step)} has the new value`];
    return { evidence: [...evidence, ...rolled.restarted.map(({ shown }) => `rolled out anew: ${shown}`), ...rolled.problems] };
  },
  async probe(work) {
    const { step, cluster } = work;
    const secret = await cluster.find<Secret>(pathTo(step));
    if (!secret) return { state: 'not-effective', evidence: [`${shownOf(step)} is not there`] };
    const keys = [...fieldsOf(step).keys()].join(', ');
    return writtenByUs(secret, work)
      ? { state: 'effective', evidence: [`${keys} of ${shownOf(step)} is as this step wrote it`] }
      : {
          state: 'not-effective',
          evidence: [`${keys} of ${shownOf(step)} was not written by this step, or by somebody else since`],
        };
  },
  async undo(work, preImage) {
    const { step, cluster } = work;
    const before = JSON.parse(preImage) as Before;
    const secret = await found(cluster, step);
    const keys = Object.keys(before.data);
    const isBack = keys.every((key) => (secret.data?.[key] ?? null) === before.data[key]);
    if (!isBack && !writtenByUs(secret, work))
      throw new RefusedError(`${keys.join(', ')} of ${shownOf(step)} was changed by somebody else since: it is left alone`);
    if (!isBack) await cluster.change<Secret>(pathTo(step), withData(before.data), { manager: 'interlock-undo' });
    const evidence = [`${keys.join(', ')} of ${shownOf(step)} has its old value again`];
    return { evidence: [...evidence, ...(await restoreRestarts(cluster, before.restarted))] };
  },
};

function partOf(credential: NewCredential, field: string): string {
  const value = credential[field];
  if (value === undefined)
    throw new RefusedError(`the new credential has no ${field}, only ${Object.keys(credential).sort().join(', ')}: plan again`);
  return Buffer.from(value, 'utf8').toString('base64');
}
