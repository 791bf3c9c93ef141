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
  for (const [r, option] of Array.from(options)) joinReads(graph, r, option, options);
  return options;
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
