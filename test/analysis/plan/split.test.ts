/** A shared credential split into one per consumer: who gets one, who is kept together, who holds the old one up. */
import { describe, expect, it } from 'vitest';
import type { LikelyConsumer, PlanInput, SplitQuestion } from '../../../src/analysis/plan/input.ts';
import { revocationPlan } from '../../../src/analysis/plan/revocation-plan.ts';
import { whatIf } from '../../../src/analysis/plan/what-if.ts';
import type { RelationshipName } from '../../../src/model/entity.ts';
import type { Plan, PlanStep } from '../../../src/model/plan.ts';
import { DEFAULT_WEIGHTS } from '../../../src/model/weights.ts';
import { CASE_NOW, type CaseEntities, caseGraph } from '../case-graph.ts';
import { planProblems } from './replay.ts';

const PASSWORD = 'postgres:db/roles/shop/password';
const ROLE = 'postgres:db/roles/shop';
const CHECKOUT = 'k8s:prod/shop/deployments/checkout';
const BILLING = 'k8s:prod/shop/deployments/billing';
const ORDERS = 'postgres:db/databases/shop/schemas/public/tables/orders';
const SECRET = (name: string): string => `k8s:prod/shop/secrets/${name}`;

const ENTITIES: CaseEntities = {
  [PASSWORD]: 'Credential',
  [ROLE]: 'ServiceAccount',
  [CHECKOUT]: 'Workload',
  [BILLING]: 'Workload',
  [SECRET('checkout')]: 'Secret',
  [SECRET('billing')]: 'Secret',
  [ORDERS]: 'Resource tier=1',
};
const SHARED = [
  `${PASSWORD} AUTHENTICATES_AS ${ROLE} entitled`,
  `${CHECKOUT} USES ${PASSWORD} observed`,
  `${BILLING} USES ${PASSWORD} observed`,
  `${SECRET('checkout')} EXPOSES ${PASSWORD} observed`,
  `${SECRET('billing')} EXPOSES ${PASSWORD} observed`,
  `${CHECKOUT} READS ${SECRET('checkout')} declared`,
  `${BILLING} READS ${SECRET('billing')} declared`,
];

const likely = (key: string, probability: number, change: Partial<LikelyConsumer> = {}): LikelyConsumer => ({
  key,
  probability,
  isAbleOnly: false,
  evidence: [`observed use: 12, last 2026-02-28`],
  origins: [],
  ...change,
});
const SURE = [likely(CHECKOUT, 0.98), likely(BILLING, 0.97)];

interface Estate {
  readonly entities?: CaseEntities;
  readonly relationships?: readonly string[];
  readonly consumers?: readonly LikelyConsumer[];
  readonly rights?: SplitQuestion['rights'];
  readonly actions?: Readonly<Record<string, readonly string[]>>;
  readonly targets?: readonly string[];
  readonly connectorOf?: PlanInput['connectorOf'];
}

function inputOf(estate: Estate): PlanInput {
  const { entities = {}, relationships = SHARED, consumers = SURE, rights = 'seen', actions = {}, targets = [PASSWORD] } = estate;
  const actionsOf = ({ source, target }: RelationshipName) => actions[`${source} ${target}`];
  return {
    id: 'plan-1',
    graph: caseGraph({ ...ENTITIES, ...entities }, relationships),
    targets,
    mode: 'retire',
    budgets: {},
    weights: DEFAULT_WEIGHTS,
    now: CASE_NOW,
    generation: 7,
    connectorOf: estate.connectorOf ?? (() => 'manual'),
    facts: {
      entity: () => undefined,
      relationship: (name) => ({ firstSeen: CASE_NOW, properties: { actions: [...(actionsOf(name) ?? [])] } }),
    },
    split: { rights, window: { end: CASE_NOW, days: 90 }, consumersOf: () => consumers },
  };
}

function planOf(estate: Estate): { plan: Plan; steps: PlanStep[] } {
  const input = inputOf(estate);
  const plan = revocationPlan(input);
  expect(planProblems(input.graph, plan, input.targets)).toEqual([]);
  return { plan, steps: plan.waves.flatMap((wave) => wave.steps) };
}

const by = (steps: readonly PlanStep[], action: PlanStep['action']): PlanStep[] => steps.filter((step) => step.action === action);
const idsOf = (steps: readonly PlanStep[]): string[] => steps.map(({ id }) => id).sort();

