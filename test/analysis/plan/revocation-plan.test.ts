import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { PlanInput } from '../../../src/analysis/plan/input.ts';
import { planText } from '../../../src/analysis/plan/plan-text.ts';
import { revocationPlan } from '../../../src/analysis/plan/revocation-plan.ts';
import { whatIf } from '../../../src/analysis/plan/what-if.ts';
import type { Mode, PlanStep } from '../../../src/model/plan.ts';
import { DEFAULT_WEIGHTS } from '../../../src/model/weights.ts';
import { CASE_NOW, type CaseEntities, caseGraph } from '../case-graph.ts';
import { planProblems } from './replay.ts';

interface PlanCase {
  readonly name: string;
  readonly mode: Mode;
  readonly budgets?: Readonly<Record<string, number>>;
  readonly targets: readonly string[];
  readonly entities: CaseEntities;
  readonly relationships: readonly string[];
  /** `action target` of each wave. */
  readonly waves: readonly (readonly string[])[];
  /** Upper bound after each wave. */
  readonly reach: readonly number[];
  /** `target rule` */
  readonly refused: readonly string[];
}

const cases = JSON.parse(readFileSync(new URL('../../cases/plan/plans.json', import.meta.url), 'utf8')) as readonly PlanCase[];

function inputOf({
  entities,
  relationships,
  targets,
  mode,
  budgets = {},
}: Omit<PlanCase, 'name' | 'waves' | 'reach' | 'refused'>): PlanInput {
  return {
    id: 'plan-1',
    graph: caseGraph(entities, relationships),
    targets,
    mode,
    budgets,
    weights: DEFAULT_WEIGHTS,
    now: CASE_NOW,
    generation: 7,
    connectorOf: () => 'manual',
    facts: { entity: () => undefined },
  };
}

const word = ({ action, target }: Pick<PlanStep, 'action' | 'target'>): string => `${action} ${target}`;

