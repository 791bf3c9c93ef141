/**
 * Collects one source: facts into the store, then the joins. Only scopes that the collector calls complete are swept; whatever
 * goes wrong in one place makes that scope partial and the rest goes on.
 */
import { EVERY_SCOPE, type ScopeCoverage } from '../model/collection.ts';
import type { DocumentFact, EntityFact, RelationshipFact } from '../model/entity.ts';
import { messageOf, RefusedError, UsageError } from '../model/errors.ts';
import type { Collected } from '../ports/collector.ts';
import type { CollectionRun, FactStore } from '../ports/store.ts';
import type { App, ConfiguredSource, Settings } from './app.ts';
import { inContext } from './context-rules.ts';
import { deriveFacts } from './derive.ts';
import { withLease } from './lease.ts';
import { pruneHistory } from './prune-history.ts';
import { secondsSince } from './seconds-since.ts';
import { settingsProblem } from './settings-problem.ts';

export interface CollectedSource {
  readonly name: string;
  readonly scopes: readonly ScopeCoverage[];
  readonly entities: number;
  readonly relationships: number;
  readonly swept: number;
  readonly warnings: readonly string[];
  readonly errors: readonly string[];
  readonly seconds: number;
}

export interface CollectOptions {
  readonly signal: AbortSignal;
  readonly onProgress?: (source: string, progress: { done: number; total: number; what: string }) => void;
  /** Keeps what a live source answers, see CollectContext. */
  readonly save?: (path: string, content: string) => Promise<void>;
  /** The caller collects several sources and derives once, after the last. */
  readonly isOneOfSeveral?: boolean;
}

/** The configured sources of these names, or all. */
export function sourcesNamed(app: Pick<App, 'sources'>, names: readonly string[]): ConfiguredSource[] {
  if (names.length === 0) return [...app.sources];
  return names.map((wanted) => {
    const found = app.sources.find((source) => source.name === wanted);
    if (found) return found;
    const known = app.sources.map((source) => source.name).join(', ') || 'none';
    throw new UsageError(`${wanted}: not a configured source (configured: ${known})`);
  });
}

export async function collectSource(app: App, source: ConfiguredSource, options: CollectOptions): Promise<CollectedSource> {
  const collector = await app.collectorFor(source.type);
  const settings = collector.settings.safeParse(source.settings);
  if (!settings.success) throw new UsageError(`source ${source.name}: ${settingsProblem(settings.error)}`);
  const { save } = options;
  if (save && !collector.saves?.(settings.data))
    throw new UsageError(`source ${source.name}: --save keeps the answers of a live source, and this one has none to keep`);
  const began = app.wallClock();
  const holder = app.newId();
  return withLease(app, { name: `collect/${source.name}`, holder }, async (lost) => {
    const signal = AbortSignal.any([options.signal, lost]);
    const run = await app.store.beginCollection(source.name, holder, app.clock().toISOString());
    const notes = createNotes();
    const writer = createWriter(app.store, run, app.settings);
    const context = {
      source: source.name,
      fingerprint: app.fingerprint,
      now: app.clock(),
      signal,
      environment: app.environment,
      ...(save && { save }),
    };
    for await (const said of collector.collect(settings.data, context)) {
      if (signal.aborted) break;
      if (said.type === 'facts') await writer.add(said);
      else if (said.type === 'progress') options.onProgress?.(source.name, said);
      else notes.add(said);
    }
    await writer.flush();
    lost.throwIfAborted();
    if (options.signal.aborted)
      throw new RefusedError(`${source.name}: collection cancelled; what was read is kept, nothing was swept`);
    const known = await knownScopes(app, source.name);
    const outcome = notes.outcome(source.type, known);
    const committed = await app.store.commitCollection(run, outcome);
    if (options.isOneOfSeveral !== true) await deriveFacts(app);
    await pruneHistory(app);
    const { warnings, errors } = notes;
    const { entities, relationships, swept } = committed;
    const seconds = secondsSince(app, began);
    const scopes = [...outcome.scopes, ...absentScopes(source.name, known, outcome.scopes)];
    return { name: source.name, scopes, entities, relationships, swept, warnings, errors, seconds };
  });
}

async function knownScopes(app: Pick<App, 'store'>, source: string): Promise<string[]> {
  const record = (await app.store.sources()).find((known) => known.name === source);
  return record ? record.scopes.map(({ scope }) => scope) : [];
}

