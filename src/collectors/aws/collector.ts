/** The `aws` source: exports of AWS's own APIs in files, or the APIs themselves. One scope for each account. */
import { z } from 'zod';
import { loadCatalogue } from '../../iam/aws/catalogue.ts';
import type { Checked } from '../../ports/checked.ts';
import type { CheckContext, CollectContext, Collected, Collector } from '../../ports/collector.ts';
import { checkFolder } from '../files/check-folder.ts';
import { CoverageNotes } from '../files/coverage.ts';
import { noteDisputes } from './disputed.ts';
import { Estate } from './estate.ts';
import { unplacedAccounts, unreadPolicies } from './guardrails.ts';
import { DIRECTORY_SCOPE, directoryFacts, directoryGaps } from './identity-center.ts';
import { Inventory } from './inventory.ts';
import { liveSettings } from './live/settings.ts';
import { organizationFacts, organizationScope } from './organization-facts.ts';
import { isExport, readExports } from './read.ts';
import { accountFacts } from './resolve.ts';
import type { Reading } from './row.ts';
import { addCodeObjects } from './sources.ts';

const settings = z
  .strictObject({ files: z.string().min(1).optional(), live: liveSettings.optional() })
  .refine(({ files, live }) => (files === undefined) !== (live === undefined), { message: 'give either `files` or `live`' });
export type AwsSettings = z.infer<typeof settings>;

export const awsCollector: Collector<AwsSettings> = {
  type: 'aws',
  emits: {
    entities: [
      'Scope',
      'User',
      'ServiceAccount',
      'Role',
      'Group',
      'Credential',
      'Session',
      'External',
      'Workload',
      'Resource',
      'Secret',
      'Repository',
      'Permission',
    ],
    relationships: [
      'AUTHENTICATES_AS',
      'ACTS_FOR',
      'MEMBER_OF',
      'CAN_ASSUME',
      'HAS_GRANT',
      'CAN_READ',
      'CAN_PUT',
      'CAN_WRITE',
      'CAN_CONTROL',
      'CONTAINS',
      'RUNS_AS',
      'EXPOSES',
      'HOLDS',
      'USES',
      'READS',
      'DEFINES',
    ],
  },
  settings,
  saves: ({ live }) => live !== undefined,
  check,
  collect,
};

async function* check({ files, live }: AwsSettings, context: CheckContext): AsyncGenerator<Checked> {
  if (live) yield* (await import('./live/check-live.ts')).checkLive(live, context);
  else yield* checkFolder({ root: files ?? '', context, knows: (_, head) => isExport(head) });
}

async function* collect(from: AwsSettings, context: CollectContext): AsyncGenerator<Collected> {
  const inventory = new Inventory();
  const notes = new CoverageNotes();
  yield* answersOf(from, { inventory, notes, context });
  addCodeObjects(inventory);
  const estate = new Estate(inventory, context.now);
  for (const id of inventory.accounts.keys()) notes.seen(id);
  yield* organizationProblems(estate);
  yield* policyProblems(estate);
  noteAbsent(estate, notes);
  noteUnread(estate, notes);
  noteUnplaced(estate, notes);
  noteDisputes(estate.disputes, inventory, notes);
  yield* missingLayers(estate);
  const catalogue = await loadCatalogue([...estate.things.keys()].map((arn) => arn.split(':', 3)[2] ?? ''));
  for (const { account, entities, relationships, documents } of accountFacts(estate, catalogue)) {
    context.signal.throwIfAborted();
    yield { type: 'facts', scope: account, entities, relationships, documents };
  }
  for (const organization of inventory.organizations.values()) {
    const scope = organizationScope(organization);
    notes.seen(scope);
    yield { type: 'facts', scope, ...organizationFacts(estate, organization) };
  }
  yield* directoryOf(estate, notes);
  yield* notes.said();
}

function* directoryOf(estate: Estate, notes: CoverageNotes): Generator<Collected> {
  const facts = directoryFacts(estate);
  const gaps = directoryGaps(estate.inventory);
  if (facts.entities.length === 0 && gaps.length === 0) return;
  notes.seen(DIRECTORY_SCOPE);
  for (const gap of gaps) notes.missing(DIRECTORY_SCOPE, gap);
  yield { type: 'facts', scope: DIRECTORY_SCOPE, ...facts };
}

