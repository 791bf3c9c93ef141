/**
 * The steps of a wave by gain per time, over single steps and over the cut bundles of what is still open: the steps that still hold it
 * open. The gain of a bundle is what it puts out of reach, as the risk that is saved against doing it last. Every bundle is looked at
 * for every place: for short waves.
 */
import type { Draft } from '../input.ts';
import { type Clock, erlang, type ReachClass } from '../objective.ts';

export function bundlesFirst(wave: readonly Draft[], classes: readonly ReachClass[], clock: Clock): Draft[] {
  const left = new Map(wave.map((draft) => [draft.id, draft]));
  const last = wave.reduce((sum, { callMs, settleMs }) => sum + callMs + settleMs, 0);
  const order: Draft[] = [];
  let spent = 0;
  while (left.size > 0) {
    const open = classes.filter(({ holders }) => holders.some((id) => left.has(id)));
    const bundle = bestBundle(open, left, { spent, last, clock }) ?? [...left.keys()].sort().slice(0, 1);
    for (const id of bundle) {
      const draft = left.get(id)!;
      left.delete(id);
      order.push(draft);
      spent += draft.callMs;
    }
  }
  return order;
}

interface Moment {
  readonly spent: number;
  readonly last: number;
  readonly clock: Clock;
}

/** Every class names a bundle: the steps that still hold it open. Single steps are among them where they free something alone. */
function bestBundle(open: readonly ReachClass[], left: ReadonlyMap<string, Draft>, moment: Moment): string[] | undefined {
  const bundles = new Map<string, string[]>();
  for (const { holders } of open) {
    const bundle = holders.filter((id) => left.has(id)).sort();
    bundles.set(bundle.join(' '), bundle);
  }
  let best: string[] | undefined;
  let most = 0;
  for (const bundle of [...bundles.values()].sort((a, b) => a.length - b.length || (a.join() < b.join() ? -1 : 1))) {
    const rate = gainPerTime(bundle, open, left, moment);
    if (rate > most) {
      most = rate;
      best = bundle;
    }
  }
  return best;
}

function gainPerTime(
  bundle: readonly string[],
  open: readonly ReachClass[],
  left: ReadonlyMap<string, Draft>,
  { spent, last, clock }: Moment,
): number {
  const steps = bundle.map((id) => left.get(id)!);
  const took = Math.max(
    1,
    steps.reduce((sum, { callMs }) => sum + callMs, 0),
  );
  const settled = spent + took + Math.max(...steps.map(({ settleMs }) => settleMs));
  const freed = new Set(bundle);
  const at = (hops: number, ms: number): number => erlang(hops, clock.elapsedMs + ms, clock.hopMs);
  let gain = 0;
  for (const { holders, hops, weight } of open) {
    if (holders.every((id) => freed.has(id) || !left.has(id)))
      gain += weight * (at(hops, Math.max(last, settled)) - at(hops, settled));
  }
  return gain / took;
}
