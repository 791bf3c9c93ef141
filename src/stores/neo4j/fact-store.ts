import type { SourceRecord } from '../../model/collection.ts';
import { coverageAfter, sweepableScopes } from '../../model/coverage.ts';
import type { DocumentFact } from '../../model/entity.ts';
import { RefusedError } from '../../model/errors.ts';
import { canonicalJson, sha256 } from '../../model/ledger.ts';
import type { CollectionOutcome, CollectionRun, CommittedCollection, FactBatch, FactStore } from '../../ports/store.ts';
import type { Writing } from './change-set.ts';
import { placeOf } from './claims.ts';
import { type Client, inBatches, type Run } from './client.ts';
import { type FirstLoads, type Load, loadAfter, remember } from './first-load.ts';
import { type Head, locked } from './head.ts';
import * as facts from './queries/facts.ts';
import * as meta from './queries/meta.ts';
import { createRecorder } from './recorder.ts';
import { sweep } from './sweep.ts';
import { writeEntities, writeRelationships } from './write-batch.ts';

export const createFactStore = (client: Client, loads: FirstLoads): FactStore => ({
  beginCollection: (origin, id, at) =>
    locked(client, async (run, head) => {
      const source = await sourceOf(run, origin);
      if (source?.run === id) return { id, origin, at: source.at as string, generation: source.generation as number };
      const generation = head.generation + 1;
      const number = await addRun(run, head, at, generation);
      const [size] = await run(facts.size, {});
      const isEmpty = size?.entities === 0 && size.relationships === 0;
      head.soleRun = isEmpty ? number : null;
      if (isEmpty) loads.begin(id);
      await run(facts.saveSource, { name: origin, fields: { run: id, number, at, generation } });
      return { id, origin, at, generation };
    }),

  async writeFacts(collection, ...batches) {
    const written = loads.of(collection.id);
    const load = written && loadAfter(written);
    let tries = 0;
    try {
      await locked(client, (run, head) => {
        // A driver tries again when it does not know whether the first try was committed: then nothing is taken for granted.
        tries++;
        return writeBatches(run, head, { collection, batches, load: tries === 1 ? load : undefined });
      });
      if (load && tries === 1) remember(load);
      else loads.end(collection.id);
    } catch (error) {
      loads.end(collection.id);
      throw error;
    }
  },

  commitCollection: (collection, outcome) =>
    locked(client, async (run, head) => {
      const done = (await sourceOf(run, collection.origin))?.committed;
      loads.end(collection.id);
      const last = done && (JSON.parse(done) as { id: string; committed: CommittedCollection });
      if (last && last.id === collection.id) return last.committed;
      return commit(run, head, collection, outcome);
    }),

  replaceDerived: (origin, at, said) =>
    locked(client, async (run, head) => {
      const number = await addRun(run, head, at, head.generation);
      head.soleRun = null;
      const place = placeOf(origin, 'all');
      const writing: Writing = { place, run: number, at, generation: head.generation };
      const recorder = createRecorder(head, head.generation);
      const entities = await writeEntities(run, recorder, [{ writing, entities: said.entities }]);
      const relationships = await writeRelationships(run, recorder, writing, said.relationships);
      const gone = await sweep({ run, recorder, writing, places: [place], keepsObserved: false });
      await recorder.save(run);
      return entities + relationships + gone;
    }),

  forget: (origin, scope) =>
    locked(client, async (run, head) => {
      const source = await sourceOf(run, origin);
      head.soleRun = null;
      const writing = { run: 0, at: '', generation: head.generation };
      const recorder = createRecorder(head, head.generation);
      const gone = await sweep({ run, recorder, writing, places: await placesOf(run, origin, scope), keepsObserved: false });
      await run(facts.forgetDocuments, { origin, scope: scope ?? null });
      await recorder.save(run);
      if (scope === undefined) await run(facts.deleteSource, { name: origin });
      else if (source?.record) {
        const record = JSON.parse(source.record) as SourceRecord;
        const scopes = record.scopes.filter((known) => known.scope !== scope);
        await run(facts.saveSource, { name: origin, fields: { record: JSON.stringify({ ...record, scopes }) } });
      }
      return gone;
    }),
});

interface Batches {
  readonly collection: CollectionRun;
  readonly batches: readonly FactBatch[];
  readonly load: Load | undefined;
}

