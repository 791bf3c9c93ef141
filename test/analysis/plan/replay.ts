/**
 * The rules that every plan must hold, replayed against the graph by the plainest means: a step is what its `cuts` say. Answers what
 * is broken, in words; nothing when the plan holds.
 */
import {
  type AccessGraph,
  basisAt,
  certaintyAt,
  entityKindAt,
  nameAt,
  relationshipIndex,
} from '../../../src/graph/access-graph.ts';
import { EXTERNAL_ANYONE, levelOf, WEIGHED_KINDS } from '../../../src/model/kinds.ts';
import { GRADES, type OutageCounts, type Plan, type PlanStep } from '../../../src/model/plan.ts';
import { DEFAULT_WEIGHTS, levelWeight, tierWeight } from '../../../src/model/weights.ts';
import { facetDistances, facetName, facetSteps, facetsAt } from '../../oracle/facets.ts';

const KILLS = new Set(['quarantine', 'rotate', 'revoke', 'disable', 'delete']);
const CUTS = new Set([...KILLS, 'block']);
const ENDS = new Set(['rotate', 'revoke', 'disable', 'delete']);
const PREPARES = ['issue', 'distribute', 'confirm'];

export function planProblems(graph: AccessGraph, plan: Plan, targets: readonly string[]): string[] {
  const replay = createReplay(graph, plan);
  return [
    ...shape(replay, targets),
    ...order(replay),
    ...cuts(replay),
    ...minting(replay),
    ...reachFigures(replay, targets),
    ...outageFigures(replay),
    ...tradeoff(plan),
    ...teardown(replay),
    ...(plan.mode === 'contain' ? recreation(replay, targets) : stranded(replay)),
  ];
}

type Replay = ReturnType<typeof createReplay>;

function createReplay(graph: AccessGraph, plan: Plan) {
  const steps = plan.waves.flatMap((wave) => wave.steps);
  const wave = new Map(plan.waves.flatMap(({ steps: some }, i) => some.map((step) => [step.id, i] as const)));
  const names = Array.from({ length: graph.size }, (_, r) => ({ r, ...nameAt(graph, r) }));
  const cutsUntil = (last: number): Set<number> =>
    new Set(
      steps.filter(({ id }) => wave.get(id)! <= last).flatMap((step) => step.cuts.map((name) => relationshipIndex(graph, name)!)),
    );
  const waves = (is: (step: PlanStep) => boolean): number[] => steps.filter(is).map(({ id }) => wave.get(id)!);
  const heldWith = (keys: readonly string[]): Set<string> => {
    const held = new Set(keys);
    for (const one of held)
      for (const { source, kind, target } of names) if (kind === 'MINTED' && source === one) held.add(target);
    return held;
  };
  const isRefused = (key: string): boolean => plan.refusals.some(({ target }) => target === key);
  return { graph, plan, steps, wave, names, cutsUntil, waves, heldWith, isRefused };
}

function* shape({ plan, steps, isRefused }: Replay, targets: readonly string[]): Generator<string> {
  if (new Set(steps.map(({ id }) => id)).size !== steps.length) yield 'two steps have one id';
  for (const step of steps) {
    if (!step.why || !step.probe || !step.commands.apply || !step.commands.probe) yield `${step.id} lacks why, probe or command`;
    if (PREPARES.includes(step.action) && !step.for) yield `${step.id} does not say what it serves`;
    if (step.reversibility === 'R2' && step.approvals < 2) yield `${step.id} cannot be undone and asks for ${step.approvals}`;
    if (step.action === 'delete' && step.reversibility !== 'R2') yield `${step.id} deletes as ${step.reversibility}`;
    if (step.effectiveBy < step.startsAt) yield `${step.id} is effective before it starts`;
  }
  for (const key of targets) {
    if (!isRefused(key) && !steps.some((step) => step.target === key || step.for === key)) yield `${key} is forgotten`;
  }
  for (const refusal of plan.refusals)
    if (!refusal.reason || !refusal.rule) yield `${refusal.target} is refused without a reason`;
}

function* order({ steps, wave }: Replay): Generator<string> {
  for (const { id, needs } of steps) {
    for (const other of needs) if (!(wave.get(other)! < wave.get(id)!)) yield `${id} needs ${other}, which is not before it`;
  }
}

