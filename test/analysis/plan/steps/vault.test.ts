import { describe, expect, it } from 'vitest';
import type { PlanInput } from '../../../../src/analysis/plan/input.ts';
import { revocationPlan } from '../../../../src/analysis/plan/revocation-plan.ts';
import type { Entity, Properties } from '../../../../src/model/entity.ts';
import type { Mode, PlanStep } from '../../../../src/model/plan.ts';
import { DEFAULT_WEIGHTS } from '../../../../src/model/weights.ts';
import { CASE_NOW, type CaseEntities, caseGraph } from '../../case-graph.ts';

const ROLE = 'vault:main/auth/approle/role/ci';
const SECRET_ID = `${ROLE}/secret-id/sa-1`;
const TOKEN = 'vault:main/auth/token/accessor/t-1';
const PLACE = 'vault:main/secret/ci/login';

interface Given {
  readonly mode?: Mode;
  readonly targets: readonly string[];
  readonly entities: CaseEntities;
  readonly relationships?: readonly string[];
  readonly properties?: Readonly<Record<string, Properties>>;
}

function stepsOf({ mode = 'contain', targets, entities, relationships = [], properties = {} }: Given): PlanStep[] {
  const input: PlanInput = {
    id: 'plan-1',
    graph: caseGraph(entities, relationships),
    targets,
    mode,
    budgets: {},
    weights: DEFAULT_WEIGHTS,
    now: CASE_NOW,
    generation: 7,
    connectorOf: (key, { byHand }) => (byHand || !key.startsWith('vault:') ? 'manual' : 'bao'),
    facts: { entity: (key) => (properties[key] ? ({ properties: properties[key] } as unknown as Entity) : undefined) },
  };
  const plan = revocationPlan(input);
  expect(plan.refusals).toEqual([]);
  return plan.waves.flatMap(({ steps }) => steps).filter(({ connector }) => connector === 'bao');
}

const shown = ({ action, target, reversibility, parameters }: PlanStep): object => ({
  action,
  target,
  reversibility,
  ...parameters,
});

describe('contain', () => {
  it('destroys a leaked secret-id, then the tokens of its logins', () => {
    const steps = stepsOf({
      targets: [SECRET_ID],
      entities: { [SECRET_ID]: 'Credential', [ROLE]: 'Role', [TOKEN]: 'Session' },
      relationships: [
        `${SECRET_ID} AUTHENTICATES_AS ${ROLE} entitled conditional`,
        `${TOKEN} ACTS_FOR ${ROLE} entitled`,
        `${SECRET_ID} MINTED ${TOKEN} inferred possible`,
      ],
    });
    expect(steps.map(shown)).toEqual([
      {
        action: 'revoke',
        target: SECRET_ID,
        reversibility: 'R2',
        what: 'secret-id',
        mount: 'approle',
        role: 'ci',
        accessor: 'sa-1',
      },
      { action: 'revoke', target: TOKEN, reversibility: 'R2', what: 'sessions', sessions: [TOKEN] },
    ]);
    expect(steps.map(({ approvals }) => approvals)).toEqual([2, 2]);
  });

  it.each([
    [
      'the policies that only it holds',
      { ownPolicies: ['ci'], entityId: 'e-1' },
      { reversibility: 'R1', what: 'policy', policies: ['ci'] },
    ],
    ['its entity', { entityId: 'e-1' }, { reversibility: 'R!', what: 'entity', id: 'e-1' }],
    ['its later logins', {}, { reversibility: 'R1', what: 'role', mount: 'approle', role: 'ci' }],
  ])('denies a role by %s', (_, properties, expected) => {
    const [step] = stepsOf({ targets: [ROLE], entities: { [ROLE]: 'Role' }, properties: { [ROLE]: properties } });
    expect(step && shown(step)).toEqual({ action: 'quarantine', target: ROLE, ...expected });
  });

  it('ends what a dynamic role issued, and makes the password of a static role another', () => {
    const [issued, password] = ['vault:main/database/creds/app/issued', 'vault:main/database/static-roles/report/password'];
    const steps = stepsOf({ targets: [issued, password], entities: { [issued]: 'Credential', [password]: 'Credential' } });
    expect(steps.map(shown)).toEqual([
      { action: 'revoke', target: issued, reversibility: 'R2', what: 'leases', prefix: 'database/creds/app' },
      { action: 'rotate', target: password, reversibility: 'R2', what: 'static-role', mount: 'database', role: 'report' },
    ]);
  });
});

describe('retire', () => {
  it('issues another secret-id, delivers it into the secret that held the old one, and destroys that at the end', () => {
    const steps = stepsOf({
      mode: 'retire',
      targets: [SECRET_ID],
      entities: { [SECRET_ID]: 'Credential', [ROLE]: 'Role', [PLACE]: 'Secret', 'app:shop': 'Workload' },
      relationships: [
        `${SECRET_ID} AUTHENTICATES_AS ${ROLE} entitled`,
        `${PLACE} EXPOSES ${SECRET_ID} declared`,
        `app:shop READS ${PLACE} declared`,
        `app:shop USES ${SECRET_ID} observed`,
      ],
      properties: { [PLACE]: { mount: 'secret', path: 'ci/login', kvVersion: 2 } },
    });
    expect(steps.map(shown)).toEqual([
      { action: 'issue', target: SECRET_ID, reversibility: 'R0', what: 'secret-id', mount: 'approle', role: 'ci' },
      { action: 'distribute', target: PLACE, reversibility: 'R1', what: 'kv', mount: 'secret', path: 'ci/login', field: 'value' },
      {
        action: 'delete',
        target: SECRET_ID,
        reversibility: 'R2',
        what: 'secret-id',
        mount: 'approle',
        role: 'ci',
        accessor: 'sa-1',
      },
    ]);
  });
});