async function writeBatches(run: Run, head: Head, { collection, batches, load }: Batches): Promise<void> {
  const source = await runningSource(run, collection);
  if (head.soleRun !== source.number) head.soleRun = null;
  const known = head.soleRun === null ? undefined : load;
  const { origin, at, generation } = collection;
  const recorder = createRecorder(head, generation, source.isFirst);
  const placed = batches.map((batch) => ({
    ...batch,
    writing: { place: placeOf(origin, batch.scope), run: source.number, at, generation },
  }));
  await writeEntities(run, recorder, placed, known);
  for (const { writing, scope, relationships, documents } of placed) {
    await writeRelationships(run, recorder, writing, relationships, known);
    await writeDocuments(run, origin, scope, writing, documents);
  }
  await recorder.save(run);
  const wrote = batches.some(({ entities, relationships }) => entities.length + relationships.length > 0);
  if (source.isFirst && wrote && !source.wrote) await run(facts.saveSource, { name: origin, fields: { wrote } });
}

async function addRun(run: Run, head: Head, at: string, generation: number): Promise<number> {
  head.runs++;
  await run(meta.addRuns, { rows: [{ number: head.runs, at, generation }] });
  return head.runs;
}

const sourceOf = async (run: Run, name: string) => (await run(facts.source, { name }))[0];

async function runningSource(run: Run, { origin, id }: CollectionRun) {
  const source = await sourceOf(run, origin);
  if (source?.run !== id || source.number === null) {
    throw new RefusedError(`${origin}: this collection has ended, or another began; collect again`);
  }
  return { ...source, number: source.number };
}

async function commit(run: Run, head: Head, collection: CollectionRun, outcome: CollectionOutcome): Promise<CommittedCollection> {
  const source = await runningSource(run, collection);
  const { origin, at } = collection;
  const known = source.record === null ? [] : (JSON.parse(source.record) as SourceRecord).scopes;
  const scopes = coverageAfter(known, outcome.scopes);
  const generation = head.generation + 1;
  const recorder = createRecorder(head, generation, source.isFirst);
  const writing = { run: source.number, at, generation };
  const sweepable = sweepableScopes(scopes);
  const places = sweepable.map((scope) => placeOf(origin, scope));
  const isAlone = head.soleRun === source.number;
  // Where only this run wrote, nothing is older.
  const swept = isAlone ? 0 : await sweep({ run, recorder, writing, places, keepsObserved: true });
  await run(facts.staleDocuments, { origin, scopes: sweepable, run: source.number });
  if (source.isFirst && source.wrote) recorder.change('rebuild', 'graph', '');
  await recorder.save(run);
  head.generation = generation;
  if (isAlone) head.soleRun = null;
  const [claimed] = isAlone ? await run(facts.size, {}) : await run(facts.countClaimed, { prefix: placeOf(origin, '') });
  const committed = { generation, swept, entities: claimed?.entities ?? 0, relationships: claimed?.relationships ?? 0 };
  const { type, layersMissing, newestEvent } = outcome;
  const record: SourceRecord = {
    name: origin,
    type,
    scopes,
    lastRun: at,
    generation,
    layersMissing,
    ...(newestEvent !== undefined && { newestEvent }),
  };
  const fields = {
    run: null,
    isFirst: false,
    wrote: false,
    record: JSON.stringify(record),
    committed: JSON.stringify({ id: collection.id, committed }),
  };
  await run(facts.saveSource, { name: origin, fields });
  return committed;
}

async function placesOf(run: Run, origin: string, scope: string | undefined): Promise<string[]> {
  if (scope !== undefined) return [placeOf(origin, scope)];
  return (await run(facts.originPlaces, { prefix: placeOf(origin, '') })).map(({ place }) => place);
}

async function writeDocuments(
  run: Run,
  origin: string,
  scope: string,
  writing: Writing,
  documents: readonly DocumentFact[],
): Promise<void> {
  const rows = documents.map(({ subject, type, name, body }) => {
    const text = canonicalJson(body);
    const { generation } = writing;
    return {
      id: documentId(origin, scope, subject, type, name),
      origin,
      scope,
      subject,
      type,
      name,
      hash: sha256(text),
      generation,
      run: writing.run,
      body: text,
    };
  });
  await inBatches(rows, (portion) => run(facts.saveDocuments, { rows: portion }));
}

/** A name of fixed length: what an index holds is limited, a subject is not. */
export const documentId = (...parts: readonly string[]): string => sha256(JSON.stringify(parts));
