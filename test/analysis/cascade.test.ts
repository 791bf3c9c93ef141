import { describe, expect, it } from 'vitest';
import { type CascadeRow, cascade } from '../../src/analysis/cascade.ts';
import type { Entity } from '../../src/model/entity.ts';
import type { PlanStep, StepRecord, StepState } from '../../src/model/plan.ts';
import { makeStep } from '../app/execute/plans.ts';
import { CASE_NOW, caseGraph, nameOf } from './case-graph.ts';

const KEY = 'aws:AKIA0EXAMPLE00001';
const USER = 'aws:arn:aws:iam::111122223333:user/shop';
const SESSION = 'aws:ASIA0EXAMPLE00001';
const CHILD = 'aws:ASIA0EXAMPLE00002';
const ROLE = 'aws:arn:aws:iam::111122223333:role/shop';
const PLACE = 'github:acme/shop/actions/secrets/KEY';
const LATER = '2026-03-01T06:00:00.000Z';

const graph = caseGraph(
  { [KEY]: 'Credential', [USER]: 'ServiceAccount', [SESSION]: 'Session', [CHILD]: 'Session', [ROLE]: 'Role', [PLACE]: 'Secret' },
  [
    `${KEY} AUTHENTICATES_AS ${USER}`,
    `${KEY} MINTED ${SESSION}`,
    `${SESSION} AUTHENTICATES_AS ${ROLE}`,
    `${SESSION} MINTED ${CHILD}`,
    `${CHILD} AUTHENTICATES_AS ${ROLE}`,
    `${PLACE} EXPOSES ${KEY}`,
  ],
);

const expires: Readonly<Record<string, string>> = { [SESSION]: LATER, [CHILD]: LATER };
const facts = { entity: (key: string) => (expires[key] ? ({ expiresAt: expires[key] } as Entity) : undefined) };

const disable = makeStep({ id: 's1', target: KEY, action: 'disable', cuts: [nameOf(`${KEY} AUTHENTICATES_AS ${USER}`)] });
const cutSessions = makeStep({
  id: 's2',
  target: ROLE,
  action: 'quarantine',
  cuts: [nameOf(`${SESSION} AUTHENTICATES_AS ${ROLE}`), nameOf(`${CHILD} AUTHENTICATES_AS ${ROLE}`)],
});

function rowsOf(states: Readonly<Record<string, Partial<StepRecord> & { state: StepState }>>, targets = [KEY], now = CASE_NOW) {
  const steps: PlanStep[] = [disable, cutSessions];
  const records = new Map(Object.entries(states).map(([id, record]) => [id, record as StepRecord]));
  return cascade({ graph, facts, targets, steps, records, now });
}

const lives = (rows: readonly CascadeRow[]) => rows.map(({ key, part, life, until }) => [key, part, life, until]);