function* cuts({ graph, steps, wave, names, cutsUntil, heldWith }: Replay): Generator<string> {
  for (const step of steps) {
    const near = heldWith([step.target, ...(step.for ? [step.for] : [])]);
    for (const name of step.cuts) {
      if (relationshipIndex(graph, name) === undefined) yield `${step.id} cuts what is not there`;
      if (!near.has(name.source) && !near.has(name.target)) yield `${step.id} cuts ${name.source} ${name.kind} ${name.target}`;
    }
    const kind = entityKindAt(graph, graph.indexOf(step.target)!);
    if (!ENDS.has(step.action) || (kind !== 'Credential' && kind !== 'Session')) continue;
    const gone = cutsUntil(wave.get(step.id)!);
    const left = names.filter(
      ({ r, source, kind: by }) => source === step.target && by !== 'MINTED' && graph.needs[r] && !gone.has(r),
    );
    if (left.length > 0) yield `${step.id} ends ${step.target} and leaves ${left[0]!.kind}`;
  }
}

const lastKill = ({ waves }: Replay, key: string): number | undefined =>
  waves((step) => KILLS.has(step.action) && (step.target === key || step.cuts.some(({ source }) => source === key))).at(-1);

function* minting(replay: Replay): Generator<string> {
  const { graph, names, waves } = replay;
  for (const { kind, source, target } of names) {
    if (kind !== 'MINTED') continue;
    const cut = waves((step) => step.target === source && CUTS.has(step.action))[0];
    const kill = lastKill(replay, target);
    const isSession = entityKindAt(graph, graph.indexOf(target)!) === 'Session';
    if (cut !== undefined && kill !== undefined && (cut > kill || (isSession && cut === kill))) {
      yield `${target} dies in wave ${kill}, ${source} mints until wave ${cut}`;
    }
    const gone = waves((step) => step.target === source && step.action === 'delete')[0];
    const death = waves((step) => step.target === target && KILLS.has(step.action))[0];
    if (gone !== undefined && death !== undefined && gone <= death) yield `${source} is deleted before its child ${target} dies`;
  }
}

function controlled(graph: AccessGraph, from: readonly string[], cut: ReadonlySet<number>): (key: string) => number {
  const starts = [...from, EXTERNAL_ANYONE].flatMap((key) => {
    const index = graph.indexOf(key);
    return index === undefined ? [] : facetName(index, 'control');
  });
  const found = facetDistances(starts, facetSteps(graph, 'lo', cut));
  return (key) => facetsAt(found, graph.indexOf(key)!);
}

function canRecreate({ graph, names }: Replay, one: string, other: string, cut: ReadonlySet<number>): boolean {
  const identities = names
    .filter(({ kind, source }) => (kind === 'AUTHENTICATES_AS' || kind === 'ACTS_FOR') && source === other)
    .map(({ target }) => target);
  const facets = controlled(graph, [one], cut);
  return names.some(
    ({ r, kind, source, target }) =>
      kind === 'CAN_CONTROL' &&
      certaintyAt(graph, r) === 'definite' &&
      !cut.has(r) &&
      identities.includes(target) &&
      levelOf(facets(source)) === 'control',
  );
}

function* recreation(replay: Replay, targets: readonly string[]): Generator<string> {
  const { graph, steps, waves, heldWith, cutsUntil, isRefused } = replay;
  const held = heldWith(targets);
  const reach = controlled(graph, [...held], new Set());
  const acted = steps.filter(({ action }) => CUTS.has(action)).map(({ target }) => target);
  const remakers = [...new Set([...held, ...acted])].filter((key) => held.has(key) || reach(key) > 0);
  for (const other of new Set(steps.filter(({ action }) => KILLS.has(action)).map(({ target }) => target))) {
    const at = waves((step) => step.target === other && KILLS.has(step.action))[0]!;
    for (const one of remakers) {
      if (one !== other && !isRefused(other) && canRecreate(replay, one, other, cutsUntil(at)))
        yield `${one} makes ${other} again after wave ${at}`;
    }
  }
}

function* teardown({ graph, names, steps, wave, waves }: Replay): Generator<string> {
  for (const step of steps.filter(({ action }) => action === 'issue')) {
    const owners = names
      .filter(({ kind, source }) => kind === 'AUTHENTICATES_AS' && source === step.for)
      .map(({ target }) => target);
    for (const owner of owners) {
      const keys = names.filter(
        ({ kind, source, target }) =>
          kind === 'AUTHENTICATES_AS' && target === owner && entityKindAt(graph, graph.indexOf(source)!) === 'Credential',
      );
      const left = keys.filter(
        ({ source }) => !waves((one) => one.target === source && one.action === 'delete').some((at) => at < wave.get(step.id)!),
      );
      if (left.length >= 2 && owner.startsWith('aws:')) yield `${step.id} issues a third key for ${owner}`;
    }
  }
  for (const step of steps.filter(({ action }) => action === 'delete')) {
    if (!waves((one) => one.target === step.target && one.action === 'disable').some((at) => at < wave.get(step.id)!))
      yield `${step.id} deletes at once`;
  }
}

