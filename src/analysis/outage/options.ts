/**
 * Fallbacks. A consumer has groups, a group has options, an option has relationships: an option is dead when any of its
 * relationships is, a group when all its options are, a consumer breaks when any of its groups does.
 */
import { type AccessGraph, relationshipKindAt } from '../../graph/access-graph.ts';

export interface Option {
  readonly group: Group;
  readonly relationships: number[];
}

export interface Group {
  readonly name: string;
  readonly options: Map<string, Option>;
}

/** Relationship → the option that it belongs to. Those without one are a group of their own. */
export type Options = ReadonlyMap<number, Option>;

const known = new WeakMap<AccessGraph, Options>();

/** Linear in the relationships that carry details; built once per graph. */
export function optionsOf(graph: AccessGraph): Options {
  let options = known.get(graph);
  if (!options) {
    options = buildOptions(graph);
    known.set(graph, options);
  }
  return options;
}

function buildOptions(graph: AccessGraph): Options {
  const options = new Map<number, Option>();
  const groups = new Map<string, Group>();
  for (const [r, { alternative }] of graph.details) {
    if (!alternative) continue;
    const id = `${graph.sources[r]} ${alternative.group}`;
    let group = groups.get(id);
    if (!group) {
      group = { name: alternative.group, options: new Map() };
      groups.set(id, group);
    }
    let option = group.options.get(alternative.option);
    if (!option) {
      option = { group, relationships: [] };
      group.options.set(alternative.option, option);
    }
    option.relationships.push(r);
    options.set(r, option);
  }
  addSeenFallbacks(graph, options);
  for (const [r, option] of Array.from(options)) joinReads(graph, r, option, options);
  return options;
}

/**
 * A fallback that nobody declared, but that was seen: one consumer at work with several live credentials of one identity over the same
 * time, as in the middle of a rotation.
 */
function addSeenFallbacks(graph: AccessGraph, options: Map<number, Option>): void {
  const uses = new Map<string, number[]>();
  for (const r of graph.details.keys()) {
    if (options.has(r) || !isLiveUse(graph, r)) continue;
    for (const identity of identitiesOf(graph, graph.targets[r]!)) {
      const id = `${graph.sources[r]} ${identity}`;
      uses.set(id, [...(uses.get(id) ?? []), r]);
    }
  }
  for (const [id, all] of uses) {
    const seen = togetherWithLast(graph, all);
    if (seen.length < 2 || seen.some((r) => options.has(r))) continue;
    const group: Group = { name: id, options: new Map() };
    for (const r of seen) {
      const option: Option = { group, relationships: [r] };
      group.options.set(String(r), option);
      options.set(r, option);
    }
  }
}

function isLiveUse(graph: AccessGraph, r: number): boolean {
  const { firstSeen, lastUsed } = graph.details.get(r)!;
  const isTimed = firstSeen !== undefined && lastUsed !== undefined;
  return isTimed && relationshipKindAt(graph, r) === 'USES' && !graph.over[graph.targets[r]!];
}

function identitiesOf(graph: AccessGraph, proof: number): number[] {
  const found: number[] = [];
  for (let r = graph.starts[proof]!; r < graph.starts[proof + 1]!; r++) {
    if (relationshipKindAt(graph, r) === 'AUTHENTICATES_AS') found.push(graph.targets[r]!);
  }
  return found;
}

/** What was in use while the one that was used last already was. */
function togetherWithLast(graph: AccessGraph, uses: readonly number[]): number[] {
  const at = (r: number) => graph.details.get(r) as { firstSeen: string; lastUsed: string };
  const last = uses.reduce((best, r) => (at(r).lastUsed > at(best).lastUsed ? r : best));
  return uses.filter((r) => at(r).lastUsed >= at(last).firstSeen);
}

/** Who uses a credential as one of its options, and reads it from a place, depends on that place by the same option. */
function joinReads(graph: AccessGraph, uses: number, option: Option, options: Map<number, Option>): void {
  if (relationshipKindAt(graph, uses) !== 'USES') return;
  const credential = graph.targets[uses]!;
  for (let r = graph.starts[graph.sources[uses]!]!; r < graph.starts[graph.sources[uses]! + 1]!; r++) {
    if (options.has(r) || relationshipKindAt(graph, r) !== 'READS' || !exposes(graph, graph.targets[r]!, credential)) continue;
    option.relationships.push(r);
    options.set(r, option);
  }
}

function exposes(graph: AccessGraph, place: number, credential: number): boolean {
  for (let r = graph.starts[place]!; r < graph.starts[place + 1]!; r++) {
    if (graph.targets[r] === credential && relationshipKindAt(graph, r) === 'EXPOSES') return true;
  }
  return false;
}
