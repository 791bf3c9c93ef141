/** Edges → relationships, by the table of kinds; pure. */
import type { RelationshipFact } from '../../model/entity.ts';
import { BASES, CERTAINTIES, CONDITION_CLASSES, LEVELS, RELATIONSHIPS, type RelationshipKind } from '../../model/kinds.ts';
import { type EdgeRule, edgeRule } from './edge-kinds.ts';
import type { GraphEdge } from './graph-file.ts';
import type { Nodes } from './nodes.ts';

export class Edges {
  readonly #nodes: Nodes;
  readonly #source: string;
  readonly #facts = new Map<string, RelationshipFact>();
  /** Kinds of edges that no rule knows, with their number. */
  readonly unknownKinds = new Map<string, number>();
  /** Edges with an end that no node fits. */
  loose = 0;

  constructor(nodes: Nodes, source: string) {
    this.#nodes = nodes;
    this.#source = source;
  }

  add(edge: GraphEdge): void {
    const [starts, ends] = [this.#nodes.named(edge.start), this.#nodes.named(edge.end)];
    if (starts.length === 0 || ends.length === 0) this.loose++;
    for (const start of starts) for (const end of ends) this.#tie(edge, start, end);
  }

  relationships(): RelationshipFact[] {
    return [...this.#facts.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, fact]) => fact);
  }

  #tie(edge: GraphEdge, start: string, end: string): void {
    if (isOwn(edge)) {
      this.#put({ source: start, kind: edge.kind as RelationshipKind, target: end, ...ownWords(edge.properties ?? {}) });
      return;
    }
    const rule = edgeRule(edge.kind);
    if (!rule) this.unknownKinds.set(edge.kind, (this.unknownKinds.get(edge.kind) ?? 0) + 1);
    this.#say(rule ?? UNKNOWN, { kind: edge.kind, start, end });
  }

  #say(rule: EdgeRule, { kind, start, end }: { kind: string; start: string; end: string }): void {
    if (rule.says === 'nothing') return;
    const reason = `${kind} edge`;
    if (rule.says === 'right') {
      this.#right(rule, { kind, start, end, reason });
      return;
    }
    if (rule.kind === 'CONTAINS' && this.#nodes.kindOf(start) !== 'Scope') return;
    const [source, target] = rule.isReversed ? [end, start] : [start, end];
    const levels = rule.kind === 'CONTAINS' && this.#nodes.kindOf(end) === 'Secret' ? { levels: ['control'] as const } : {};
    this.#put({ source, kind: rule.kind, target, basis: 'entitled', certainty: 'definite', reason, ...levels });
  }

  /** One Permission for each start and kind of edge: what it may do, and to what. */
  #right(
    { right, certainty }: Extract<EdgeRule, { says: 'right' }>,
    { kind, start, end, reason }: { kind: string; start: string; end: string; reason: string },
  ): void {
    const key = `opengraph:${this.#source}/rights/${kind}/${start}`;
    this.#nodes.put({ key, kind: 'Permission', name: kind, provider: 'opengraph' });
    this.#put({ source: start, kind: 'HAS_GRANT', target: key, basis: 'entitled', certainty: 'definite', reason });
    this.#put({ source: key, kind: right, target: end, basis: 'entitled', certainty, reason });
  }

  #put(fact: RelationshipFact): void {
    this.#facts.set(`${fact.source} ${fact.kind} ${fact.target}`, fact);
  }
}

const UNKNOWN: EdgeRule = { says: 'right', right: 'CAN_CONTROL', certainty: 'possible' };

/** An edge of our own export: its kind is one of the model's, and it says how sure it is. */
const isOwn = ({ kind, properties }: GraphEdge): boolean =>
  Object.hasOwn(RELATIONSHIPS, kind) && typeof properties?.['certainty'] === 'string' && typeof properties['basis'] === 'string';

type OwnWords = Omit<RelationshipFact, 'source' | 'kind' | 'target'>;

function ownWords(properties: Readonly<Record<string, unknown>>): OwnWords {
  const one = <T extends string>(list: readonly T[], name: string): T | undefined =>
    list.find((each) => each === properties[name]);
  const text = <K extends string>(key: K, name: string): { [P in K]?: string } => {
    const value = properties[name];
    return typeof value === 'string' ? ({ [key]: value } as { [P in K]: string }) : {};
  };
  const conditionClass = one(CONDITION_CLASSES, 'condition_class');
  const levels = Array.isArray(properties['levels'])
    ? LEVELS.filter((level) => (properties['levels'] as unknown[]).includes(level))
    : [];
  const uses = properties['uses'];
  const version = one(['current', 'previous'], 'version');
  const [group, option] = [properties['alternative_group'], properties['alternative_option']];
  return {
    basis: one(BASES, 'basis') ?? 'inferred',
    certainty: one(CERTAINTIES, 'certainty') ?? 'possible',
    ...text('reason', 'reason'),
    ...text('condition', 'condition'),
    ...text('firstSeen', 'first_seen'),
    ...text('lastUsed', 'last_used'),
    ...(conditionClass && { conditionClass }),
    ...(levels.length > 0 && { levels }),
    ...(typeof uses === 'number' && { uses }),
    ...(version && { version }),
    ...(typeof group === 'string' && typeof option === 'string' && { alternative: { group, option } }),
  };
}