/** An account belongs to one organization at a time: of two, the first that names it counts. */
function* organizationProblems({ inventory, people }: Estate): Generator<Collected> {
  const owners = new Map<string, string>();
  for (const { id, accounts } of inventory.organizations.values())
    for (const account of accounts.keys()) {
      const other = owners.get(account);
      if (other)
        yield { type: 'warning', text: `account ${account}: ${other} and ${id} both have it; one of the two exports is old` };
      else owners.set(account, id);
    }
  const policies = people.principals.flatMap(({ guardrails }) => [guardrails.serviceControl, guardrails.resourceControl].flat(2));
  for (const policy of new Set(policies))
    for (const problem of policy?.problems ?? [])
      yield { type: 'warning', text: `control policy ${policy?.name}: ${problem}; the policy grants nothing` };
}

/** The SDK is loaded only where it is needed: reading files takes none of it. */
async function* answersOf({ files, live }: AwsSettings, reading: Omit<Reading, 'root'>): AsyncGenerator<Collected> {
  if (live) {
    const { collectLive } = await import('./live/collect-live.ts');
    yield* collectLive({ ...reading, live });
  } else yield* readExports({ ...reading, root: files ?? '' });
}

function* policyProblems(estate: Estate): Generator<Collected> {
  for (const { account, text } of estate.book.problems) yield { type: 'warning', text: `account ${account}: ${text}` };
  for (const thing of estate.things.values())
    for (const problem of thing.policy?.problems ?? [])
      yield {
        type: 'warning',
        text: `account ${thing.item.account}: ${thing.policy?.name}: ${problem}; the policy grants nothing`,
      };
}

/** A document that is referred to and absent may grant or deny: the account is partial, and the document is named. */
function noteAbsent(estate: Estate, notes: CoverageNotes): void {
  const users = new Map<string, string[]>();
  for (const principal of estate.people.principals)
    for (const arn of principal.absent)
      users.set(`${principal.account} ${arn}`, [...(users.get(`${principal.account} ${arn}`) ?? []), principal.name]);
  for (const [id, names] of users) {
    const [account, arn] = id.split(' ', 2) as [string, string];
    const shown = names.slice(0, 3).join(', ') + (names.length > 3 ? `, and ${names.length - 3} more` : '');
    notes.missing(
      account,
      `${arn}: set on ${shown}, and its document is in no file; add the account's get-account-authorization-details, filters included`,
    );
  }
}

/** A policy that is there and cannot be read makes what it may deny unsure. */
function noteUnread({ inventory, things }: Estate, notes: CoverageNotes): void {
  for (const { arn, item, unread } of things.values())
    if (unread) notes.missing(item.account, `the policy of ${arn} is no JSON object; collect it again`);
  for (const organization of inventory.organizations.values())
    for (const name of unreadPolicies(organization))
      notes.missing(
        organizationScope(organization),
        `control policy ${name}: its content is in no file; add the answer of describe-policy`,
      );
}

/** Without its place in the organization it is not known which control policies bind an account. */
function noteUnplaced({ inventory }: Estate, notes: CoverageNotes): void {
  for (const organization of inventory.organizations.values())
    for (const account of unplacedAccounts(organization))
      notes.missing(
        organizationScope(organization),
        `account ${account}: no ParentId leads to the root, and control policies are on units; add the answer of list-parents`,
      );
}

function* missingLayers(estate: Estate): Generator<Collected> {
  const rails = [...estate.inventory.accounts.keys()].map(
    (id) => estate.people.principals.find((one) => one.account === id)?.guardrails,
  );
  const known = rails.filter((one) => one !== undefined);
  if (known.some((one) => one.serviceControl === undefined)) yield { type: 'layer-missing', layer: 'service control policies' };
  if (known.some((one) => one.resourceControl === undefined)) yield { type: 'layer-missing', layer: 'resource control policies' };
  if ([...estate.things.values()].some((thing) => thing.policy === undefined))
    yield { type: 'layer-missing', layer: 'key policies' };
}