describe('a revocation plan', () => {
  it.each(cases)('$name', (given) => {
    const input = inputOf(given);
    const plan = revocationPlan(input);
    expect(plan.waves.map(({ steps }) => steps.map(word).sort())).toEqual(given.waves.map((wave) => [...wave].sort()));
    expect(plan.waves.map(({ steps }) => steps[0]!.reachAfter.hi)).toEqual(given.reach);
    expect(plan.refusals.map(({ target, rule }) => `${target} ${rule}`)).toEqual(given.refused);
    expect(planProblems(input.graph, plan, given.targets)).toEqual([]);
  });

  const leaked = cases[0]!;

  it('gives the literal command, its inverse and its probe, with names quoted for the shell', () => {
    const user = "aws:arn:aws:iam::111122223333:user/o'hare;rm";
    const input = inputOf({
      mode: 'contain',
      targets: ['aws:AKIA0EXAMPLE00001'],
      entities: { 'aws:AKIA0EXAMPLE00001': 'Credential', [user]: 'ServiceAccount' },
      relationships: [`aws:AKIA0EXAMPLE00001 AUTHENTICATES_AS ${user} entitled`],
    });
    expect(revocationPlan(input).waves[0]!.steps[0]!.commands).toEqual({
      apply: "aws iam update-access-key --user-name 'o'\\''hare;rm' --access-key-id 'AKIA0EXAMPLE00001' --status Inactive",
      inverse: "aws iam update-access-key --user-name 'o'\\''hare;rm' --access-key-id 'AKIA0EXAMPLE00001' --status Active",
      probe: "aws iam list-access-keys --user-name 'o'\\''hare;rm'",
    });
  });

  it('leaves what was minted before the incident to its rightful holders, and says so', () => {
    const facts = { entity: () => undefined, relationship: () => ({ firstSeen: '2026-02-20T00:00:00.000Z' }) };
    const plan = revocationPlan({ ...inputOf(leaked), since: '2026-02-28T00:00:00.000Z', facts });
    expect(plan.waves.map(({ steps }) => steps.map(word))).toEqual([
      ['quarantine aws:AKIA0EXAMPLE00001'],
      ['notify aws:AKIA0EXAMPLE00001'],
    ]);
    expect(plan.refusals.map(({ target, rule }) => `${target} ${rule}`)).toEqual(['aws:ASIA0EXAMPLE00001 9: made before']);
  });

  it('fences a key that may not be cut, where its rightful networks are known since before the incident', () => {
    const given = inputOf({
      mode: 'contain',
      budgets: { down: 0 },
      targets: ['aws:AKIA0EXAMPLE00001'],
      entities: {
        'aws:AKIA0EXAMPLE00001': 'Credential',
        'aws:arn:aws:iam::111122223333:user/a': 'ServiceAccount',
        'app:shop': 'Workload',
        'origin:198.51.100.7/aws-sdk': 'Origin',
        'origin:203.0.113.9/aws-cli': 'Origin',
        'permission:1': 'Permission',
        'aws:arn:aws:s3:::shop': 'Resource tier=0',
      },
      relationships: [
        'aws:AKIA0EXAMPLE00001 AUTHENTICATES_AS aws:arn:aws:iam::111122223333:user/a entitled',
        'app:shop USES aws:AKIA0EXAMPLE00001 declared',
        'origin:198.51.100.7/aws-sdk USES aws:AKIA0EXAMPLE00001 observed',
        'origin:203.0.113.9/aws-cli USES aws:AKIA0EXAMPLE00001 observed',
        'aws:arn:aws:iam::111122223333:user/a HAS_GRANT permission:1 entitled',
        'permission:1 CAN_READ aws:arn:aws:s3:::shop entitled',
      ],
    });
    const firstSeen: Record<string, string> = {
      'origin:198.51.100.7/aws-sdk': '2026-01-01T00:00:00.000Z',
      'origin:203.0.113.9/aws-cli': '2026-02-28T12:00:00.000Z',
    };
    const facts = {
      entity: () => undefined,
      relationship: ({ source }: { source: string }) => ({ firstSeen: firstSeen[source]! }),
    };
    const plan = revocationPlan({ ...given, since: '2026-02-28T00:00:00.000Z', facts });
    const [fence] = plan.waves[0]!.steps;
    expect([fence!.action, fence!.parameters['networks'], fence!.outageAfter.lo.down, plan.refusals]).toEqual([
      'reduce',
      ['198.51.100.7'],
      0,
      [],
    ]);
    expect(planProblems(given.graph, plan, given.targets)).toEqual([]);
    // Without the budget it is cut, and the fence is what else could be done: it breaks nothing, and does not stop an attacker inside.
    const free = revocationPlan({ ...given, budgets: {}, since: '2026-02-28T00:00:00.000Z', facts });
    const other = free.tradeoff.find(({ alternative }) => alternative?.action === 'reduce');
    const chosen = free.tradeoff.find(({ recommended }) => recommended);
    expect(other?.alternative?.instead).toBe(free.waves[0]!.steps[0]!.id);
    expect([other?.outage.lo.down, chosen?.outage.lo.down]).toEqual([0, 1]);
    expect([other?.reach.hi, chosen?.reach.hi]).toEqual([500, 0]);
    expect(chosen?.why).toBeDefined();
    expect(planText(free)).toContain(other!.alternative!.commands.apply);
    expect(planProblems(given.graph, free, given.targets)).toEqual([]);
  });

  it('says in confirm for whom it waits, the origins that nobody explains included', () => {
    const plan = revocationPlan(inputOf(cases.find(({ name }) => name.startsWith('a used key is replaced'))!));
    const steps = plan.waves.flatMap((wave) => wave.steps);
    expect(steps.find(({ action }) => action === 'confirm')?.parameters['waitsFor']).toEqual([
      'app:shop',
      'origin:198.51.100.7/aws-cli',
    ]);
    // A new secret with the old id would strand the consumer.
    expect(steps.find(({ action }) => action === 'distribute')?.commands.apply.split('\n')).toEqual([
      "jq -j .AccessKey.SecretAccessKey 'replacement-of-AKIA0EXAMPLE00001.json' | gh secret set 'AWS_SECRET_ACCESS_KEY' --repo 'acme/shop'",
      expect.stringMatching(/^# the new id goes with it/),
      "jq -j .AccessKey.AccessKeyId 'replacement-of-AKIA0EXAMPLE00001.json' | gh secret set 'AWS_ACCESS_KEY_ID' --repo 'acme/shop'",
    ]);
  });

  describe('distributes a new value by the systems of its places', () => {
    const parameter = (name: string): string => `aws:arn:aws:ssm:eu-west-1:111122223333:parameter/ci/${name}`;
    const rotated = (places: readonly string[], others: readonly string[] = []) =>
      inputOf({
        mode: 'retire',
        targets: ['aws:AKIA0EXAMPLE00001'],
        entities: {
          'aws:AKIA0EXAMPLE00001': 'Credential',
          'aws:arn:aws:iam::111122223333:user/ci': 'ServiceAccount',
          'app:ci': 'Workload',
          ...Object.fromEntries([...places, ...others].map((key) => [key, 'Secret'])),
        },
        relationships: [
          'aws:AKIA0EXAMPLE00001 AUTHENTICATES_AS aws:arn:aws:iam::111122223333:user/ci entitled',
          'app:ci USES aws:AKIA0EXAMPLE00001 observed',
          ...places.map((key) => `${key} EXPOSES aws:AKIA0EXAMPLE00001 declared`),
        ],
      });
    const secretPlace = parameter('AWS_SECRET_ACCESS_KEY');
    const idPlace = parameter('AWS_ACCESS_KEY_ID');
    const stepsOf = (input: PlanInput, action: string): PlanStep[] =>
      revocationPlan({ ...input, connectorOf: (_, { byHand }) => (byHand ? 'manual' : 'prod-aws') })
        .waves.flatMap(({ steps }) => steps)
        .filter((step) => step.action === action)
        .sort((a, b) => (a.target < b.target ? -1 : 1));

    it('into each place and beside it the id, all before it is seen in use', () => {
      const input = rotated([secretPlace], [idPlace]);
      const distributed = stepsOf(input, 'distribute');
      expect(distributed.map((step) => [step.target, step.for, step.connector, step.parameters['field']])).toEqual([
        [idPlace, 'aws:AKIA0EXAMPLE00001', 'prod-aws', 'accessKeyId'],
        [secretPlace, 'aws:AKIA0EXAMPLE00001', 'prod-aws', 'value'],
      ]);
      expect(stepsOf(input, 'confirm')[0]!.needs).toEqual(distributed.map(({ id }) => id).sort());
      const [issue] = stepsOf(input, 'issue');
      expect([issue!.connector, ...distributed.map(({ needs }) => needs)]).toEqual(['prod-aws', [issue!.id], [issue!.id]]);
    });

    it('by hand where nobody knows where the id is kept, and then it is issued by hand too: an enforcer shows it to nobody', () => {
      const input = rotated([secretPlace]);
      expect(stepsOf(input, 'distribute').map((step) => [step.target, step.connector])).toEqual([
        ['aws:AKIA0EXAMPLE00001', 'manual'],
      ]);
      expect(stepsOf(input, 'issue')[0]!.connector).toBe('manual');
    });

    it('by hand as a whole where one place is filled by hand', () => {
      const input = rotated([secretPlace, 'file:leaks/deploy.sh#L4'], [idPlace]);
      expect(stepsOf(input, 'distribute').map((step) => [step.target, step.connector, step.parameters['places']])).toEqual([
        ['aws:AKIA0EXAMPLE00001', 'manual', ['file:leaks/deploy.sh#L4']],
        [idPlace, 'manual', undefined],
        [secretPlace, 'manual', undefined],
      ]);
      expect(stepsOf(input, 'confirm')[0]!.needs).toHaveLength(3);
    });
  });

  it('binds its hash to what is done, not to when it was asked', () => {
    const input = inputOf(leaked);
    const { hash } = revocationPlan(input);
    expect(revocationPlan({ ...input, id: 'plan-2', now: '2026-03-02T00:00:00.000Z', generation: 8 }).hash).toBe(hash);
    expect(revocationPlan({ ...input, budgets: { down: 3 } }).hash).not.toBe(hash);
    expect(revocationPlan({ ...input, connectorOf: () => 'prod-aws' }).hash).not.toBe(hash);
    expect(revocationPlan({ ...input, mode: 'retire' }).hash).not.toBe(hash);
  });

  it('planned again has the same hash where what changed is none of its business, and another where it is', () => {
    const { hash } = revocationPlan(inputOf(leaked));
    const again = (entities: CaseEntities, relationships: readonly string[]): string =>
      revocationPlan(
        inputOf({
          ...leaked,
          entities: { ...leaked.entities, ...entities },
          relationships: [...leaked.relationships, ...relationships],
        }),
      ).hash;
    expect(
      again({ 'aws:arn:aws:s3:::other': 'Resource tier=0' }, ['permission:1 CAN_READ aws:arn:aws:s3:::other entitled']),
    ).toBe(hash);
    const minted = [
      'aws:AKIA0EXAMPLE00001 MINTED aws:ASIA0EXAMPLE00002 observed',
      'aws:ASIA0EXAMPLE00002 AUTHENTICATES_AS aws:arn:aws:iam::111122223333:role/deploy observed',
    ];
    expect(again({ 'aws:ASIA0EXAMPLE00002': 'Session' }, minted)).not.toBe(hash);
  });

  it('answers for any steps that a person picks, and refuses one that it does not know', () => {
    const input = inputOf(leaked);
    const plan = revocationPlan(input);
    const [first, second] = plan.waves.map(({ steps }) => steps[0]!.id);
    expect(whatIf(input, plan, []).reach.hi).toBe(500);
    expect(whatIf(input, plan, [first!]).reach.hi).toBe(500);
    expect(whatIf(input, plan, [first!, second!]).reach.hi).toBe(0);
    expect(() => whatIf(input, plan, ['quarantine-0'])).toThrow(/no step quarantine-0/);
  });

  it('refuses a target that the graph does not hold', () => {
    expect(() => revocationPlan({ ...inputOf(leaked), targets: ['aws:AKIA0EXAMPLE09999'] })).toThrow(/AKIA0EXAMPLE09999/);
  });

  it('is shown with the command, the way back and the check beside every step, and without control characters', () => {
    const plan = revocationPlan(inputOf(leaked));
    const text = planText({ ...plan, refusals: [{ target: 'evil\u001b[2Jname', rule: 'r', reason: 'because' }] });
    for (const { commands } of plan.waves.flatMap(({ steps }) => steps)) {
      const lines = [commands.apply, commands.inverse, commands.probe].flatMap((command) => command.split('\n'));
      for (const line of lines) expect(text).toContain(line);
    }
    expect(text).not.toContain('\u001b');
    expect(text.split('\n')[0]).toMatch(/^PLAN plan-1 {2}contain/);
  });
});