/** What was there before and is not any more: its facts stay, and answers say so, until it comes back or is forgotten. */
function absentScopes(source: string, known: readonly string[], found: readonly ScopeCoverage[]): ScopeCoverage[] {
  const gone = known.filter((scope) => scope !== EVERY_SCOPE && !found.some((one) => one.scope === scope));
  return gone.map((scope) => ({
    scope,
    coverage: 'absent',
    missing: [`nothing of ${scope} was found; if it is gone, \`interlock collect --forget ${source}/${scope}\``],
  }));
}

/** Gathers what is said besides facts. */
function createNotes() {
  const warnings: string[] = [];
  const errors: string[] = [];
  const scopes = new Map<string, ScopeCoverage>();
  const layers = new Set<string>();
  const everywhere: string[] = [];
  let newestEvent: string | undefined;
  return {
    warnings,
    errors,
    add(said: Exclude<Collected, { type: 'facts' | 'progress' }>): void {
      if (said.type === 'warning') warnings.push(said.text);
      else if (said.type === 'error') errors.push(said.text);
      else if (said.type === 'layer-missing') layers.add(said.layer);
      else if (said.type === 'newest-event') newestEvent = newestEvent && newestEvent > said.at ? newestEvent : said.at;
      else if (said.scope === EVERY_SCOPE) everywhere.push(...said.missing);
      else scopes.set(said.scope, mergeCoverage(scopes.get(said.scope), said));
    },
    outcome(type: string, known: readonly string[]) {
      if (everywhere.length > 0) {
        for (const scope of [...scopes.keys(), ...known, ...(scopes.size + known.length === 0 ? [EVERY_SCOPE] : [])]) {
          scopes.set(scope, mergeCoverage(scopes.get(scope), { scope, coverage: 'partial', missing: everywhere }));
        }
      }
      return {
        type,
        scopes: [...scopes.values()].sort((a, b) => (a.scope < b.scope ? -1 : 1)),
        layersMissing: [...layers].sort(),
        ...(newestEvent !== undefined && { newestEvent }),
      };
    },
  };
}

function mergeCoverage(before: ScopeCoverage | undefined, { scope, coverage, missing }: ScopeCoverage): ScopeCoverage {
  if (!before) return { scope, coverage, missing: [...new Set(missing)] };
  const isPartial = before.coverage === 'partial' || coverage === 'partial';
  return { scope, coverage: isPartial ? 'partial' : coverage, missing: [...new Set([...before.missing, ...missing])] };
}

const BATCH = 20_000;
/** A document weighs about as much as so many facts. */
const DOCUMENT_SIZE = 50;

/** Gathers small batches into large ones: one write is one transaction. */
function createWriter(store: FactStore, run: CollectionRun, settings: Settings) {
  interface Pending {
    entities: EntityFact[];
    relationships: RelationshipFact[];
    documents: DocumentFact[];
  }
  const pending = new Map<string, Pending>();
  /** Owners that a scope has named: one that only a rule names again must not take the place of what its source says. */
  const ownersNamed = new Map<string, Set<string>>();
  let size = 0;
  const flush = async (): Promise<void> => {
    if (pending.size > 0) await store.writeFacts(run, ...[...pending].map(([scope, facts]) => ({ scope, ...facts })));
    pending.clear();
    size = 0;
  };
  return {
    async add({ scope, entities, relationships, documents }: Extract<Collected, { type: 'facts' }>): Promise<void> {
      const facts = pending.get(scope) ?? { entities: [], relationships: [], documents: [] };
      pending.set(scope, facts);
      const named = ownersNamed.get(scope) ?? new Set();
      ownersNamed.set(scope, named);
      for (const entity of entities) {
        const { fact, owners, owned } = inContext(entity, settings.context);
        facts.entities.push(fact, ...owners.filter(({ key }) => !named.has(key)));
        facts.relationships.push(...owned);
        for (const { key, kind } of [fact, ...owners]) if (kind === 'Owner') named.add(key);
      }
      for (const fact of relationships) facts.relationships.push(fact);
      for (const fact of documents ?? []) facts.documents.push(fact);
      size += entities.length + relationships.length + (documents?.length ?? 0) * DOCUMENT_SIZE;
      if (size >= BATCH) await flush();
    },
    flush,
  };
}

/** Why a source could not be collected at all, as a result like any other: the other sources go on. */
export function failedSource(name: string, error: unknown, seconds: number): CollectedSource {
  const text = messageOf(error);
  return {
    name,
    scopes: [{ scope: EVERY_SCOPE, coverage: 'partial', missing: [text] }],
    entities: 0,
    relationships: 0,
    swept: 0,
    warnings: [],
    errors: [text],
    seconds,
  };
}
