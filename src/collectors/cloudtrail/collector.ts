/**
 * CloudTrail logs: which proof was used from where, what it minted, what it touched. One scope per account that the log is of. A live
 * source brings the log into a folder of its own first: counts and order come from all of it, however often it is fetched.
 */
import { z } from 'zod';
import { EVERY_SCOPE } from '../../model/collection.ts';
import type { Time } from '../../model/entity.ts';
import { InputError } from '../../model/errors.ts';
import { SeenTexts } from '../../model/seen-texts.ts';
import type { CollectContext, Collected, Collector } from '../../ports/collector.ts';
import { checkFolder } from '../files/check-folder.ts';
import { isLarge, readText } from '../files/content.ts';
import { CoverageNotes } from '../files/coverage.ts';
import { parseJson, readJsonLines, streamJson } from '../files/json.ts';
import { type FileHead, readFolder } from '../files/read-folder.ts';
import { firstKeys } from '../files/recognise.ts';
import { nameOf } from '../files/shape.ts';
import type { SourceFile } from '../files/walk.ts';
import { AccountFacts } from './account-facts.ts';
import { trailEvent } from './event.ts';
import { liveSettings } from './live/settings.ts';

const settings = z
  .strictObject({ files: z.string().min(1).optional(), live: liveSettings.optional() })
  .refine(({ files, live }) => (files === undefined) !== (live === undefined), { message: 'give either `files` or `live`' });

/** A record may have 256 KB, so that the second line of a log may begin late. */
const HEAD_BYTES = 512 * 1024;
const FACTS_PER_BATCH = 5000;

export const cloudtrailCollector: Collector<z.infer<typeof settings>> = {
  type: 'cloudtrail',
  emits: {
    entities: ['User', 'Role', 'Group', 'External', 'Credential', 'Session', 'Secret', 'Workload', 'Resource', 'Origin'],
    relationships: ['AUTHENTICATES_AS', 'ACTS_FOR', 'MINTED', 'CAN_ASSUME', 'USES', 'ACCESSED'],
  },
  settings,
  saves: ({ live }) => live !== undefined,
  async *check({ files, live }, context) {
    if (live) yield* (await import('./live/check-live.ts')).checkLive(live, context);
    else
      yield* checkFolder({
        root: files ?? '',
        context,
        headBytes: HEAD_BYTES,
        knows: (_, head) => readerOf(head) !== undefined,
      });
  },
  async *collect({ files, live }, context) {
    const log = new Log();
    const coverage = new CoverageNotes();
    if (live) {
      const { fetchTrail } = await import('./live/fetch-trail.ts');
      yield* fetchTrail({ live, context, coverage });
    }
    yield* readFolder({
      root: live?.spool ?? files ?? '',
      context,
      headBytes: HEAD_BYTES,
      read: (file, head) => readTrail({ file, head, context, log, coverage }),
      broken: (text) => coverage.missing(EVERY_SCOPE, text),
    });
    for (const [account, facts] of log.accounts()) {
      coverage.seen(account);
      yield* inBatches(account, facts);
    }
    if (log.newest !== undefined) yield { type: 'newest-event', at: log.newest };
    yield* coverage.said();
  },
};

/** Events of all files, each once. */
class Log {
  newest: Time | undefined;
  readonly #ids = new SeenTexts();
  readonly #accounts = new Map<string, AccountFacts>();

  /** False when it is no event. */
  add(value: unknown): boolean {
    const event = trailEvent(value);
    if (!event) return false;
    const isUpdate = event.callId !== event.id;
    if (isUpdate && !this.#ids.add(`update ${event.id}`)) return true;
    const isNew = this.#ids.add(event.callId);
    if (!isNew && !isUpdate) return true;
    const isFirst = isNew && (event.sharedId === undefined || this.#ids.add(`shared ${event.sharedId}`));
    if (this.newest === undefined || event.at > this.newest) this.newest = event.at;
    const facts = this.#accounts.get(event.account) ?? new AccountFacts();
    this.#accounts.set(event.account, facts);
    facts.add(event, isFirst ? 1 : 0);
    return true;
  }

  accounts(): [string, AccountFacts][] {
    return [...this.#accounts].sort(([a], [b]) => (a < b ? -1 : 1));
  }
}

/** Entities first: a batch never names what is not there yet. */
function* inBatches(scope: string, facts: AccountFacts): Generator<Collected> {
  const [entities, relationships] = [facts.entities(), facts.relationships()];
  for (let at = 0; at < entities.length; at += FACTS_PER_BATCH) {
    yield { type: 'facts', scope, entities: entities.slice(at, at + FACTS_PER_BATCH), relationships: [] };
  }
  for (let at = 0; at < relationships.length; at += FACTS_PER_BATCH) {
    yield { type: 'facts', scope, entities: [], relationships: relationships.slice(at, at + FACTS_PER_BATCH) };
  }
}

interface Trail {
  readonly file: SourceFile;
  readonly head: FileHead;
  readonly context: CollectContext;
  readonly log: Log;
  readonly coverage: CoverageNotes;
}

const EVENT_KEYS = ['eventVersion', 'eventSource', 'eventName', 'userIdentity'];

function readTrail(trail: Trail): AsyncIterable<Collected> | Iterable<Collected> | undefined {
  const { form, head } = trail.head;
  // Digest files lie beside the logs; they hold hashes of them.
  if (form === 'json-object' && firstKeys(head).includes('digestStartTime')) return [];
  return readerOf(trail.head)?.(trail);
}

/** By the beginning of the file; undefined for what is no log. */
function readerOf({ form, head }: FileHead): ((trail: Trail) => AsyncGenerator<Collected>) | undefined {
  const keys = firstKeys(head);
  if (form === 'json-object' && keys.includes('Records')) return (trail) => readList(trail, 'Records');
  if (!EVENT_KEYS.some((key) => keys.includes(key))) return undefined;
  if (form === 'json-lines' || form === 'json-object') return readLines;
  return form === 'json-array' ? (trail) => readList(trail, '') : undefined;
}

async function* readLines(trail: Trail): AsyncGenerator<Collected> {
  const { file, context, log } = trail;
  let skipped = 0;
  for await (const line of readJsonLines(file, context.signal)) {
    if ('problem' in line) {
      trail.coverage.missing(EVERY_SCOPE, line.problem);
      yield { type: 'error', text: line.problem };
    } else if (!log.add(line.value)) skipped++;
  }
  yield* skippedIn(file, skipped);
}

async function* readList(trail: Trail, key: '' | 'Records'): AsyncGenerator<Collected> {
  let skipped = 0;
  for await (const value of records(trail, key)) if (!trail.log.add(value)) skipped++;
  yield* skippedIn(trail.file, skipped);
}

async function* records({ file, context }: Trail, key: '' | 'Records'): AsyncGenerator<unknown> {
  if (await isLarge(file)) {
    for await (const { value } of streamJson(file, [key ? `$.${key}.*` : '$.*'], context.signal)) yield value;
    return;
  }
  const whole = parseJson(await readText(file, context.signal), file.path);
  const list = key ? (whole as { Records?: unknown }).Records : whole;
  if (!Array.isArray(list)) throw new InputError(`${file.path}: ${key || 'top'}: expected a list, found ${nameOf(list)}`);
  yield* list;
}

function* skippedIn(file: SourceFile, skipped: number): Generator<Collected> {
  if (skipped > 0)
    yield {
      type: 'warning',
      text: `${file.path}: ${skipped} records are no CloudTrail events (time, source, name, identity or account is missing); skipped`,
    };
}
