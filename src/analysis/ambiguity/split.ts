/** The proposal that ends the ambiguity: a credential of its own for each consumer. */
import { type AccessGraph, entityKindAt, relationshipKindAt, tierAt } from '../../graph/access-graph.ts';
import { outageRadius } from '../outage-radius.ts';

export interface SplitStep {
  readonly consumer: string;
  /** What this consumer was seen using: the scope of its new credential. */
  readonly scope: readonly string[];
  /** Whether the scope was seen of this consumer itself; otherwise of an identity that others work as too. */
  readonly isOwnScope: boolean;
  readonly why: string;
}

export interface Split {
  /** In the order in which to move them: with a fallback first, then by what breaks with each, tier 0 last. */
  readonly steps: readonly SplitStep[];
}

interface Move {
  readonly consumer: number;
  readonly hasFallback: boolean;
  readonly dependents: number;
  readonly tier: number;
}

export function splitOf(graph: AccessGraph, credential: number, consumers: readonly number[]): Split {
  const moves = consumers.map((consumer): Move => {
    const { hi } = outageRadius(graph, { dead: [consumer] });
    const dependents = Object.values(hi).reduce((a, b) => a + b, 0);
    return { consumer, hasFallback: hasFallback(graph, consumer, credential), dependents, tier: tierAt(graph, consumer) ?? 2 };
  });
  const last = (move: Move): number => Number(move.tier === 0);
  moves.sort(
    (a, b) =>
      last(a) - last(b) ||
      Number(b.hasFallback) - Number(a.hasFallback) ||
      a.dependents - b.dependents ||
      b.tier - a.tier ||
      (graph.keys[a.consumer]! < graph.keys[b.consumer]! ? -1 : 1),
  );
  return { steps: moves.map((move) => stepOf(graph, credential, move)) };
}

function stepOf(graph: AccessGraph, credential: number, { consumer, hasFallback: isSaved, dependents, tier }: Move): SplitStep {
  const own = accessed(graph, consumer);
  const scope = own.length > 0 ? own : identitiesOf(graph, credential).flatMap((identity) => accessed(graph, identity));
  const reasons = [isSaved ? 'it has a fallback' : 'it has no fallback', `${dependents} depend on it`];
  if (tier === 0) reasons.push('tier 0: with approval only');
  return {
    consumer: graph.keys[consumer]!,
    scope: [...new Set(scope)].sort(),
    isOwnScope: own.length > 0,
    why: reasons.join('; '),
  };
}

/** Whether the consumer's use of the credential is one of several options. */
function hasFallback(graph: AccessGraph, consumer: number, credential: number): boolean {
  const options = new Map<string, Set<string>>();
  let group: string | undefined;
  for (let r = graph.starts[consumer]!; r < graph.starts[consumer + 1]!; r++) {
    const alternative = graph.details.get(r)?.alternative;
    if (!alternative) continue;
    if (graph.targets[r] === credential) group = alternative.group;
    const known = options.get(alternative.group) ?? new Set();
    options.set(alternative.group, known.add(alternative.option));
  }
  return group !== undefined && (options.get(group)?.size ?? 0) > 1;
}

function accessed(graph: AccessGraph, actor: number): string[] {
  const things: string[] = [];
  for (let r = graph.starts[actor]!; r < graph.starts[actor + 1]!; r++) {
    if (relationshipKindAt(graph, r) === 'ACCESSED') things.push(graph.keys[graph.targets[r]!]!);
  }
  return things;
}

/** The credential itself, its identities and the sessions minted from it. */
function identitiesOf(graph: AccessGraph, credential: number): number[] {
  const found = [credential];
  for (let r = graph.starts[credential]!; r < graph.starts[credential + 1]!; r++) {
    const kind = relationshipKindAt(graph, r);
    const isSession = kind === 'MINTED' && entityKindAt(graph, graph.targets[r]!) === 'Session';
    if (kind === 'AUTHENTICATES_AS' || kind === 'ACTS_FOR' || isSession) found.push(graph.targets[r]!);
  }
  return found;
}
