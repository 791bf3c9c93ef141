/** What mounts a Secret, or reads it into its environment, is rolled out anew, as `kubectl rollout restart` does it. */
import { type Cluster, type KubeObject, pathOf } from './cluster.ts';
import { wouldBeRefused } from './own-access.ts';

/** https://kubernetes.io/docs/reference/labels-annotations-taints/#kubectl-k8s-io-restart-at */
const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt';
const KINDS = ['deployments', 'statefulsets', 'daemonsets'] as const;

/** A workload, and its mark as it was before. */
export interface Restarted {
  readonly path: string;
  readonly shown: string;
  readonly before: string | null;
}

interface Container {
  readonly env?: readonly { readonly valueFrom?: { readonly secretKeyRef?: { readonly name?: string } } }[];
  readonly envFrom?: readonly { readonly secretRef?: { readonly name?: string } }[];
}

interface Workload extends KubeObject {
  readonly spec?: {
    readonly template?: {
      readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
      readonly spec?: {
        readonly containers?: readonly Container[];
        readonly initContainers?: readonly Container[];
        readonly volumes?: readonly {
          readonly secret?: { readonly secretName?: string };
          readonly projected?: { readonly sources?: readonly { readonly secret?: { readonly name?: string } }[] };
        }[];
      };
    };
  };
}

function reads({ spec }: Workload, secret: string): boolean {
  const { containers = [], initContainers = [], volumes = [] } = spec?.template?.spec ?? {};
  return (
    volumes.some(
      (volume) =>
        volume.secret?.secretName === secret || volume.projected?.sources?.some((source) => source.secret?.name === secret),
    ) ||
    [...containers, ...initContainers].some(
      ({ env = [], envFrom = [] }) =>
        env.some(({ valueFrom }) => valueFrom?.secretKeyRef?.name === secret) ||
        envFrom.some(({ secretRef }) => secretRef?.name === secret),
    )
  );
}

const mark = (value: string | null): object => ({ spec: { template: { metadata: { annotations: { [RESTARTED_AT]: value } } } } });

export interface RestartOptions {
  readonly dryRun: boolean;
  readonly at: Date;
}

export async function restart(
  cluster: Cluster,
  { namespace, secret }: { readonly namespace: string; readonly secret: string },
  { dryRun, at }: RestartOptions,
): Promise<{ readonly restarted: readonly Restarted[]; readonly problems: readonly string[] }> {
  const restarted: Restarted[] = [];
  const problems: string[] = [];
  for (const plural of KINDS) {
    for (const workload of await cluster.list<Workload>(pathOf('apps/v1', namespace, plural))) {
      if (!reads(workload, secret)) continue;
      const { name } = workload.metadata;
      const path = pathOf('apps/v1', namespace, plural, name);
      const shown = `${namespace}/${plural}/${name}`;
      const refusals = await wouldBeRefused(`rolling out ${shown}`, () =>
        cluster.merge(path, mark(at.toISOString()), { dryRun }),
      );
      problems.push(...refusals);
      const before = workload.spec?.template?.metadata?.annotations?.[RESTARTED_AT] ?? null;
      if (refusals.length === 0) restarted.push({ path, shown, before });
    }
  }
  return { restarted, problems };
}

/** The mark as it was: its pods are rolled out once more, with the old value. */
export async function restoreRestarts(cluster: Cluster, restarted: readonly Restarted[]): Promise<string[]> {
  const evidence: string[] = [];
  for (const { path, shown, before } of restarted) {
    if (!(await cluster.find(path))) continue;
    await cluster.merge(path, mark(before));
    evidence.push(`rolled out anew: ${shown}`);
  }
  return evidence;
}