describe('a split', () => {
  it('issues a role for each consumer, waits until each was seen on its own, and only then takes the old one away', () => {
    const { steps } = planOf({});
    const issued = by(steps, 'issue');
    expect(new Set(issued.map(({ forConsumers }) => forConsumers?.join()))).toEqual(new Set([BILLING, CHECKOUT]));
    const roles = issued.map(({ parameters }) => parameters['newRole'] as string).sort();
    expect(roles).toEqual([
      expect.stringMatching(/^shop_billing_[0-9a-f]{4}$/),
      expect.stringMatching(/^shop_checkout_[0-9a-f]{4}$/),
    ]);
    const confirms = by(steps, 'confirm');
    expect(new Set(confirms.map(({ parameters }) => parameters['onto']))).toEqual(
      new Set(roles.map((role) => `postgres:db/roles/${role}`)),
    );
    const [disable] = by(steps, 'disable');
    expect([...disable!.needs]).toEqual(idsOf(confirms));
    for (const confirm of confirms) {
      const handed = steps.filter(({ id }) => confirm.needs.includes(id));
      expect(handed.map(({ action, forConsumers }) => [action, forConsumers])).toEqual([['distribute', confirm.forConsumers]]);
      expect(handed[0]!.needs).toEqual(idsOf(issued.filter(({ forConsumers }) => forConsumers![0] === confirm.forConsumers![0])));
    }
  });

  it('says how surely each is a consumer, on which evidence, and in which window', () => {
    const { steps } = planOf({});
    const why = by(steps, 'issue').find(({ forConsumers }) => forConsumers!.includes(CHECKOUT))!.why;
    expect(why).toContain(`${CHECKOUT} (98 %)`);
    expect(why).toContain('observed use: 12');
    expect(why).toContain(`90 days until ${CASE_NOW}`);
    expect(why).toContain('those of role "shop", as a member of it');
  });

  it('brings each value only to the places that its consumer reads', () => {
    const { steps } = planOf({});
    const places = by(steps, 'distribute').map(({ forConsumers, parameters }) => [forConsumers, parameters['places']]);
    expect(places).toEqual(
      expect.arrayContaining([
        [[CHECKOUT], [SECRET('checkout')]],
        [[BILLING], [SECRET('billing')]],
      ]),
    );
    expect(places).toHaveLength(2);
  });

  it('keeps consumers together that read one place, and names the place', () => {
    const { steps } = planOf({ relationships: [...SHARED, `${BILLING} READS ${SECRET('checkout')} declared`] });
    const [issue, ...more] = by(steps, 'issue');
    expect(more).toEqual([]);
    expect(issue!.forConsumers).toEqual([BILLING, CHECKOUT]);
    expect(issue!.why).toContain(`they read the same place ${SECRET('checkout')}, which cannot hold two values`);
    expect(by(steps, 'confirm')[0]!.parameters['waitsFor']).toEqual([BILLING, CHECKOUT]);
  });

  it('does not disable the old one before an ambiguous consumer is settled, and names it', () => {
    const { steps } = planOf({ consumers: [likely(CHECKOUT, 0.98), likely(BILLING, 0.6)] });
    expect(by(steps, 'issue').map(({ forConsumers }) => forConsumers)).toEqual([[CHECKOUT]]);
    const settle = by(steps, 'confirm').find(({ forConsumers }) => forConsumers === undefined)!;
    expect(settle.parameters).toMatchObject({ waitsFor: [BILLING], places: [SECRET('billing')], unsettled: true });
    expect(settle.why).toContain(`${BILLING} (60 % likely)`);
    expect(by(steps, 'disable')[0]!.needs).toContain(settle.id);
  });

  it('waits for an origin that nobody explains, and not for one that is surely a consumer’s', () => {
    const origins = ['origin:10.0.0.1/psql', 'origin:10.0.0.2/driver'];
    const { steps } = planOf({
      entities: { [origins[0]!]: 'Origin', [origins[1]!]: 'Origin' },
      relationships: [...SHARED, ...origins.map((one) => `${one} USES ${PASSWORD} observed`)],
      consumers: [likely(CHECKOUT, 0.98, { origins: [origins[1]!] }), likely(BILLING, 0.97)],
    });
    const confirms = by(steps, 'confirm');
    const settle = confirms.find(({ forConsumers }) => forConsumers === undefined)!;
    expect(settle.parameters['waitsFor']).toEqual([origins[0]]);
    expect(confirms.find(({ forConsumers }) => forConsumers?.[0] === CHECKOUT)!.parameters['origins']).toEqual([origins[1]]);
  });

  it('is refused where nobody is surely a consumer, with who has to be settled', () => {
    const { plan, steps } = planOf({ consumers: [likely(CHECKOUT, 0.7), likely(BILLING, 0.5)] });
    expect(steps).toEqual([]);
    expect(plan.refusals).toEqual([
      { target: PASSWORD, rule: 'split', reason: expect.stringContaining(`${CHECKOUT} (70 % likely)`) },
    ]);
  });

  it('of an identity is refused, with the credentials that could be split', () => {
    const { plan } = planOf({ targets: [ROLE] });
    expect(plan.refusals).toEqual([
      { target: ROLE, rule: 'split', reason: `only a credential is split: name one of ${PASSWORD}` },
    ]);
  });

  it('of a dormant credential issues nothing: it is retired', () => {
    const { steps } = planOf({ relationships: SHARED.slice(0, 1), consumers: [] });
    expect(steps.map(({ action }) => action)).toEqual(['save', 'disable', 'soak', 'delete']);
  });

  it('ignores who is merely able to read the value', () => {
    const reader = 'k8s:prod/shop/deployments/reader';
    const able = likely(reader, 0.05, { isAbleOnly: true });
    const { steps } = planOf({ entities: { [reader]: 'Workload' }, consumers: [...SURE, able] });
    expect(by(steps, 'issue')).toHaveLength(2);
    expect(by(steps, 'confirm')).toHaveLength(2);
  });

  describe('with what each was seen using', () => {
    const accessed = { relationships: [...SHARED, `${CHECKOUT} ACCESSED ${ORDERS} observed lastUsed=2026-02-28T00:00:00.000Z`] };
    const actions = { [`${CHECKOUT} ${ORDERS}`]: ['select', 'update'] };
    const grantsOf = (steps: readonly PlanStep[], consumer: string) =>
      by(steps, 'issue').find(({ forConsumers }) => forConsumers!.includes(consumer))!;

    it('grants that and no more, and leaves those without such a log the rights of the role', () => {
      const { steps } = planOf({ ...accessed, actions });
      expect(grantsOf(steps, CHECKOUT).parameters['grants']).toEqual(['shop/public/orders SELECT,UPDATE']);
      expect(grantsOf(steps, CHECKOUT).commands.apply).toContain('GRANT SELECT, UPDATE ON TABLE "public"."orders"');
      expect(grantsOf(steps, CHECKOUT).why).toContain('only what was seen used: shop/public/orders SELECT,UPDATE');
      expect(grantsOf(steps, BILLING).parameters['grants']).toBeUndefined();
      expect(by(steps, 'delete')).toEqual([]);
    });

    it('may drop the old role only when nobody has its rights from it', () => {
      const both = [...accessed.relationships, `${BILLING} ACCESSED ${ORDERS} observed lastUsed=2026-02-28T00:00:00.000Z`];
      const { steps } = planOf({ relationships: both, actions: { ...actions, [`${BILLING} ${ORDERS}`]: ['select'] } });
      expect(by(steps, 'delete')).toHaveLength(1);
    });

    it('gives the same rights when a person asks for that', () => {
      const { steps } = planOf({ ...accessed, actions, rights: 'same' });
      expect(grantsOf(steps, CHECKOUT).parameters['grants']).toBeUndefined();
      expect(grantsOf(steps, CHECKOUT).why).toContain('(as asked for)');
    });

    it('does not narrow by a use of no known kind, nor by one before the window', () => {
      const unknown = planOf({ ...accessed, actions: { [`${CHECKOUT} ${ORDERS}`]: ['vacuum'] } });
      expect(grantsOf(unknown.steps, CHECKOUT).parameters['grants']).toBeUndefined();
      expect(grantsOf(unknown.steps, CHECKOUT).why).toContain(`the use of ${ORDERS} (vacuum) is not told by rights on tables`);
      const old = planOf({
        relationships: [...SHARED, `${CHECKOUT} ACCESSED ${ORDERS} observed lastUsed=2025-01-01T00:00:00.000Z`],
        actions,
      });
      expect(grantsOf(old.steps, CHECKOUT).parameters['grants']).toBeUndefined();
    });
  });

  it('of a credential whose issuer is not ours says what to ask for, by hand', () => {
    const key = 'leak:0001';
    const { steps } = planOf({
      entities: { [key]: 'Credential' },
      relationships: [`${CHECKOUT} USES ${key} declared`, `${BILLING} USES ${key} declared`],
      targets: [key],
    });
    const issued = by(steps, 'issue');
    expect(issued).toHaveLength(2);
    expect(
      issued.every(({ connector, commands }) => connector === 'manual' && commands.apply.includes('credential of its own')),
    ).toBe(true);
  });

  it('of an AWS access key makes a user of its own for each, by hand, even where the user has no room for another key', () => {
    const key = 'aws:AKIA0EXAMPLE00001';
    const user = 'aws:arn:aws:iam::111122223333:user/apps/shop';
    const { plan, steps } = planOf({
      entities: { [key]: 'Credential', [user]: 'ServiceAccount' },
      relationships: [
        `${key} AUTHENTICATES_AS ${user} entitled`,
        `${CHECKOUT} USES ${key} observed`,
        `${BILLING} USES ${key} declared`,
      ],
      targets: [key],
    });
    expect(plan.refusals).toEqual([]);
    const issued = by(steps, 'issue').find(({ forConsumers }) => forConsumers![0] === CHECKOUT)!;
    const name = issued.parameters['newUser'] as string;
    expect(name).toMatch(/^shop_checkout_[0-9a-f]{4}$/);
    expect(issued.connector).toBe('manual');
    expect(issued.commands.apply).toContain(`aws iam create-user --user-name '${name}' --path '/apps/'`);
    expect(issued.commands.apply).toContain(`> 'replacement-of-${name}.json'`);
    expect(issued.commands.inverse).toContain(`aws iam delete-user --user-name '${name}'`);
    expect(issued.why).toContain('what each consumer uses was not seen of it alone');
    const onto = by(steps, 'confirm').map(({ parameters }) => parameters['onto']);
    expect(onto).toContain(`aws:arn:aws:iam::111122223333:user/apps/${name}`);
  });

  it.each([
    ['rabbitmq:mq/users/shop/password', 'rabbitmq:mq/users/shop', 'newUser', 'RabbitMQ does not log which queues'],
    ['redis:cache/users/shop/passwords/abcdefgh', 'redis:cache/users/shop', 'newUser', 'Redis keeps no log'],
  ])('of %s makes a user for each, with the rights of the shared one', (key, identity, parameter, rights) => {
    const { steps } = planOf({
      entities: { [key]: 'Credential', [identity]: 'ServiceAccount' },
      relationships: [
        `${key} AUTHENTICATES_AS ${identity} entitled`,
        `${CHECKOUT} USES ${key} observed`,
        `${BILLING} USES ${key} observed`,
      ],
      targets: [key],
    });
    const issued = by(steps, 'issue');
    expect(new Set(issued.map(({ parameters }) => parameters[parameter])).size).toBe(2);
    for (const { why } of issued) expect(why).toContain(rights);
    const onto = by(steps, 'confirm').map(({ parameters }) => String(parameters['onto']));
    expect(onto.every((one) => one.startsWith(`${identity}_`))).toBe(true);
  });

  it('is harmless only when every consumer was confirmed', () => {
    const input = inputOf({});
    const plan = revocationPlan(input);
    const steps = plan.waves.flatMap((wave) => wave.steps);
    const ids = idsOf([...by(steps, 'confirm'), ...by(steps, 'disable')]);
    const downWith = (chosen: readonly string[]) => whatIf(input, plan, chosen).outage.lo.down;
    expect(downWith(ids)).toBe(0);
    expect(downWith(ids.filter((id) => id !== by(steps, 'confirm')[0]!.id))).toBeGreaterThan(0);
  });

  it('gives the same hash whatever the order of the answers', () => {
    const [one, other] = [SURE, [...SURE].reverse()].map((consumers) => revocationPlan(inputOf({ consumers })));
    expect(one!.hash).toBe(other!.hash);
  });
});
