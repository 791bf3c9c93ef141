import { brokenLink, type LedgerRecord } from '../../model/ledger.ts';
import type { Approval } from '../../model/plan.ts';
import type { LedgerStore } from '../../ports/store.ts';

export interface RecordedPlan {
  readonly hash: string;
  /** Of all that it says; absent in records of versions that did not keep it. */
  readonly digest: string | undefined;
}

/** What the ledger says of plans and approvals: the store may hold no others. */
export interface LedgerFacts {
  /** The first broken link, in words. */
  readonly problem: string | undefined;
  /** When the newest record was written. */
  readonly newest: string | undefined;
  readonly plans: ReadonlyMap<string, RecordedPlan>;
  isRecorded(approval: Approval): boolean;
}

const PAGE = 1000;

/**
 * Verifies the chain and reads what it says. A process reads the whole ledger once and from then on only what is new, after having seen
 * that the record where it stopped is still the same.
 */
export function ledgerFacts(store: LedgerStore): Promise<LedgerFacts> {
  const reading = readings.get(store) ?? createReading(store);
  readings.set(store, reading);
  return reading();
}

const readings = new WeakMap<LedgerStore, () => Promise<LedgerFacts>>();

function createReading(store: LedgerStore): () => Promise<LedgerFacts> {
  const plans = new Map<string, RecordedPlan>();
  const approvals = new Map<string, { readonly hash: string; readonly expiresAt: string }>();
  let last: LedgerRecord | undefined;
  let problem: string | undefined;
  let turn: Promise<unknown> = Promise.resolve();

  const learn = ({ type, body, actor }: LedgerRecord): void => {
    const { plan, hash, expiresAt, digest } = body;
    if (typeof plan !== 'string') return;
    if (type === 'plan' && typeof hash === 'string')
      plans.set(plan, { hash, digest: typeof digest === 'string' ? digest : undefined });
    if (type === 'withdrawal') approvals.delete(placeOf(plan, actor));
    if (type !== 'approval' || typeof hash !== 'string' || typeof expiresAt !== 'string') return;
    approvals.set(placeOf(plan, actor), { hash, expiresAt });
  };

  async function readOn(): Promise<LedgerFacts> {
    problem = await cutOff(store, last);
    while (problem === undefined) {
      const page = await store.ledger(last?.seq ?? 0, PAGE);
      problem = brokenLink(page, last);
      if (problem !== undefined) break;
      for (const record of page) learn(record);
      last = page.at(-1) ?? last;
      if (page.length < PAGE) break;
    }
    return { problem, newest: last?.at, plans, isRecorded };
  }

  const isRecorded = ({ plan, by, hash, expiresAt }: Approval): boolean => {
    const known = approvals.get(placeOf(plan, by));
    return known?.hash === hash && known.expiresAt === expiresAt;
  };

  return () => {
    const facts = turn.then(readOn);
    turn = facts.catch(() => undefined);
    return facts;
  };
}

const placeOf = (plan: string, by: string): string => JSON.stringify([plan, by]);

/** Whether the end that was seen is there no more. */
async function cutOff(store: LedgerStore, last: LedgerRecord | undefined): Promise<string | undefined> {
  if (!last) return undefined;
  const [now] = await store.ledger(last.seq - 1, 1);
  return now?.hash === last.hash ? undefined : `record ${last.seq} is not the one that was there before`;
}
