/** The subject is taken out of every binding that names it; RBAC only adds, so nothing else denies. */
import { setTimeout as wait } from 'node:timers/promises';
import { RefusedError } from '../../model/errors.ts';
import { type KubernetesStepOf, type KubernetesSubject, kubernetesUser } from '../../model/kubernetes-actions.ts';
import type { Applied, Preflight, Probed } from '../../ports/enforcer.ts';
import { refused } from '../step/refused.ts';
import { type Cluster, type KubeObject, pathOf } from './cluster.ts';
import type { Handling, Work } from './handling.ts';
import { lifeline, ownAccess, wouldBeRefused } from './own-access.ts';
import { type Answers, groupsOf, stillAllowed } from './questions.ts';

const RBAC = 'rbac.authorization.k8s.io/v1';

export interface BindingEntry {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  readonly apiGroup?: string;
}

export interface Binding extends KubeObject {
  readonly roleRef: { readonly apiGroup: string; readonly kind: string; readonly name: string };
  readonly subjects?: readonly BindingEntry[] | null;
}

/** `<namespace or _>/<plural>/<name>`. */
export const referenceOf = ({ metadata: { namespace, name } }: Binding): string =>
  namespace === undefined ? `_/clusterrolebindings/${name}` : `${namespace}/rolebindings/${name}`;

export function bindingPath(reference: string): string {
  const [namespace = '', plural = '', name = ''] = reference.split('/');
  return pathOf(RBAC, namespace, plural, name);
}

/** An entry of a service account may also name it as a user. */
export const isEntryOf = (subject: KubernetesSubject) => {
  const user = kubernetesUser(subject);
  return ({ kind, name, namespace }: BindingEntry): boolean =>
    (kind === subject.subject && name === subject.name && (kind !== 'ServiceAccount' || namespace === subject.namespace)) ||
    (kind === 'User' && name === user);
};

async function bindingsOf(cluster: Cluster, wanted: (entry: BindingEntry) => boolean): Promise<Binding[]> {
  const lists = await Promise.all(
    ['rolebindings', 'clusterrolebindings'].map((plural) => cluster.list<Binding>(pathOf(RBAC, '', plural))),
  );
  return lists.flat().filter(({ subjects }) => subjects?.some(wanted));
}

/** A binding as it was, as far as a step may change it. */
export interface BindingBefore {
  readonly reference: string;
  readonly roleRef: Binding['roleRef'];
  readonly subjects: readonly BindingEntry[];
}

const before = (binding: Binding): BindingBefore => ({
  reference: referenceOf(binding),
  roleRef: binding.roleRef,
  subjects: binding.subjects ?? [],
});

export const withoutSubject =
  (subject: KubernetesSubject) =>
  (binding: Binding): Binding | undefined => {
    const isEntry = isEntryOf(subject);
    const kept = (binding.subjects ?? []).filter((entry) => !isEntry(entry));
    return kept.length === (binding.subjects?.length ?? 0) ? undefined : { ...binding, subjects: kept };
  };

/** Whether there is such a subject at all, as far as the cluster keeps it: users and groups are only names. */
async function isKnown(cluster: Cluster, { subject, name, namespace }: KubernetesSubject, bindings: readonly Binding[]) {
  if (subject !== 'ServiceAccount' || bindings.length > 0) return true;
  return (await cluster.find(pathOf('', namespace ?? '', 'serviceaccounts', name))) !== undefined;
}

const unknown = ({ subject, name, namespace }: KubernetesSubject): string =>
  `${subject} ${namespace === undefined ? '' : `${namespace}/`}${name} is not in the cluster, and no binding names it: collect again`;

type Step = KubernetesStepOf<'bindings'>;

async function preflight({ step, planned, cluster }: Work<Step>): Promise<Preflight> {
  const found = await bindingsOf(cluster, isEntryOf(step));
  if (!(await isKnown(cluster, step, found))) return refused(unknown(step));
  if (planned.action === 'save') return { refusals: [], preImage: '', preexisting: false };
  const refusals = lifeline(await ownAccess(cluster), step);
  for (const binding of found) {
    const path = bindingPath(referenceOf(binding));
    refusals.push(
      ...(await wouldBeRefused(`taking ${step.name} out of ${referenceOf(binding)}`, () =>
        cluster.change(path, withoutSubject(step), { dryRun: true }),
      )),
    );
  }
  return { refusals, preImage: JSON.stringify(found.map(before)), preexisting: found.length === 0 };
}

async function apply({ step, planned, cluster }: Work<Step>): Promise<Applied> {
  const found = await bindingsOf(cluster, isEntryOf(step));
  if (!(await isKnown(cluster, step, found))) throw new RefusedError(unknown(step));
  if (planned.action === 'save') return { evidence: found.length === 0 ? ['no binding names it'] : found.map(inWords) };
  const evidence: string[] = [];
  for (const binding of found) {
    await cluster.change(bindingPath(referenceOf(binding)), withoutSubject(step));
    evidence.push(`taken out of ${inWords(binding)}${putBack(binding)}`);
  }
  return { evidence: evidence.length === 0 ? ['no binding names it: nothing was changed'] : evidence };
}