describe('the cascade of a plan', () => {
  it('shows all that comes from a target alive before anything was done, until it ends by itself', () => {
    expect(lives(rowsOf({}))).toEqual([
      [KEY, 'target', 'alive', null],
      [PLACE, 'copy', 'alive', null],
      [SESSION, 'derived', 'alive', LATER],
      [CHILD, 'derived', 'alive', LATER],
    ]);
  });

  it('shows a disabled key dead with its copies, and its sessions alive, since they live on', () => {
    const rows = rowsOf({ s1: { state: 'effective' } });
    expect(lives(rows)).toEqual([
      [KEY, 'target', 'dead', null],
      [PLACE, 'copy', 'dead', null],
      [SESSION, 'derived', 'alive', LATER],
      [CHILD, 'derived', 'alive', LATER],
    ]);
    expect(rows[0]?.because).toBe(`disable ${KEY} was seen`);
    expect(rows[1]?.because).toContain('is worth nothing');
  });

  it('says what the act leaves alive of what was minted, and lets die with it what does', () => {
    const named = makeStep({ ...disable, parameters: { control: 'access-key' } });
    const ofKey = cascade({
      graph,
      facts,
      targets: [KEY],
      steps: [named],
      records: new Map([['s1', { state: 'effective' } as StepRecord]]),
      now: CASE_NOW,
    });
    expect(ofKey.find(({ key }) => key === SESSION)?.because).toContain('leaves alive: sessions that it minted');
    const [parent, child, identity] = [
      'vault:main/auth/token/accessor/a',
      'vault:main/auth/token/accessor/b',
      'vault:main/identity/entity/e',
    ];
    const tokens = caseGraph({ [parent]: 'Session', [child]: 'Session', [identity]: 'ServiceAccount' }, [
      `${parent} AUTHENTICATES_AS ${identity}`,
      `${parent} MINTED ${child}`,
      `${child} AUTHENTICATES_AS ${identity}`,
    ]);
    const revoke = makeStep({
      id: 's3',
      target: parent,
      action: 'revoke',
      parameters: { what: 'token', accessor: 'a' },
      cuts: [nameOf(`${parent} AUTHENTICATES_AS ${identity}`)],
    });
    const asked = (state: StepState) =>
      cascade({
        graph: tokens,
        facts,
        targets: [parent],
        steps: [revoke],
        records: new Map([['s3', { state } as StepRecord]]),
        now: CASE_NOW,
      }).find(({ key }) => key === child);
    expect(asked('effective')).toMatchObject({ life: 'dead', because: expect.stringContaining('died with what minted it') });
    expect(asked('requested')).toMatchObject({ life: 'unknown' });
    expect(asked('planned')).toMatchObject({ life: 'alive', because: 'no step has cut it' });
  });

  it('shows all dead once their cut was seen too', () => {
    expect(rowsOf({ s1: { state: 'effective' }, s2: { state: 'effective' } }).map(({ life }) => life)).toEqual(
      Array(4).fill('dead'),
    );
  });

  it.each([
    ['on its way', { state: 'propagating', effectiveBy: '2026-03-01T00:05:00.000Z' }, '2026-03-01T00:05:00.000Z'],
    ['partial', { state: 'partial', residualUntil: '2026-03-01T09:00:00.000Z' }, LATER],
    ['partial for nobody knows how long', { state: 'partial' }, LATER],
    ['requested by a process that died', { state: 'requested' }, LATER],
  ] as const)('does not know of sessions whose cut is %s', (_, record, until) => {
    const rows = rowsOf({ s2: record });
    expect(rows.filter(({ part }) => part === 'derived').map(({ life, until: at }) => [life, at])).toEqual([
      ['unknown', until],
      ['unknown', until],
    ]);
  });

  it('shows alive what a person has yet to cut, and dead what a person said is done', () => {
    const byHand = makeStep({ ...disable, connector: 'manual' });
    const first = (state: StepState) => {
      const records = new Map([['s1', { state, effectiveBy: '2026-03-01T00:05:00.000Z' } as StepRecord]]);
      return cascade({ graph, facts, targets: [KEY], steps: [byHand], records, now: CASE_NOW })[0];
    };
    expect(first('accepted')).toMatchObject({ life: 'alive', until: null });
    expect(first('effective')).toMatchObject({ life: 'dead' });
  });

  it('takes a control that somebody has removed for none', () => {
    const drift = { since: CASE_NOW, evidence: [] };
    expect(rowsOf({ s1: { state: 'effective', drift } })[0]).toMatchObject({ life: 'alive' });
  });

  it('shows sessions dead when their time is over', () => {
    const rows = rowsOf({}, [KEY], '2026-03-01T07:00:00.000Z');
    expect(rows.find(({ key }) => key === SESSION)).toMatchObject({ life: 'dead', because: `it ended at ${LATER}` });
  });

  it('shows the proofs of an identity, and what they minted; nothing of what the graph does not know', () => {
    expect(rowsOf({}, [USER]).map(({ key, part }) => [key, part])).toEqual([
      [USER, 'target'],
      [KEY, 'proof'],
      [PLACE, 'copy'],
      [SESSION, 'derived'],
      [CHILD, 'derived'],
    ]);
    expect(rowsOf({}, ['aws:nobody'])).toEqual([]);
  });
});
