/** The `kubernetes` source: manifests, `kubectl get` and the audit log in files, or an API server. Two scopes: `cluster` and `audit`. */
import { z } from 'zod';
import { EVERY_SCOPE } from '../../model/collection.ts';
import type { DocumentFact } from '../../model/entity.ts';
import type { Checked } from '../../ports/checked.ts';
import type { CheckContext, CollectContext, Collected, Collector } from '../../ports/collector.ts';
import { batches } from '../files/batches.ts';
import { checkFolder } from '../files/check-folder.ts';
import { CoverageNotes } from '../files/coverage.ts';
import { AuditFacts } from './audit-facts.ts';
import { Cluster } from './cluster.ts';
import { issuerName } from './convert.ts';
import { rbacDocuments } from './documents.ts';
import { Inventory } from './inventory.ts';
import { liveSettings } from './live/settings.ts';
import { isOfCluster, readFiles } from './read.ts';
import type { KubernetesRecord } from './records.ts';
import { clusterFacts, type FactStream } from './resolve.ts';

const settings = z
  .strictObject({
    files: z.string().min(1).optional(),
    live: liveSettings.optional(),
    /** The cluster's token issuer, where neither a file nor the server says it. */
    issuer: z.string().min(1).optional(),
  })
  .refine(({ files, live }) => (files === undefined) !== (live === undefined), { message: 'give either `files` or `live`' });
export type KubernetesSettings = z.infer<typeof settings>;

export const CLUSTER_SCOPE = 'cluster';
export const AUDIT_SCOPE = 'audit';
const FACTS_PER_BATCH = 5000;
const DOCUMENTS_PER_BATCH = 500;

export const kubernetesCollector: Collector<KubernetesSettings> = {
  type: 'kubernetes',
  emits: {
    entities: [
      'Scope',
      'ServiceAccount',
      'User',
      'Group',
      'Role',
      'External',
      'Credential',
      'Session',
      'Secret',
      'Workload',
      'Permission',
      'Resource',
      'Origin',
    ],
    relationships: [
      'CONTAINS',
      'MEMBER_OF',
      'HAS_GRANT',
      'CAN_READ',
      'CAN_PUT',
      'CAN_CONTROL',
      'CAN_ASSUME',
      'RUNS_AS',
      'READS',
      'USES',
      'EXPOSES',
      'AUTHENTICATES_AS',
      'HOSTS',
      'ESCAPES_TO',
      'ACCESSED',
      'MINTED',
    ],
  },
  settings,
  saves: ({ live }) => live !== undefined,
  check,
  collect,
};

async function* check({ files, live }: KubernetesSettings, context: CheckContext): AsyncGenerator<Checked> {
  if (live) yield* (await import('./live/check-live.ts')).checkLive(live, context);
  else yield* checkFolder({ root: files ?? '', context, knows: (_, head) => isOfCluster(head) });
}

async function* collect({ files, live, issuer }: KubernetesSettings, context: CollectContext): AsyncGenerator<Collected> {
  const notes = new CoverageNotes();
  const inventory = new Inventory();
  const audit = new AuditFacts(context.source);
  if (issuer !== undefined) inventory.add({ type: 'issuer', issuer: issuerName(issuer) });
  const sink = {
    record: (record: KubernetesRecord) => inventory.add(record),
    event: (value: unknown) => audit.add(value),
    broken: (text: string) => notes.missing(live ? CLUSTER_SCOPE : EVERY_SCOPE, text),
  };
  if (live) {
    notes.seen(CLUSTER_SCOPE);
    const { collectLive } = await import('./live/collect-live.ts');
    yield* collectLive(live, context, sink);
  } else yield* readFiles(files ?? '', context, sink);
  yield* saidOf({ inventory, audit, notes, context });
  yield* notes.said();
}

/** What was read of a cluster, wherever from. */
export interface Gathered {
  readonly inventory: Inventory;
  readonly audit: AuditFacts;
  readonly notes: CoverageNotes;
  readonly context: CollectContext;
}

/** Facts of all that was gathered, and the layers that nobody asked. */
export function* saidOf({ inventory, audit, notes, context }: Gathered): Generator<Collected> {
  const cluster = new Cluster(inventory, context.source);
  if (!inventory.isEmpty) {
    notes.seen(CLUSTER_SCOPE);
    yield { type: 'layer-missing', layer: ADMISSION_LAYER };
    yield* inBatches(CLUSTER_SCOPE, clusterFacts(cluster), context);
    yield* documentsIn(cluster);
  }
  if (audit.isEmpty) return;
  notes.seen(AUDIT_SCOPE);
  audit.foldPods((place) => cluster.running.ofPod.get(place));
  yield* inBatches(AUDIT_SCOPE, audit, context);
  if (audit.newest !== undefined) yield { type: 'newest-event', at: audit.newest };
}

/** Pod Security labels are read; what other admission refuses is not. */
const ADMISSION_LAYER = 'admission policies of Kubernetes (ValidatingAdmissionPolicy, webhooks such as Kyverno and Gatekeeper)';

/** Entities first: a batch never names what is not there yet. */
function* inBatches(scope: string, facts: FactStream, { signal }: CollectContext): Generator<Collected> {
  for (const entities of batches(facts.entities(), FACTS_PER_BATCH)) {
    signal.throwIfAborted();
    yield { type: 'facts', scope, entities, relationships: [] };
  }
  for (const relationships of batches(facts.relationships(), FACTS_PER_BATCH)) {
    signal.throwIfAborted();
    yield { type: 'facts', scope, entities: [], relationships };
  }
}

function* documentsIn(cluster: Cluster): Generator<Collected> {
  for (const documents of batches<DocumentFact>(rbacDocuments(cluster), DOCUMENTS_PER_BATCH))
    yield { type: 'facts', scope: CLUSTER_SCOPE, entities: [], relationships: [], documents };
}
