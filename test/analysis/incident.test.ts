import { describe, expect, it } from 'vitest';
import { incidentMarkdown } from '../../src/analysis/incident/incident-markdown.ts';
import { incidentText } from '../../src/analysis/incident/incident-text.ts';
import { type IncidentInput, incident } from '../../src/analysis/incident.ts';
import type { Entity, Relationship, RelationshipName } from '../../src/model/entity.ts';
import { DEFAULT_WEIGHTS } from '../../src/model/weights.ts';
import { CASE_NOW, caseGraph } from './case-graph.ts';

const KEY = 'aws:AKIA0EXAMPLE00001';
const USER = 'aws:arn:aws:iam::111122223333:user/ci';
const ROLE = 'aws:arn:aws:iam::111122223333:role/deploy';
const SESSION = 'aws:ASIA0EXAMPLE00001';
const BUCKET = 'aws:arn:aws:s3:::customers';
const SINCE = '2026-02-28T22:00:00.000Z';

const graph = caseGraph(
  {
    [KEY]: 'Credential',
    [USER]: 'ServiceAccount',
    [ROLE]: 'Role',
    [SESSION]: 'Session',
    [BUCKET]: 'Resource tier=0',
    'permission:1': 'Permission',
    'app:shop': 'Workload',
    'owner:team/pay': 'Owner',
    'origin:198.51.100.7/aws-sdk': 'Origin',
    'aws:arn:aws:s3:::old': 'Resource',
  },
  [
    `${KEY} AUTHENTICATES_AS ${USER} entitled`,
    `${USER} CAN_ASSUME ${ROLE} entitled`,
    `${ROLE} HAS_GRANT permission:1 entitled`,
    `permission:1 CAN_READ ${BUCKET} entitled`,
    `${KEY} MINTED ${SESSION} observed possible`,
    `${SESSION} AUTHENTICATES_AS ${ROLE} observed`,
    `${SESSION} ACCESSED ${BUCKET} observed`,
    `${USER} ACCESSED aws:arn:aws:s3:::old observed`,
    `${USER} ACCESSED ${ROLE} observed`,
    `app:shop USES ${KEY} declared`,
    `origin:198.51.100.7/aws-sdk USES ${KEY} observed`,
    'app:shop OWNED_BY owner:team/pay entitled',
  ],
);

const facts: Record<string, Partial<Relationship>> = {
  [`${KEY} MINTED ${SESSION}`]: { firstSeen: '2026-02-28T22:10:00.000Z', properties: { action: 'sts:AssumeRole' } },
  [`${SESSION} ACCESSED ${BUCKET}`]: { lastUsed: '2026-02-28T22:12:00.000Z', properties: { actions: ['s3:GetObject'] } },
  [`${USER} ACCESSED aws:arn:aws:s3:::old`]: {
    lastUsed: '2026-02-20T00:00:00.000Z',
    properties: { credentials: [KEY], actions: ['s3:GetObject'] },
  },
  [`${USER} ACCESSED ${ROLE}`]: {
    lastUsed: '2026-02-28T22:11:00.000Z',
    properties: {
      credentials: [KEY],
      actions: ['iam:UpdateAssumeRolePolicy'],
      changes: [
        { action: 'iam:UpdateAssumeRolePolicy', at: '2026-02-28T22:11:00.000Z', credential: KEY },
        { action: 'iam:UpdateAssumeRolePolicy', at: '2026-02-01T00:00:00.000Z', credential: KEY },
        { action: 'iam:UpdateAssumeRolePolicy', at: '2026-02-28T22:15:00.000Z', credential: 'aws:AKIA0EXAMPLE00099' },
      ],
    },
  },
  [`origin:198.51.100.7/aws-sdk USES ${KEY}`]: { firstSeen: '2026-01-01T00:00:00.000Z' },
};
const entities: Record<string, Partial<Entity>> = {
  [KEY]: { name: 'key of `ci` | <b>', state: 'active', owner: 'owner:team/pay' },
  [SESSION]: { expiresAt: '2026-03-01T06:00:00.000Z' },
  'owner:team/pay': { properties: { slack: '#pay-oncall' } },
};

const input: IncidentInput = {
  id: 'i1',
  graph,
  subjects: [KEY],
  since: SINCE,
  budgets: {},
  weights: DEFAULT_WEIGHTS,
  now: CASE_NOW,
  generation: 3,
  connectorOf: () => 'manual',
  facts: {
    entity: (key) => entities[key] as Entity | undefined,
    relationship: ({ source, kind, target }: RelationshipName) =>
      facts[`${source} ${kind} ${target}`] as Relationship | undefined,
  },
};

