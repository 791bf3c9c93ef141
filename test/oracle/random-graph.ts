/** Small seeded random graphs for the oracles: every kind, certainty and level; cycles, self-loops and parallel relationships. */
import fc from 'fast-check';
import { type AccessGraph, buildAccessGraph, type GraphInput } from '../../src/graph/access-graph.ts';
import {
  BASES,
  CERTAINTIES,
  type EntityKind,
  EXTERNAL_ANYONE,
  LEVELS,
  RELATIONSHIP_KINDS,
  type RelationshipKind,
  TIERS,
} from '../../src/model/kinds.ts';

export const ORACLE_NOW = '2026-03-01T00:00:00.000Z';

const SOME_KINDS: readonly EntityKind[] = [
  'User',
  'ServiceAccount',
  'Role',
  'External',
  'Credential',
  'Session',
  'Secret',
  'Repository',
  'Pipeline',
  'Workload',
  'Permission',
  'Resource',
  'Scope',
  'Origin',
];

export interface RandomGraphOptions {
  readonly entities?: number;
  readonly relationships?: number;
  readonly kinds?: readonly EntityKind[];
  readonly relationshipKinds?: readonly RelationshipKind[];
}

/** Entity 0 is `external:anyone`, with or without relationships. */
export function randomGraphs(options: RandomGraphOptions = {}): fc.Arbitrary<AccessGraph> {
  const { entities = 14, relationships = 30, kinds = SOME_KINDS, relationshipKinds = RELATIONSHIP_KINDS } = options;
  const entity = fc.record({
    kind: fc.constantFrom(...kinds),
    tier: fc.constantFrom(...TIERS, undefined),
    state: fc.constantFrom('active', 'active', 'active', 'active', 'active', 'unknown', 'inactive'),
  });
  return fc.array(entity, { minLength: 2, maxLength: entities, size: 'max' }).chain((drawn) => {
    const end = fc.nat({ max: drawn.length });
    const relationship = fc.record({
      source: end,
      target: end,
      kind: fc.constantFrom(...relationshipKinds),
      basis: fc.constantFrom(...BASES),
      certainty: fc.constantFrom(...CERTAINTIES, 'definite' as const, 'definite' as const),
      levels: fc.option(fc.uniqueArray(fc.constantFrom(...LEVELS), { minLength: 1 }), { nil: undefined }),
      alternative: fc.option(fc.record({ group: fc.constantFrom('g', 'h'), option: fc.constantFrom('1', '2') }), {
        nil: undefined,
      }),
      version: fc.constantFrom(undefined, undefined, 'current' as const, 'previous' as const),
    });
    return fc.array(relationship, { maxLength: relationships, size: 'max' }).map((lines) => graphOf(drawn, lines));
  });
}

interface Drawn {
  readonly kind: EntityKind;
  readonly tier: (typeof TIERS)[number] | undefined;
  readonly state: string;
}
type Input = GraphInput['relationships'] extends Iterable<infer R> ? R : never;
type Line = Omit<Input, 'source' | 'target' | 'levels' | 'alternative' | 'version'> & {
  readonly source: number;
  readonly target: number;
  readonly levels: Input['levels'] | undefined;
  readonly alternative: Input['alternative'] | undefined;
  readonly version: Input['version'] | undefined;
};

function graphOf(drawn: readonly Drawn[], lines: readonly Line[]): AccessGraph {
  const keyOf = (index: number) => (index === 0 ? EXTERNAL_ANYONE : `e${index}`);
  const known = new Map<string, Line>();
  for (const line of lines) known.set(`${line.source} ${line.kind} ${line.target}`, line);
  return buildAccessGraph({
    generation: 1,
    now: ORACLE_NOW,
    entities: [
      { key: EXTERNAL_ANYONE, kind: 'External' },
      ...drawn.map(({ kind, tier, state }, i) => ({ key: keyOf(i + 1), kind, state, ...(tier !== undefined && { tier }) })),
    ],
    relationships: [...known.values()].map(({ source, target, kind, basis, certainty, levels, alternative, version }) => ({
      source: keyOf(source),
      target: keyOf(target),
      kind,
      basis,
      certainty,
      ...(kind === 'CONTAINS' && levels && { levels }),
      ...((kind === 'USES' || kind === 'READS') && alternative && { alternative }),
      ...(kind === 'EXPOSES' && version && { version }),
    })),
  });
}

/** The graph as it was drawn, for the message of a failure. */
export function describeGraph(graph: AccessGraph): string {
  const lines = [`${graph.order} entities`];
  for (let r = 0; r < graph.size; r++) {
    lines.push(
      `${graph.keys[graph.sources[r]!]} ${RELATIONSHIP_KINDS[graph.relationshipKinds[r]!]} ${graph.keys[graph.targets[r]!]}`,
    );
  }
  return lines.join('\n');
}