const inWords = (binding: Binding): string =>
  `${referenceOf(binding)} (${binding.roleRef.kind} ${binding.roleRef.name}, version ${binding.metadata.resourceVersion ?? '-'})`;

/** The API server repairs its own bindings when it starts. https://kubernetes.io/docs/reference/access-authn-authz/rbac/#auto-reconciliation */
const putBack = ({ metadata: { annotations = {} } }: Binding): string =>
  annotations['rbac.authorization.kubernetes.io/autoupdate'] === 'true'
    ? '; it is a default of Kubernetes: the API server puts it back when it starts'
    : '';

const isDefault = ({ metadata: { labels = {} } }: Binding): boolean => labels['kubernetes.io/bootstrapping'] === 'rbac-defaults';

/** The server's authorizer follows a change within a second: what it still allows is asked again before it is believed. */
const LAG_MS = [250, 500, 1000];

async function settledAnswers({ step, cluster, context }: Work<Step>): Promise<Answers> {
  let answers = await stillAllowed(cluster, step);
  for (const ms of LAG_MS) {
    if (answers.allowed.length === 0) break;
    await wait(ms, undefined, { signal: context.signal });
    answers = await stillAllowed(cluster, step);
  }
  return answers;
}

async function probe(work: Work<Step>): Promise<Probed> {
  const { step, planned, cluster } = work;
  const naming = await bindingsOf(cluster, isEntryOf(step));
  const list = naming.map(referenceOf);
  if (planned.action === 'save') return { state: 'effective', evidence: [`bindings that name it: ${list.join(', ') || 'none'}`] };
  if (naming.length > 0) return { state: 'not-effective', evidence: [`still named by ${list.join(', ')}`] };
  const groups = groupsOf(step).filter((group) => step.subject !== 'Group' || group !== step.name);
  const [byGroup, { asked, allowed }] = await Promise.all([
    bindingsOf(cluster, ({ kind, name }) => kind === 'Group' && groups.includes(name)),
    settledAnswers(work),
  ]);
  const left = byGroup.filter((binding) => !isDefault(binding)).map((binding) => `by a group it is still in ${inWords(binding)}`);
  const evidence = ['no binding names it', ...left, ...allowed];
  if (left.length + allowed.length > 0) return { state: 'partial', evidence };
  return { state: 'effective', evidence: [...evidence, `SubjectAccessReview: ${asked} rights asked for, all denied`] };
}

async function undo({ step, cluster }: Work<Step>, preImage: string): Promise<Applied> {
  const evidence: string[] = [];
  for (const one of JSON.parse(preImage) as readonly BindingBefore[]) evidence.push(await putSubjectBack(cluster, step, one));
  return { evidence: evidence.length === 0 ? ['nothing was there to bring back'] : evidence };
}

/** What others did to the binding meanwhile stays; a binding that they took away, or gave another role, is theirs. */
export async function putSubjectBack(
  cluster: Cluster,
  subject: KubernetesSubject,
  { reference, roleRef, subjects }: BindingBefore,
): Promise<string> {
  let said = `${reference}: as it was`;
  const changed = await cluster.change<Binding>(bindingPath(reference), (now) => {
    if (now.roleRef.kind !== roleRef.kind || now.roleRef.name !== roleRef.name) {
      said = `${reference}: now of ${now.roleRef.kind} ${now.roleRef.name}, by somebody else: it stays as it is`;
      return undefined;
    }
    const wanted = restored(subject, now.subjects ?? [], subjects);
    if (wanted) said = `${reference}: ${subject.subject} ${subject.name} is in it again`;
    return wanted && { ...now, subjects: wanted };
  });
  return changed ? said : `${reference}: deleted by somebody else since: it stays away`;
}

/** The list exactly as it was, where nobody else changed it; undefined when nothing is missing. */
function restored(
  subject: KubernetesSubject,
  now: readonly BindingEntry[],
  was: readonly BindingEntry[],
): readonly BindingEntry[] | undefined {
  const isEntry = isEntryOf(subject);
  const own = was.filter(isEntry);
  const missing = own.filter((entry) => !now.some((other) => sameEntry(entry, other)));
  if (missing.length === 0) return undefined;
  const others = was.filter((entry) => !isEntry(entry));
  const isUntouched = now.length === others.length && now.every((entry, i) => sameEntry(entry, others[i] as BindingEntry));
  return isUntouched ? was : [...now, ...missing];
}

const sameEntry = (a: BindingEntry, b: BindingEntry): boolean =>
  a.kind === b.kind && a.name === b.name && (a.namespace ?? '') === (b.namespace ?? '');

export const bindings: Handling<Step> = { preflight, apply, probe, undo };
