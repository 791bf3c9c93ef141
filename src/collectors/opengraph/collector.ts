/** BloodHound OpenGraph documents: what any collector of that family has found, and our own export. */
import { z } from 'zod';
import { InputError } from '../../model/errors.ts';
import { ENTITY_KINDS, RELATIONSHIP_KINDS } from '../../model/kinds.ts';
import type { CollectContext, Collected, Collector } from '../../ports/collector.ts';
import { checkFolder } from '../files/check-folder.ts';
import { isLarge, readText } from '../files/content.ts';
import { CoverageNotes } from '../files/coverage.ts';
import { parseJson, streamJson } from '../files/json.ts';
import { type FileHead, readFolder } from '../files/read-folder.ts';
import { firstKeys } from '../files/recognise.ts';
import { nameOf, shaped } from '../files/shape.ts';
import type { SourceFile } from '../files/walk.ts';
import { Edges } from './edges.ts';
import { edgeShape, type GraphEdge, nodeShape } from './graph-file.ts';
import { Nodes } from './nodes.ts';

const SCOPE = 'graph';

const settings = z.strictObject({ files: z.string().min(1) });

export const opengraphCollector: Collector<z.infer<typeof settings>> = {
  type: 'opengraph',
  emits: { entities: ENTITY_KINDS, relationships: RELATIONSHIP_KINDS },
  settings,
  check: ({ files: root }, context) => checkFolder({ root, context, knows: (_, head) => isGraph(head) }),
  async *collect({ files }, context) {
    const reading: Reading = { context, nodes: new Nodes(context.source), edges: [], coverage: new CoverageNotes() };
    reading.coverage.seen(SCOPE);
    yield* readFolder({
      root: files,
      context,
      read: (file, head) => (isGraph(head) ? readGraph(file, reading) : undefined),
      broken: (text) => reading.coverage.missing(SCOPE, text),
    });
    yield* convert(reading);
    yield* reading.coverage.said();
  },
};

const isGraph = ({ form, head }: FileHead): boolean => form === 'json-object' && firstKeys(head).includes('graph');

interface Reading {
  readonly context: CollectContext;
  readonly nodes: Nodes;
  /** Kept until every node is known: edges may come first, and in another file. */
  readonly edges: GraphEdge[];
  readonly coverage: CoverageNotes;
}

function* convert({ context, nodes, edges }: Reading): Generator<Collected> {
  const ties = new Edges(nodes, context.source);
  for (const edge of edges) ties.add(edge);
  yield { type: 'facts', scope: SCOPE, entities: nodes.entities(), relationships: ties.relationships() };
  yield* unknown('nodes', nodes.unknownKinds, 'kept as resources');
  yield* unknown('edges', ties.unknownKinds, 'kept as control that is possible');
  if (ties.loose > 0) yield { type: 'warning', text: `${ties.loose} edges name an end that no node fits; ignored` };
}

function* unknown(what: string, kinds: ReadonlyMap<string, number>, kept: string): Generator<Collected> {
  if (kinds.size === 0) return;
  const named = [...kinds].sort(([a], [b]) => (a < b ? -1 : 1)).map(([kind, count]) => `${kind || 'without a kind'} (${count})`);
  yield { type: 'warning', text: `${what} of kinds that are not in the mapping, ${kept}: ${named.join(', ')}` };
}

async function* readGraph(file: SourceFile, reading: Reading): AsyncGenerator<Collected> {
  for await (const { list, index, value } of records(file, reading.context.signal)) {
    const place = { path: file.path, at: `graph.${list}[${index}]` };
    try {
      if (list === 'nodes') reading.nodes.add(shaped(nodeShape, value, place));
      else reading.edges.push(shaped(edgeShape, value, place));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      reading.coverage.missing(SCOPE, error.message);
      yield { type: 'error', text: error.message };
    }
  }
}

interface GraphRecord {
  readonly list: 'nodes' | 'edges';
  readonly index: number;
  readonly value: unknown;
}

async function* records(file: SourceFile, signal: AbortSignal): AsyncGenerator<GraphRecord> {
  if (!(await isLarge(file))) {
    yield* recordsIn(parseJson(await readText(file, signal), file.path), file.path);
    return;
  }
  for (const list of ['nodes', 'edges'] as const) {
    let index = 0;
    for await (const { value } of streamJson(file, [`$.graph.${list}.*`], signal)) yield { list, index: index++, value };
  }
}

function* recordsIn(whole: unknown, path: string): Generator<GraphRecord> {
  const graph = (whole as { graph: unknown }).graph;
  if (graph === null || typeof graph !== 'object')
    throw new InputError(`${path}: graph: expected an object, found ${nameOf(graph)}`);
  for (const list of ['nodes', 'edges'] as const) {
    const values = (graph as Record<string, unknown>)[list];
    if (values === undefined || values === null) continue;
    if (!Array.isArray(values)) throw new InputError(`${path}: graph.${list}: expected a list, found ${nameOf(values)}`);
    for (const [index, value] of values.entries()) yield { list, index, value };
  }
}
