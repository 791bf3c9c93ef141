/** One binding: the subject is taken out of it, or all of it goes. */
import { RefusedError } from '../../model/errors.ts';
import type { KubernetesStepOf } from '../../model/kubernetes-actions.ts';
import type { Binding, BindingBefore, BindingEntry } from './bindings.ts';
import { bindingPath, isEntryOf, putSubjectBack, withoutSubject } from './bindings.ts';
import { type Cluster, ConflictError, pathOf } from './cluster.ts';
import type { Handling, Work } from './handling.ts';
import { lifeline, type OwnAccess, ownAccess, wouldBeRefused } from './own-access.ts';

type Step = KubernetesStepOf<'binding'>;

/** The whole object, where it goes as a whole: without what the server sets. */
interface Before extends BindingBefore {
  readonly object?: object;
}

function objectOf({ apiVersion, kind, metadata, roleRef, subjects }: Binding): object {
  const { name, namespace, labels, annotations } = metadata;
  const own = {
    name,
    ...(namespace !== undefined && { namespace }),
    ...(labels && { labels }),
    ...(annotations && { annotations }),
  };
  return { apiVersion, kind, metadata: own, roleRef, ...(subjects && { subjects }) };
}

/** A binding that is gone was perhaps taken away by us; one of a namespace that is not there was never known. */
async function gone(cluster: Cluster, { binding }: Step): Promise<string> {
  const [namespace = ''] = binding.split('/');
  const hasPlace = namespace === '_' || (await cluster.find(pathOf('', '', 'namespaces', namespace))) !== undefined;
  if (!hasPlace) throw new RefusedError(`${binding}: there is no namespace ${namespace} in the cluster: collect again`);
  return `${binding} is not there`;
}

/** Those of us that it lets in. */
const holdsUs = (own: OwnAccess | undefined, entries: readonly BindingEntry[]): boolean =>
  own !== undefined &&
  entries.some(({ kind, name, namespace }) =>
    kind === 'Group'
      ? own.groups.includes(name)
      : own.user === (kind === 'ServiceAccount' ? `system:serviceaccount:${namespace ?? ''}:${name}` : name),
  );

export const binding: Handling<Step> = {
  async preflight({ step, cluster }) {
    const now = await cluster.find<Binding>(bindingPath(step.binding));
    if (!now) {
      await gone(cluster, step);
      return { refusals: [], preImage: JSON.stringify({ reference: step.binding }), preexisting: true };
    }
    const own = await ownAccess(cluster);
    const refusals = lifeline(own, step);
    if (step.whole && refusals.length === 0 && holdsUs(own, now.subjects ?? []))
      refusals.push(`${step.binding} is interlock's own access to the cluster: deleting it would end the way to undo it`);
    refusals.push(...(await wouldBeRefused(`changing ${step.binding}`, () => change(cluster, step, true))));
    const before: Before = {
      reference: step.binding,
      roleRef: now.roleRef,
      subjects: now.subjects ?? [],
      ...(step.whole && { object: objectOf(now) }),
    };
    return { refusals, preImage: JSON.stringify(before), preexisting: !step.whole && !names(step, now) };
  },
  async apply({ step, cluster }) {
    const now = await cluster.find<Binding>(bindingPath(step.binding));
    if (!now) return { evidence: [`${await gone(cluster, step)} any more`] };
    await change(cluster, step, false);
    const role = `${now.roleRef.kind} ${now.roleRef.name}, version ${now.metadata.resourceVersion ?? '-'}`;
    return { evidence: [`${step.whole ? 'deleted' : `${step.name} was taken out of`} ${step.binding} (${role})`] };
  },
  async probe({ step, cluster }) {
    const now = await cluster.find<Binding>(bindingPath(step.binding));
    if (!now) return { state: 'effective', evidence: [await gone(cluster, step)] };
    if (step.whole || names(step, now)) return { state: 'not-effective', evidence: [`${step.binding} still names ${step.name}`] };
    return { state: 'effective', evidence: [`${step.binding} does not name ${step.name}`] };
  },
  async undo({ step, cluster }, preImage) {
    const before = JSON.parse(preImage) as Before;
    if (!step.whole) return { evidence: [await putSubjectBack(cluster, step, before)] };
    return { evidence: [await recreate(cluster, step, before)] };
  },
};

const names = (step: Step, { subjects }: Binding): boolean => (subjects ?? []).some(isEntryOf(step));

async function change(cluster: Cluster, step: Step, dryRun: boolean): Promise<void> {
  const path = bindingPath(step.binding);
  if (!step.whole) {
    await cluster.change(path, withoutSubject(step), { dryRun });
    return;
  }
  const now = await cluster.find(path);
  if (now) await cluster.delete(path, { uid: now.metadata.uid, dryRun });
}

/** The role of a binding cannot be changed, so it is made again; one that somebody else made meanwhile is theirs. */
async function recreate(cluster: Cluster, step: Work<Step>['step'], { object, roleRef }: Before): Promise<string> {
  const path = bindingPath(step.binding);
  try {
    await cluster.create(path.slice(0, path.lastIndexOf('/')), object ?? {});
    return `${step.binding} is there again, with a new uid`;
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
  }
  const now = await cluster.find<Binding>(path);
  if (now && now.roleRef.name === roleRef.name && now.roleRef.kind === roleRef.kind) return `${step.binding} is there already`;
  throw new RefusedError(`${step.binding} was made anew by somebody else, with another role: it is left alone; look at it`);
}
