/** Backup records into an empty store, in transactions of their own: whoever calls takes everything away when one fails. */
import type { BackupData, BackupType, TypedBackupRecord } from '../../model/backup.ts';
import { entityFactText } from '../../model/fact-text.ts';
import { relationshipId } from '../../model/relationship-id.ts';
import type { Token } from '../../ports/store.ts';
import {
  entityFields,
  entityFrom,
  type HeldClaim,
  listsOf,
  placeOf,
  relationshipFactText,
  relationshipFields,
  relationshipFrom,
} from './claims.ts';
import { type Client, inBatches, type Run } from './client.ts';
import { documentId } from './fact-store.ts';
import { saveRisks } from './finding-store.ts';
import { type Head, locked } from './head.ts';
import { saveJob, saveToken } from './job-store.ts';
import { saveApproval, saveHolds, savePlan, saveSteps } from './plan-store.ts';
import * as changes from './queries/changes.ts';
import * as facts from './queries/facts.ts';
import * as findings from './queries/findings.ts';
import * as ledger from './queries/ledger.ts';
import * as meta from './queries/meta.ts';

const PORTION = 5_000;

export async function writeBackup(client: Client, records: AsyncIterable<TypedBackupRecord>): Promise<number> {
  const numbers = createNumbers();
  let count = 0;
  let risks = 0;
  let portion: TypedBackupRecord[] = [];
  const flush = async (): Promise<void> => {
    if (portion.length > 0) await locked(client, (run, head) => writePortion(run, head, numbers, portion));
    portion = [];
  };
  for await (const record of records) {
    if (portion.length >= PORTION || (portion[0] && portion[0].type !== record.type)) await flush();
    portion.push(record);
    count++;
    if (record.type === 'risk') risks++;
  }
  await flush();
  await locked(client, (run, head) => finish(run, head, risks));
  return count;
}

/** An import is one change. */
async function finish(run: Run, head: Head, risks: number): Promise<void> {
  const [analysis] = await run(findings.analysis, {});
  if (analysis) await run(findings.setAnalysis, { ...analysis, subjects: risks });
  head.seq++;
  const change = { seq: head.seq, op: 'rebuild', type: 'graph', id: '', generation: head.generation };
  await run(changes.addChanges, { rows: [change] });
}

type Writers = {
  readonly [T in BackupType]: (
    rows: readonly BackupData[T][],
    to: { run: Run; head: Head; numbers: Numbers },
  ) => Promise<unknown>;
};

const each = async <T>(rows: readonly T[], write: (row: T) => Promise<unknown>): Promise<void> => {
  for (const row of rows) await write(row);
};

const WRITERS: Writers = {
  backup: async () => undefined,
  state: async ([state], { head }) => Object.assign(head, state),
  source: (rows, { run }) =>
    each(rows, (record) =>
      run(facts.saveSource, { name: record.name, fields: { isFirst: false, record: JSON.stringify(record) } }),
    ),
  entity: (rows, to) => writeEntityRecords(rows, to),
  relationship: (rows, to) => writeRelationshipRecords(rows, to),
  document: async (rows, { run }) => {
    const documents = rows.map(({ body, ...place }) => {
      const { origin, scope, subject, type, name } = place;
      return { ...place, id: documentId(origin, scope, subject, type, name), run: 0, body: JSON.stringify(body) };
    });
    await inBatches(documents, (some) => run(facts.saveDocuments, { rows: some }));
  },
  version: (rows, { run }) => {
    const versions = rows.map((version) => ({ ...version, body: JSON.stringify(version.body) }));
    return inBatches(versions, (some) => run(changes.addVersions, { rows: some }));
  },
  analysis: (rows, { run }) => each(rows, (row) => run(findings.setAnalysis, { ...row, head: null, subjects: 0 })),
  risk: (rows, { run }) => saveRisks(run, rows),
  acceptance: (rows, { run }) => each(rows, (row) => run(findings.accept, { finding: row.finding, body: JSON.stringify(row) })),
  plan: (rows, { run }) =>
    each(rows, async (stored) => {
      await savePlan(run, stored);
      await each(stored.approvals, (approval) => saveApproval(run, approval));
      if (stored.steps.length > 0) await saveSteps(run, stored.steps);
    }),
  hold: (rows, { run }) => saveHolds(run, rows),
  ledger: async (rows, { run, head }) => {
    await run(ledger.append, { rows: rows.map((row) => ({ id: row.id, seq: row.seq, body: JSON.stringify(row) })) });
    const last = rows.at(-1);
    if (last) Object.assign(head, { ledgerSeq: last.seq, ledgerHash: last.hash });
  },
  token: (rows, { run }) => each(rows, (token) => saveToken(run, token as unknown as Token)),
  job: (rows, { run }) => each(rows, (job) => saveJob(run, job)),
};