describe('the incident page', () => {
  const page = incident(input);

  it('says what could be reached and by which way, the most valuable first', () => {
    expect(page.couldReach.total).toBe(1);
    expect(page.couldReach.top[0]).toMatchObject({ key: BUCKET, tier: 0, level: 'read', certainty: 'definite' });
    expect(page.couldReach.top[0]!.path.map(({ kind }) => kind)).toEqual([
      'AUTHENTICATES_AS',
      'CAN_ASSUME',
      'HAS_GRANT',
      'CAN_READ',
    ]);
  });

  it('says what the logs show since then, by the key or by what it minted, and nothing that was before', () => {
    expect(page.didTouch.map(({ key, by }) => [key, by])).toEqual([
      [BUCKET, SESSION],
      [ROLE, USER],
    ]);
  });

  it('says what was made or changed since then by this key', () => {
    expect(page.created.map(({ key, action, at }) => [key, action, at])).toEqual([
      [ROLE, 'iam:UpdateAssumeRolePolicy', '2026-02-28T22:11:00.000Z'],
      [SESSION, 'sts:AssumeRole', '2026-02-28T22:10:00.000Z'],
    ]);
  });

  it('says what is alive and until when, who breaks, and whom to call', () => {
    expect(page.aliveUntil).toEqual([
      { key: KEY, until: null },
      { key: SESSION, until: '2026-03-01T06:00:00.000Z' },
    ]);
    expect(page.breaks).toEqual([
      { key: 'app:shop', grade: 'down', bound: 'lo', owner: 'owner:team/pay', contact: '#pay-oncall' },
    ]);
  });

  it('draws a fence around the networks that were there before', () => {
    expect(page.fence.map(({ target, networks }) => [target, networks])).toEqual([[KEY, ['198.51.100.7']]]);
  });

  it('is one text in the order in which a responder asks, with every command as it is pasted', () => {
    const text = incidentText(page);
    const titles = [
      'IN SHORT',
      'COULD REACH',
      'DID TOUCH',
      'CREATED SINCE',
      'STILL ALIVE',
      'WHO BREAKS',
      'FENCE',
      'WHAT TO DO NOW',
      'WAVE 1',
    ];
    const places = titles.map((title) => text.indexOf(title));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places[0]).toBeGreaterThan(0);
    for (const { commands } of page.plan.waves.flatMap(({ steps }) => steps)) {
      for (const line of commands.apply.split('\n')) expect(text).toContain(line);
    }
    expect(text).toContain('#pay-oncall');
  });

  it('is Markdown in which no name is markup and commands are as they are pasted', () => {
    const text = incidentMarkdown(page);
    expect(text).toContain('key of \\`ci\\` \\| \\<b\\>');
    for (const { commands } of page.plan.waves.flatMap(({ steps }) => steps)) {
      for (const line of commands.apply.split('\n')) expect(text).toContain(line);
    }
    expect(text.match(/^#+ .*/gm)?.[0]).toMatch(/^# Incident: /);
  });
});

it('gives commands that a shell takes as they are meant, whatever names hold', () => {
  const odd = 'cred:$(touch x)';
  const page = incident({
    ...input,
    subjects: [odd],
    graph: caseGraph({ 'cred:$(touch%20x)': 'Credential', 'app:a\n rm': 'Workload' }, [
      `app:a\n%20rm USES cred:$(touch%20x) declared`,
    ]),
    downBudget: 0,
  });
  const [text, markdown] = [incidentText(page), incidentMarkdown(page)];
  expect(text).toContain("interlock plan 'cred:$(touch x)' --mode contain");
  expect(text.split('\n').filter((line) => /^\s*rm/.test(line))).toEqual([]);
  expect(markdown).toContain('It CANNOT be undone; 2 approvals.');
  expect(markdown).toContain('It changes nothing.');
  expect(markdown).toContain('breaks: 1 stops.');
});

it('says on the page what could not be seen, beside what is said in short', () => {
  const gaps = ['layer not collected: service control policies (prod)'];
  const page = { ...incident(input), gaps };
  for (const text of [incidentText(page), incidentMarkdown(page)]) {
    expect(text).toMatch(/not complete/i);
    expect(text.indexOf(gaps[0] as string)).toBeGreaterThan(0);
    expect(text.indexOf(gaps[0] as string)).toBeLessThan(text.search(/could reach/i));
  }
  expect(incidentText(incident(input))).not.toContain('NOT COMPLETE');
});
