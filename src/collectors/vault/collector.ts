/**
 * The `vault` source: policies, saved answers and audit lines in files, or a server of Vault or OpenBao. Three scopes: `access` (policies,
 * logins, identities, secrets), `proofs` (secret-ids, tokens, leases) and `audit`.
 */
import { z } from 'zod';
import { ONE_LOGIN, saysOneLogin, vaultConnection } from '../../apis/vault/settings.ts';
import type { Facts } from '../../model/facts.ts';
import type { Checked } from '../../ports/checked.ts';
import type { CheckContext, CollectContext, Collected, Collector } from '../../ports/collector.ts';
import { batches } from '../files/batches.ts';
import { checkFolder } from '../files/check-folder.ts';
import { CoverageNotes } from '../files/coverage.ts';
import { Audit } from './audit.ts';
import { withStubsOf } from './facts.ts';
import { unreadMethods } from './identities.ts';
import { Inventory } from './inventory.ts';
import { isOfVault, readFiles, type Sink } from './read.ts';
import { resolved } from './resolve.ts';
import { ACCESS_SCOPE, AUDIT_SCOPE, PROOFS_SCOPE } from './scopes.ts';

const settings = z
  .strictObject({ files: z.string().min(1).optional(), live: vaultConnection.refine(saysOneLogin, ONE_LOGIN).optional() })
  .refine(({ files, live }) => (files === undefined) !== (live === undefined), { message: 'give either `files` or `live`' });
export type VaultSettings = z.infer<typeof settings>;

const FACTS_PER_BATCH = 5000;

export const vaultCollector: Collector<VaultSettings> = {
  type: 'vault',
  emits: {
    entities: ['Scope', 'Secret', 'Permission', 'Role', 'ServiceAccount', 'Group', 'External', 'Credential', 'Session', 'Origin'],
    relationships: [
      'CONTAINS',
      'MEMBER_OF',
      'CAN_ASSUME',
      'HAS_GRANT',
      'CAN_READ',
      'CAN_PUT',
      'CAN_WRITE',
      'CAN_CONTROL',
      'EXPOSES',
      'AUTHENTICATES_AS',
      'ACTS_FOR',
      'MINTED',
      'USES',
      'ACCESSED',
    ],
  },
  settings,
  saves: ({ live }) => live !== undefined,
  check,
  collect,
};

async function* check({ files, live }: VaultSettings, context: CheckContext): AsyncGenerator<Checked> {
  if (live) yield* (await import('./live/check-live.ts')).checkLive(live, context);
  else yield* checkFolder({ root: files ?? '', context, knows: (_, head) => isOfVault(head) });
}

async function* collect({ files, live }: VaultSettings, context: CollectContext): AsyncGenerator<Collected> {
  const notes = new CoverageNotes();
  const inventory = new Inventory();
  const audit = new Audit(context.source, inventory);
  const sink: Sink = { inventory, audit, broken: (scope, text) => notes.missing(scope, text) };
  if (live) {
    notes.seen(ACCESS_SCOPE);
    notes.seen(PROOFS_SCOPE);
    yield* (await import('./live/collect-live.ts')).collectLive(live, context, sink);
  } else yield* readFiles(files ?? '', context, sink);
  yield* saidOf({ inventory, audit, notes, context });
  yield* notes.said();
}

interface Gathered {
  readonly inventory: Inventory;
  readonly audit: Audit;
  readonly notes: CoverageNotes;
  readonly context: CollectContext;
}

function* saidOf({ inventory, audit, notes, context }: Gathered): Generator<Collected> {
  const { source, now } = context;
  const { access, proofs, problems, missing, leftOut, known } = resolved(inventory, { source, now: now.toISOString() });
  for (const text of problems) {
    notes.missing(ACCESS_SCOPE, text);
    yield { type: 'error', text };
  }
  for (const name of missing)
    notes.missing(ACCESS_SCOPE, `policy ${name} is held, and was not collected: read sys/policies/acl/${name}`);
  for (const method of unreadMethods(inventory))
    yield { type: 'warning', text: `${method}: who logs in there, and with which policies, is not read` };
  if (leftOut > 0)
    yield {
      type: 'warning',
      text: `${leftOut} more paths that policies name are not shown as places: list what is in the engines`,
    };
  if (!inventory.isEmpty) {
    notes.seen(ACCESS_SCOPE);
    yield* inBatches(ACCESS_SCOPE, access, context);
  }
  if (inventory.hasProofs) {
    notes.seen(PROOFS_SCOPE);
    yield* inBatches(PROOFS_SCOPE, proofs, context);
  }
  if (audit.isEmpty) return;
  notes.seen(AUDIT_SCOPE);
  yield* inBatches(AUDIT_SCOPE, withStubsOf(known, audit.facts()), context);
  if (audit.newest !== undefined) yield { type: 'newest-event', at: audit.newest };
}

/** Entities first: a batch never names what is not there yet. */
function* inBatches(scope: string, facts: Facts, { signal }: CollectContext): Generator<Collected> {
  for (const entities of batches(facts.entities, FACTS_PER_BATCH)) {
    signal.throwIfAborted();
    yield { type: 'facts', scope, entities, relationships: [] };
  }
  for (const relationships of batches(facts.relationships, FACTS_PER_BATCH)) {
    signal.throwIfAborted();
    yield { type: 'facts', scope, entities: [], relationships };
  }
}