function writePortion(run: Run, head: Head, numbers: Numbers, portion: readonly TypedBackupRecord[]): Promise<unknown> {
  const type = portion[0]?.type as BackupType;
  const write = WRITERS[type] as (rows: readonly unknown[], to: object) => Promise<unknown>;
  return write(
    portion.map(({ data }) => data),
    { run, head, numbers },
  );
}

/** Runs are told by time and generation in a backup, by number here. */
interface Numbers {
  of(head: Head, at: string, generation: number): number;
  save(run: Run): Promise<void>;
}

function createNumbers(): Numbers {
  const known = new Map<string, number>();
  let unsaved: { number: number; at: string; generation: number }[] = [];
  return {
    of(head, at, generation) {
      const id = `${generation} ${at}`;
      let number = known.get(id);
      if (number === undefined) {
        number = ++head.runs;
        known.set(id, number);
        unsaved.push({ number, at, generation });
      }
      return number;
    },
    async save(run) {
      await inBatches(unsaved, (rows) => run(meta.addRuns, { rows }));
      unsaved = [];
    },
  };
}

interface To {
  readonly run: Run;
  readonly head: Head;
  readonly numbers: Numbers;
}

type Life = Pick<BackupData['entity']['claims'][number], 'origin' | 'scope' | 'generation' | 'lastSeen' | 'since'>;

const heldClaim = ({ head, numbers }: To, claim: Life, text: string): HeldClaim => ({
  place: placeOf(claim.origin, claim.scope),
  run: numbers.of(head, claim.lastSeen, claim.generation),
  first: numbers.of(head, claim.since, 0),
  text,
});

async function writeEntityRecords(rows: readonly BackupData['entity'][], to: To): Promise<void> {
  const created = rows.map(({ key, from, claims }) => {
    const held = claims.map((claim) => heldClaim(to, claim, entityFactText(claim.fact)));
    const { firstSeen, lastSeen, generation } = entityFrom(key, held, runsOf(claims, held));
    return { ...entityFields(entityFrom(key, held)), ...listsOf(held), changedIn: from, firstSeen, lastSeen, generation };
  });
  await to.numbers.save(to.run);
  await inBatches(created, (some) => to.run(facts.createEntities, { rows: some }));
}

async function writeRelationshipRecords(rows: readonly BackupData['relationship'][], to: To): Promise<void> {
  const created = rows.map(({ from, claims, ...name }) => {
    const held = claims.map((claim) => heldClaim(to, claim, relationshipFactText(claim.fact)));
    const merged = relationshipFrom(name, held);
    const fields = relationshipFields(relationshipId(name), merged);
    return { ...name, fields: { ...fields, ...listsOf(held), changedIn: from } };
  });
  await to.numbers.save(to.run);
  await inBatches(created, (some) => to.run(facts.createRelationships, { rows: some }));
}

/** The runs of these claims, which the store does not have yet. */
const runsOf = (claims: readonly Life[], held: readonly HeldClaim[]) =>
  new Map(
    claims.flatMap(({ since, lastSeen, generation }, i) => [
      [held[i]?.first as number, { at: since, generation: 0 }],
      [held[i]?.run as number, { at: lastSeen, generation }],
    ]),
  );