function* stranded(replay: Replay): Generator<string> {
  const { graph, steps, names } = replay;
  const byId = new Map(steps.map((step) => [step.id, step]));
  const dead = new Set<string>();
  for (const step of steps.filter(({ action }) => KILLS.has(action))) {
    dead.add(step.target);
    const before = new Set(step.needs);
    for (const id of before) for (const more of byId.get(id)!.needs) before.add(more);
    const done = [...before]
      .map((id) => byId.get(id)!)
      .filter((one) => one.for === step.target)
      .map(({ action }) => action as string);
    for (const { r, kind, source, target } of names) {
      if (kind !== 'USES' || target !== step.target || !['declared', 'observed'].includes(basisAt(graph, r))) continue;
      const needed = entityKindAt(graph, graph.indexOf(source)!) === 'Origin' ? ['issue', 'confirm'] : PREPARES;
      if (!needed.every((action) => done.includes(action)) && !hasFallback(replay, r, dead)) yield `${step.id} strands ${source}`;
    }
  }
}

function hasFallback({ graph, names }: Replay, relationship: number, dead: ReadonlySet<string>): boolean {
  const mine = graph.details.get(relationship)?.alternative;
  const consumer = graph.sources[relationship];
  const options = new Map<string, string[]>();
  for (const { r, target } of names) {
    const other = graph.details.get(r)?.alternative;
    if (mine && other?.group === mine.group && graph.sources[r] === consumer)
      options.set(other.option, [...(options.get(other.option) ?? []), target]);
  }
  return [...options.values()].some((all) => all.every((key) => !dead.has(key)));
}

function* reachFigures({ graph, plan, heldWith, cutsUntil }: Replay, targets: readonly string[]): Generator<string> {
  const held = [...heldWith(targets)];
  for (const [i, { steps }] of plan.waves.entries()) {
    for (const walk of ['lo', 'hi'] as const) {
      const left = plainWeight(graph, held, { walk, cut: cutsUntil(i) });
      for (const { reachAfter } of steps) {
        if (Math.abs(reachAfter[walk] - left) > 1e-6 * Math.max(1, left))
          yield `after wave ${i} ${walk} is said to be ${reachAfter[walk]}, and is ${left}`;
      }
    }
    if (new Set(steps.map(({ reachAfter, outageAfter }) => JSON.stringify([reachAfter, outageAfter]))).size > 1)
      yield `wave ${i} holds two figures`;
  }
}

export function plainWeight(
  graph: AccessGraph,
  held: readonly string[],
  { walk, cut }: { walk: 'lo' | 'hi'; cut: ReadonlySet<number> },
): number {
  const from = [...held, EXTERNAL_ANYONE].flatMap((key) => graph.indexOf(key) ?? []);
  const found = facetDistances(
    from.map((one) => facetName(one, 'control')),
    facetSteps(graph, walk, cut),
  );
  let sum = 0;
  for (let entity = 0; entity < graph.order; entity++) {
    if (from.includes(entity) || !(WEIGHED_KINDS as readonly string[]).includes(entityKindAt(graph, entity))) continue;
    const tier = graph.tiers[entity]!;
    sum +=
      tierWeight(DEFAULT_WEIGHTS, tier < 0 ? undefined : (tier as 0 | 1 | 2 | 3)) *
      levelWeight(DEFAULT_WEIGHTS, facetsAt(found, entity));
  }
  return sum;
}

const sum = (counts: OutageCounts): number => GRADES.reduce((all, grade) => all + counts[grade], 0);

function* outageFigures({ plan, steps }: Replay): Generator<string> {
  const before = { lo: 0, hi: 0 };
  for (const { id, outageAfter } of steps) {
    const after = { lo: sum(outageAfter.lo), hi: sum(outageAfter.hi) };
    if (after.lo > after.hi || after.lo < before.lo || after.hi < before.hi)
      yield `${id}: outage ${after.lo} to ${after.hi} after ${before.lo} to ${before.hi}`;
    const budget = plan.budgets['down'];
    if (budget !== undefined && outageAfter.lo.down > budget)
      yield `${id} takes ${outageAfter.lo.down} down, the budget is ${budget}`;
    if (plan.mode === 'retire' && after.lo > 0) yield `${id} of retire breaks something`;
    Object.assign(before, after);
  }
}

function* tradeoff({ tradeoff: points, waves }: Plan): Generator<string> {
  const rows = points.map(({ reach, outage }) => [
    reach.lo,
    reach.hi,
    ...GRADES.flatMap((grade) => [outage.lo[grade], outage.hi[grade]]),
  ]);
  for (const one of rows) {
    if (rows.some((other) => other !== one && other.every((value, i) => value <= one[i]!)))
      yield `a point of the trade-off is dominated: ${one.join(' ')}`;
  }
  if (waves.length > 0 !== (points.filter(({ recommended }) => recommended).length === 1)) yield 'not one point is recommended';
}
