/** Plans asked, kept and asked again; the context in which they are carried out. */
import { incidentAttribution } from '../analysis/ambiguity/incident-use.ts';
import { attributionDoubt } from '../analysis/ambiguity.ts';
import { isIdentity } from '../analysis/plan/footholds.ts';
import type { PlanFacts, PlanInput } from '../analysis/plan/input.ts';
import type { Lifeline } from '../analysis/plan/lifeline.ts';
import { offboarded } from '../analysis/plan/offboarding.ts';
import { planDigest } from '../analysis/plan/plan-hash.ts';
import { revocationPlan } from '../analysis/plan/revocation-plan.ts';
import { type AccessGraph, entityKindAt } from '../graph/access-graph.ts';
import type { Entity, Relationship, Time } from '../model/entity.ts';
import { UsageError } from '../model/errors.ts';
import { matchesGlob } from '../model/glob.ts';
import type { EntityKind, RelationshipKind } from '../model/kinds.ts';
import type { Mode, Plan, SplitRights } from '../model/plan.ts';
import { relationshipId } from '../model/relationship-id.ts';
import type { GraphReader } from '../ports/store.ts';
import { createInputs } from './ambiguity.ts';
import type { App } from './app.ts';
import { connectorFor } from './connector-for.ts';
import type { ExecuteContext } from './execute/run.ts';
import type { Asking } from './reach.ts';
import { resolveKeys } from './resolve-keys.ts';
import { splitQuestion } from './split-question.ts';

export interface PlanQuestion {
  readonly targets: readonly string[];
  readonly mode: Mode;
  readonly since?: Time;
  /** The targets are people or vendors who leave: what they could have read joins them. */
  readonly offboard?: boolean;
  /** Things that may stop for certain. Absent: the plan says what stops, and execution asks for approval. */
  readonly budgetDown?: number;
  /** `retire`: each consumer of a shared credential gets one of its own, which may do this. */
  readonly split?: SplitRights;
}

type Planning = App & Asking;

/** Plans and keeps the plan, so that it can be approved and executed by its id. The same question of the same graph is the same plan. */
export async function planRevocation(app: Planning, question: PlanQuestion): Promise<Plan> {
  refuseFuture(question.since, app.clock());
  if (question.split !== undefined && question.mode !== 'retire')
    throw new UsageError('split: only `--mode retire` replaces a credential, so only there can it be split');
  const named = await resolveKeys(app.store, question.targets);
  const targets = question.offboard ? await leaving(app, named) : named;
  const budgets = question.budgetDown === undefined ? {} : { down: question.budgetDown };
  const plan = await computePlan(app, {
    targets,
    mode: question.mode,
    budgets,
    ...(question.since !== undefined && { since: question.since }),
    ...(question.split !== undefined && { split: question.split }),
  });
  return keepPlan(app, plan);
}

async function leaving(app: Planning, named: readonly string[]): Promise<string[]> {
  const graph = await app.graph();
  const isLeaver = (key: string): boolean => {
    const entity = graph.indexOf(key);
    return entity !== undefined && isIdentity(graph, entity);
  };
  if (!named.some(isLeaver))
    throw new UsageError(`offboard: ${named.join(', ')}: not an identity; name the person or the vendor that leaves`);
  return offboarded(graph, named);
}

/** An incident that has not begun has no holders, no uses and no end: whoever says so mistyped. */
export function refuseFuture(since: Time | undefined, now: Date): void {
  if (since !== undefined && since > now.toISOString())
    throw new UsageError(`since: ${since} is ahead of the estate's time, ${now.toISOString()}; say when the incident began`);
}

async function keepPlan(app: Planning, plan: Plan): Promise<Plan> {
  const known = await app.store.plan(plan.id);
  const isOpen = known && (known.state === 'draft' || known.state === 'approved');
  if (isOpen) return { ...plan, createdAt: known.plan.createdAt };
  const kept = known ? { ...plan, id: `${plan.id}-${app.newId().slice(0, 4)}` } : plan;
  const at = app.wallClock().toISOString();
  const body = {
    plan: kept.id,
    hash: kept.hash,
    digest: planDigest(kept),
    mode: kept.mode,
    targets: [...kept.targets],
    generation: kept.generation,
  };
  await app.store.savePlan(kept, app.actor, { id: app.newId(), at, actor: app.actor, type: 'plan', body });
  return kept;
}

const ID_LENGTH = 12;

