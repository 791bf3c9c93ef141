/**
 * How the consumers of a shared credential are told apart, so that each gets one of its own. A place can hold one value only: consumers
 * that read the same place stay together.
 */
import { type AccessGraph, entityKindAt, relationshipKindAt } from '../../graph/access-graph.ts';
import { DAY_MS } from '../../model/durations.ts';
import { splitOf } from '../ambiguity/split.ts';
import { isSure, isUnlikely } from '../ambiguity/verdict.ts';
import { enteringBy } from './footholds.ts';
import type { LikelyConsumer, PlanInput, SplitQuestion } from './input.ts';
import type { Dependence } from './replacement.ts';
import type { SeenUse } from './steps/subject.ts';

export interface ConsumerGroup {
  readonly consumers: readonly LikelyConsumer[];
  /** Which of them read them, and nobody of another group. */
  readonly places: readonly string[];
  /** The place that keeps several together; undefined for one alone. */
  readonly sharedPlace?: string;
  /** Read the same places, and are not surely consumers: they get the value too. */
  readonly alsoRead: readonly string[];
  /** What they were seen using; undefined where that was not seen of each by itself. */
  readonly seen?: readonly SeenUse[];
}

export interface ConsumerGroups {
  /** In the order in which to move them. */
  readonly groups: readonly ConsumerGroup[];
  /** Perhaps consumers, with their probability in words. They are not split off. */
  readonly unsettled: readonly { readonly key: string; readonly text: string }[];
  /** Origins that no sure consumer explains. */
  readonly unexplained: readonly string[];
  /** Places that hold the value and that none of the groups reads. */
  readonly unread: readonly string[];
}

export function consumerGroups(
  input: PlanInput & { readonly split: SplitQuestion },
  target: number,
  dependence: Dependence,
): ConsumerGroups {
  const { graph, split } = input;
  const candidates = split.consumersOf(target).filter(({ isAbleOnly }) => !isAbleOnly);
  const sure = candidates.filter(({ probability, key }) => isSure(probability) && graph.indexOf(key) !== undefined);
  const order = splitOf(
    graph,
    target,
    sure.map(({ key }) => graph.indexOf(key)!),
  ).steps.map(({ consumer }) => consumer);
  const ordered = order.map((key) => sure.find((one) => one.key === key)!);
  const readers = new Map(dependence.places.map((place) => [place, readersOf(graph, place)]));
  const groups = joined(ordered, readers).map((consumers) => groupOf(input, { consumers, readers, candidates, dependence }));
  const explained = new Set(sure.flatMap(({ origins }) => origins));
  const filled = new Set(groups.flatMap(({ places }) => places));
  return {
    groups,
    unsettled: unsettledOf({ candidates, sure, dependence }),
    unexplained: dependence.unexplained.filter((key) => !explained.has(key)),
    unread: dependence.places.filter((place) => !filled.has(place)),
  };
}

/** A workload that holds the value itself reads it too. */
function readersOf(graph: AccessGraph, key: string): ReadonlySet<string> {
  const place = graph.indexOf(key);
  if (place === undefined) return new Set();
  const readers = enteringBy(graph, place, ['READS']).map((r) => graph.keys[graph.sources[r]!]!);
  return new Set(entityKindAt(graph, place) === 'Workload' ? [key, ...readers] : readers);
}

type Readers = ReadonlyMap<string, ReadonlySet<string>>;

/** Those who read one place are one, and so on from place to place. */
function joined(consumers: readonly LikelyConsumer[], readers: Readers): LikelyConsumer[][] {
  const groups: LikelyConsumer[][] = consumers.map((one) => [one]);
  for (const keys of readers.values()) {
    const touching = groups.filter((group) => group.some(({ key }) => keys.has(key)));
    const [first, ...others] = touching;
    for (const other of others) {
      first!.push(...other);
      groups.splice(groups.indexOf(other), 1);
    }
  }
  return groups;
}

interface Grouping {
  readonly consumers: readonly LikelyConsumer[];
  readonly readers: Readers;
  readonly candidates: readonly LikelyConsumer[];
  readonly dependence: Dependence;
}

function groupOf(
  input: PlanInput & { readonly split: SplitQuestion },
  { consumers, readers, candidates, dependence }: Grouping,
): ConsumerGroup {
  const names = consumers.map(({ key }) => key);
  const places = [...readers].filter(([, keys]) => names.some((name) => keys.has(name)));
  const sharedPlace = places.find(([, keys]) => names.filter((name) => keys.has(name)).length > 1)?.[0];
  const known = new Set([...candidates.map(({ key }) => key), ...dependence.consumers]);
  const others = places.flatMap(([, keys]) => [...keys]).filter((key) => known.has(key) && !names.includes(key));
  const seen = names.map((name) => seenOf(input, name));
  const isSeenOfEach = input.split.rights === 'seen' && seen.every((uses) => uses.length > 0);
  return {
    consumers,
    places: places.map(([place]) => place),
    ...(sharedPlace !== undefined && { sharedPlace }),
    alsoRead: [...new Set(others)].sort(),
    ...(isSeenOfEach && { seen: seen.flat() }),
  };
}

/** What a consumer itself was seen using within the window. */
function seenOf({ graph, facts, split }: PlanInput & { readonly split: SplitQuestion }, consumer: string): SeenUse[] {
  const from = graph.indexOf(consumer)!;
  const begin = new Date(Date.parse(split.window.end) - split.window.days * DAY_MS).toISOString();
  const uses: SeenUse[] = [];
  for (let r = graph.starts[from]!; r < graph.starts[from + 1]!; r++) {
    if (relationshipKindAt(graph, r) !== 'ACCESSED') continue;
    const detail = graph.details.get(r);
    const lastUsed = detail?.lastUsed;
    if (lastUsed !== undefined && lastUsed < begin) continue;
    const thing = graph.keys[graph.targets[r]!]!;
    const actions = facts.relationship?.({ source: consumer, kind: 'ACCESSED', target: thing })?.properties?.['actions'];
    uses.push({
      thing,
      actions: Array.isArray(actions) ? actions.filter((one): one is string => typeof one === 'string') : [],
      uses: detail?.uses ?? 1,
      ...(lastUsed !== undefined && { lastUsed }),
    });
  }
  return uses;
}

interface Doubt {
  readonly candidates: readonly LikelyConsumer[];
  readonly sure: readonly LikelyConsumer[];
  readonly dependence: Dependence;
}

function unsettledOf({ candidates, sure, dependence }: Doubt): ConsumerGroups['unsettled'] {
  const isSplit = new Set(sure.map(({ key }) => key));
  const doubtful = candidates.filter(({ key, probability }) => !isSplit.has(key) && !isUnlikely(probability));
  const left = [...new Set([...doubtful.map(({ key }) => key), ...dependence.consumers])].filter((key) => !isSplit.has(key));
  return left.sort().map((key) => {
    const probability = candidates.find((one) => one.key === key)?.probability;
    const text = probability === undefined ? 'able to read it' : `${Math.round(probability * 100)} % likely`;
    return { key, text: `${key} (${text})` };
  });
}