/** The plan of a question, of the graph as it is now. Its id is the beginning of its hash. */
export async function computePlan(
  app: Planning,
  { split, ...question }: Pick<PlanInput, 'targets' | 'mode' | 'since' | 'budgets'> & Pick<PlanQuestion, 'split'>,
): Promise<Plan> {
  const graph = await app.graph();
  const facts = await planFacts(app.store);
  const plan = revocationPlan({
    ...question,
    ...(split !== undefined && { split: await splitQuestion(app, graph, split) }),
    id: '',
    graph,
    ...(await limitsOf(app, { graph, facts })),
    weights: app.settings.weights,
    now: app.clock().toISOString(),
    generation: graph.generation,
    connectorOf: (key, control) => connectorFor(app, facts.entity(key) ?? { key }, control),
    facts,
  });
  return { ...plan, id: plan.hash.slice(0, ID_LENGTH) };
}

/** What the configuration forbids a plan, and what it lets happen only when more people agree. */
export async function limitsOf(
  app: Planning,
  { graph, facts }: { graph: AccessGraph; facts: PlanFacts },
): Promise<Pick<PlanInput, 'downBudget' | 'limits' | 'lifeline' | 'attributionOf'>> {
  const { budgets, denyList, self = [] } = app.settings;
  const inputOf = await createInputs(app, graph);
  return {
    downBudget: budgets.down,
    limits: {
      ...(budgets.tier0 !== undefined && { tier0: budgets.tier0 }),
      ...(budgets.irreversible !== undefined && { irreversible: budgets.irreversible }),
      ...(budgets.ambiguityBits !== undefined && { ambiguityBits: budgets.ambiguityBits }),
      doubtOf: (credential) => attributionDoubt(graph, inputOf(credential)),
    },
    attributionOf: (proof, since) => incidentAttribution(graph, inputOf(proof), { since, factOf: facts.relationship }),
    lifeline: lifelineOf(graph, { facts, denyList, self }),
  };
}

const WORKS_BY: readonly EntityKind[] = ['User', 'ServiceAccount', 'Role', 'Agent', 'Group', 'Credential'];
const BREAK_GLASS = /break[-_ ]?glass/i;

/** Break-glass: what the deny list names, or whose declared use says so. */
function lifelineOf(
  graph: AccessGraph,
  { facts, denyList, self }: { facts: PlanFacts; denyList: readonly string[]; self: readonly string[] },
): Lifeline {
  const found = { self: [] as string[], breakGlass: [] as string[] };
  const isOneOf = (globs: readonly string[], key: string): boolean => globs.some((glob) => matchesGlob(glob, key));
  for (let entity = 0; entity < graph.order; entity++) {
    if (!WORKS_BY.includes(entityKindAt(graph, entity))) continue;
    const key = graph.keys[entity]!;
    if (isOneOf(self, key)) found.self.push(key);
    else if (isOneOf(denyList, key) || BREAK_GLASS.test(facts.entity(key)?.intendedUse ?? '')) found.breakGlass.push(key);
  }
  return found;
}

const FACT_ENTITIES: readonly EntityKind[] = [
  'User',
  'ServiceAccount',
  'Role',
  'Agent',
  'Group',
  'Credential',
  'Session',
  'Secret',
  'Owner',
  'Scope',
];
const FACT_RELATIONSHIPS: readonly RelationshipKind[] = ['USES', 'MINTED', 'ACCESSED'];

/** What plans and incident pages look up beside the graph. */
export async function planFacts(store: GraphReader): Promise<PlanFacts> {
  const entities = new Map<string, Entity>();
  const relationships = new Map<string, Relationship>();
  for await (const batch of store.readEntities({ kinds: FACT_ENTITIES }))
    for (const entity of batch) entities.set(entity.key, entity);
  for await (const batch of store.readRelationships({ kinds: FACT_RELATIONSHIPS })) {
    for (const one of batch) relationships.set(relationshipId(one), one);
  }
  return {
    entity: (key) => entities.get(key),
    relationship: (name) => relationships.get(relationshipId(name)),
  };
}

export function executeContext(app: Planning): ExecuteContext {
  return {
    ...app,
    replan: ({ targets, mode, since, budgets, split }) =>
      computePlan(app, {
        targets,
        mode,
        budgets,
        ...(since !== undefined && { since }),
        ...(split !== undefined && { split }),
      }),
  };
}
