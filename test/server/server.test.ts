import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { estate } from '../e2e/cli.ts';
import { type Answer, type Api, openApi } from './api.ts';

let api: Api;
const ask: Api['ask'] = (query, asking) => api.ask(query, asking);

beforeAll(async () => {
  api = await openApi(estate());
});
afterAll(() => api?.[Symbol.asyncDispose]());

/** Asks for a collection and follows it to its end through the subscription. */
async function collectThroughApi(): Promise<string[]> {
  const listening = new AbortController();
  const stream = await fetch(`${api.url}/graphql`, {
    method: 'POST',
    signal: listening.signal,
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: `Bearer ${api.tokens.analyst}` },
    body: JSON.stringify({ query: 'subscription { jobProgress { name state message } }' }),
  });
  const { body } = await ask('mutation { collect { ok { id name } error { message } } }', { role: 'responder' });
  expect(body.data.collect.error).toBeNull();
  const events: string[] = [];
  let text = '';
  const decoder = new TextDecoder();
  try {
    for await (const chunk of stream.body as unknown as AsyncIterable<Uint8Array>) {
      text += decoder.decode(chunk, { stream: true });
      for (const line of text.split('\n').slice(0, -1)) {
        if (!line.startsWith('data: {')) continue;
        const { name, state } = JSON.parse(line.slice(6)).data.jobProgress;
        events.push(`${name} ${state}`);
      }
      text = text.slice(text.lastIndexOf('\n') + 1);
      const { body: waiting } = await ask('{ jobs(states: [waiting, running]) { id } }');
      if (events.includes('analyze done') && waiting.data.jobs.length === 0) break;
    }
  } finally {
    listening.abort();
  }
  return events;
}

describe('the API', () => {
  it('is closed to those without a token, and says how to get one', async () => {
    const response = await fetch(`${api.url}/graphql`, { method: 'POST', body: '{}' });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    expect(JSON.stringify(await response.json())).toContain('interlock token create');
    expect((await ask('{ estate { generation } }', { headers: { authorization: 'Bearer nonsense' } })).status).toBe(401);
  });

  it('lets nobody do more than the role says', async () => {
    const { body } = await ask('mutation { collect { ok { id } } }', { role: 'analyst' });
    expect(body.errors[0]).toMatchObject({
      message: expect.stringContaining('needs the role responder'),
      extensions: { code: 'FORBIDDEN' },
    });
    expect((await ask('mutation { resumeExecution { ok } }', { role: 'responder' })).body.errors[0].extensions.code).toBe(
      'FORBIDDEN',
    );
    expect(
      (await ask('mutation { resumeExecution { ok error { message } } }', { role: 'approver' })).body.data.resumeExecution,
    ).toEqual({ ok: true, error: null });
  });

  it('collects by a job, tells its progress, and analyses what it collected', { timeout: 60_000 }, async () => {
    const events = await collectThroughApi();
    expect(events).toContain('collect done');
    expect(events).toContain('analyze done');
    const { body } = await ask(
      '{ estate { generation entities { kind count } analysis { generation } } sources { name scopes { coverage } } }',
    );
    expect(body.data.estate.generation).toBe(api.app.sources.length);
    expect(body.data.estate.analysis.generation).toBe(api.app.sources.length);
    expect(body.data.sources.map(({ name }: { name: string }) => name).sort()).toEqual([
      'aws',
      'code',
      'facts',
      'leaks',
      'trail',
    ]);
  });

  it('lets an analyst walk the graph in one query', async () => {
    const query = `query ($key: ID!) {
      entity(key: $key) {
        key kind state tier
        neighbours(direction: out, first: 10) { relationship { kind certainty claims { origin } } entity { key neighbours(first: 5) { entity { key } } } }
        findings { id nhi severity }
        risk { score factors { name value } }
        reach(max: 3) { complete counts { hi { kind count } } items { key level tier entity { name } } }
        ambiguity { verdict candidates { key probability evidence } outage { lo { down } } }
      }
    }`;
    const { body } = await ask(query, { role: 'analyst', variables: { key: 'AKIA0EXAMPLELEAKED01' } });
    expect(body.errors).toBeUndefined();
    expect(body.data.entity).toMatchObject({ key: 'aws:AKIA0EXAMPLELEAKED01', kind: 'Credential', state: 'active' });
    expect(body.data.entity.findings.map(({ nhi }: { nhi: string }) => nhi)).toContain('NHI2');
    expect(body.data.entity.reach.items[0]).toMatchObject({ tier: 0 });
    expect(body.data.entity.risk.score).toBeGreaterThanOrEqual(70);
  });

  it('filters findings by their number in the Top 10 and by what they are about', async () => {
    const asked = async (filter: object) => {
      const query = 'query ($filter: FindingFilter) { findings(filter: $filter) { nhi subject } }';
      const { body } = await ask(query, { role: 'analyst', variables: { filter } });
      expect(body.errors).toBeUndefined();
      return body.data.findings as { nhi: string; subject: string }[];
    };
    const all = await asked({});
    const leaks = await asked({ nhi: 'NHI2' });
    expect(leaks.length).toBeGreaterThan(0);
    expect(leaks).toEqual(all.filter(({ nhi }) => nhi === 'NHI2'));
    const subject = 'aws:AKIA0EXAMPLELEAKED01';
    expect(await asked({ subject })).toEqual(all.filter((finding) => finding.subject === subject));
    expect(await asked({ nhi: 'NHI2', subject })).toEqual([{ nhi: 'NHI2', subject }]);
  });

  it('pages by keyset, and refuses a cursor of an older graph by name', async () => {
    const query =
      'query ($after: String) { entities(first: 7, orderBy: name, after: $after) { nodes { key name } pageInfo { hasNextPage endCursor } totalCount } }';
    const keys: string[] = [];
    let after: string | null = null;
    let total = 0;
    for (let page = 0; page < 1_000; page++) {
      const { body }: Answer = await ask(query, { variables: { after } });
      total = body.data.entities.totalCount;
      keys.push(...body.data.entities.nodes.map(({ key }: { key: string }) => key));
      if (!body.data.entities.pageInfo.hasNextPage) break;
      after = body.data.entities.pageInfo.endCursor;
    }
    expect(keys).toHaveLength(total);
    expect(new Set(keys).size).toBe(total);
    const old = Buffer.from(JSON.stringify(['name', 'a', 'a', 0])).toString('base64url');
    expect((await ask(query, { variables: { after: old } })).body.errors[0].extensions.code).toBe('CURSOR_EXPIRED');
    expect((await ask(query, { variables: { after: 'nonsense' } })).body.errors[0].extensions.code).toBe('CURSOR_INVALID');
  });

  it('plans, rehearses, and takes an approval only from somebody else', async () => {
    const plan =
      'mutation ($input: PlanInput!) { planRevocation(input: $input) { ok { id hash waves { steps { id action target commands { apply } reachAfter { lo hi } } } } error { message } } }';
    const input = { targets: ['AKIA0EXAMPLELEAKED01'], mode: 'contain', since: '2026-03-14T09:12:00Z' };
    const { body } = await ask(plan, { role: 'responder', variables: { input } });
    expect(body.data.planRevocation.error).toBeNull();
    const { id } = body.data.planRevocation.ok;
    const rehearsed = await ask(
      'mutation ($id: ID!) { executePlan(plan: $id) { ok { state steps { id state evidence } } error { message } } }',
      { role: 'responder', variables: { id } },
    );
    expect(rehearsed.body.data.executePlan.ok.steps.every(({ state }: { state: string }) => state === 'skipped')).toBe(true);
    const approved = await ask('mutation ($id: ID!) { approvePlan(plan: $id) { ok { approvals { by } } error { message } } }', {
      role: 'approver',
      variables: { id },
    });
    expect(approved.body.data.approvePlan.ok.approvals).toEqual([{ by: 'a approver' }]);
    const paused = await ask('mutation { pauseExecution { ok } }', { role: 'responder' });
    expect(paused.body.data.pauseExecution.ok).toBe(true);
    const refused = await ask(
      'mutation ($id: ID!) { executePlan(plan: $id, dryRun: false) { ok { state } error { message } } }',
      { role: 'responder', variables: { id } },
    );
    expect(refused.body.data.executePlan).toMatchObject({
      ok: null,
      error: { message: expect.stringContaining('execution is paused') },
    });
    expect((await ask('{ jobs(name: "execute-wave") { id } }')).body.data.jobs).toEqual([]);
    await ask('mutation { resumeExecution { ok } }', { role: 'approver' });
    const whatIf = await ask('query ($id: ID!) { whatIf(plan: $id, steps: []) { reach { lo hi } outage { lo { down } } } }', {
      variables: { id },
    });
    expect(whatIf.body.data.whatIf.outage.lo.down).toBe(0);
    const records = await ask('{ auditRecords { type actor hash previous } }');
    expect(records.body.data.auditRecords.map(({ type }: { type: string }) => type)).toContain('approval');
  });

  it('shows the incident page and the report of a plan as the CLI does', async () => {
    const page = await ask(
      `{ incident(subjects: ["AKIA0EXAMPLELEAKED01"], since: "2026-03-14T09:12:00Z") {
           subjects complete couldReach { total counts { hi { kind count } } top { key level path { source } } }
           didTouch { key by } breaks { key grade owner contact } aliveUntil { key until } plan { waves { steps { action } } } } }`,
    );
    expect(page.body.errors).toBeUndefined();
    expect(page.body.data.incident.subjects).toEqual(['aws:AKIA0EXAMPLELEAKED01']);
    expect(page.body.data.incident.plan.waves.length).toBeGreaterThan(0);
    const { body } = await ask('{ plans(first: 1) { id } }');
    const report = await ask(
      'query ($id: ID!) { planReport(plan: $id) { state reachLeft { lo } open { step next } undo { step } timeline { type actor } ledger { holds } markdown } }',
      { variables: { id: body.data.plans[0].id } },
    );
    expect(report.body.errors).toBeUndefined();
    expect(report.body.data.planReport).toMatchObject({ reachLeft: null, undo: [], ledger: { holds: true } });
    expect(report.body.data.planReport.markdown).toContain('# Report of plan');
  });

  it('takes approvals back, says what a plan leaves alive, and looks again at what was done', async () => {
    const { body } = await ask('{ plans(first: 1) { id tradeoff { why alternative { instead action } } } }');
    const { id } = body.data.plans[0];
    const variables = { id };
    const withdraw = 'mutation ($id: ID!) { withdrawApproval(plan: $id) { ok { approvals { by } } error { message } } }';
    expect((await ask(withdraw, { role: 'approver', variables })).body.data.withdrawApproval).toMatchObject({
      ok: { approvals: [] },
    });
    expect((await ask(withdraw, { role: 'approver', variables })).body.data.withdrawApproval.error.message).toContain(
      'nothing to take back',
    );
    const cascade = await ask('query ($id: ID!) { cascade(plan: $id) { key part life until because } }', { variables });
    expect(cascade.body.data.cascade[0]).toMatchObject({ part: 'target', life: 'alive' });
    const job = await ask('mutation { reconcile { ok error { message } } }', { role: 'responder' });
    expect(job.body.data.reconcile).toMatchObject({ ok: expect.any(String), error: null });
    const extended = await ask('mutation { extendHold(hold: "no-such", hours: 1) { ok { id } error { message } } }', {
      role: 'responder',
    });
    expect(extended.body.data.extendHold.error.message).toContain('no such hold');
    const who = await ask(
      '{ attribution(credential: "AKIA0EXAMPLELEAKED01", from: "192.0.2.1") { key shares { key probability } none } }',
    );
    expect(who.body.data.attribution).toMatchObject({ key: 'aws:AKIA0EXAMPLELEAKED01', none: expect.any(Number) });
  });

  it('tells how far a plan is as soon as somebody listens', async () => {
    const { body } = await ask('{ plans(first: 1) { id execution { steps { id state } } } }');
    const [plan] = body.data.plans;
    const listening = new AbortController();
    const stream = await fetch(`${api.url}/graphql`, {
      method: 'POST',
      signal: listening.signal,
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: `Bearer ${api.tokens.viewer}` },
      body: JSON.stringify({
        query: 'subscription ($id: ID!) { planProgress(plan: $id) { plan state steps { id state } } }',
        variables: { id: plan.id },
      }),
    });
    let text = '';
    for await (const chunk of stream.body as unknown as AsyncIterable<Uint8Array>) {
      text += Buffer.from(chunk).toString();
      if (/^data: \{.*\n/m.test(text)) break;
    }
    listening.abort();
    const first = JSON.parse(/^data: (\{.*)$/m.exec(text)![1]!);
    expect(first.data.planProgress).toEqual({ plan: plan.id, state: expect.any(String), steps: plan.execution.steps });
  });

  it('answers an expected refusal as a value, with the reason', async () => {
    const { body } = await ask('mutation { approvePlan(plan: "none") { ok { id } error { message } } }', { role: 'approver' });
    expect(body.data.approvePlan).toEqual({ ok: null, error: { message: expect.stringContaining('none: no such plan') } });
    const unknown = await ask('{ attackReach(subjects: ["nobody-knows-this"]) { total } }');
    expect(unknown.body.errors[0].message).toContain('nobody-knows-this: no entity');
  });

  it('refuses what is too deep, too wide or too large', async () => {
    const deep = `{ entity(key: "x") { ${'neighbours { entity { '.repeat(10)} key ${'} }'.repeat(10)} } }`;
    expect((await ask(deep)).body.errors[0].message).toMatch(/depth|cost/i);
    const wide = `{ ${Array.from({ length: 30 }, (_, i) => `a${i}: isPaused`).join(' ')} }`;
    expect((await ask(wide)).body.errors[0].message).toMatch(/alias/i);
    const large = await ask(`{ isPaused } # ${'x'.repeat(300_000)}`);
    expect(large.status).toBe(413);
    expect((await ask('{ entities(first: 1001) { totalCount } }')).body.errors[0].message).toContain('first: expected 1 to 1000');
  });

  it('counts a body that does not say its length from its first byte', async () => {
    const response = await fetch(`${api.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${api.tokens.viewer}` },
      body: new Blob([JSON.stringify({ query: `{ isPaused } # ${'x'.repeat(263_000)}` })]).stream(),
      duplex: 'half',
    } as RequestInit);
    expect(response.status).toBe(413);
  });

  it('refuses a negative number of items', async () => {
    const { body } = await ask('{ attackReach(subjects: ["AKIA0EXAMPLELEAKED01"], max: -5) { total } }');
    expect(body.errors[0].message).toContain('max: expected a whole number');
  });

  it('shows its schema to administrators only', async () => {
    const query = '{ __schema { queryType { name } } }';
    expect((await ask(query)).body.errors).toBeDefined();
    expect((await ask(query, { role: 'admin' })).body.data.__schema.queryType.name).toBe('Query');
  });

  it('closes the way of cross-site forms', async () => {
    const response = await fetch(`${api.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain', authorization: `Bearer ${api.tokens.viewer}` },
      body: JSON.stringify({ query: '{ isPaused }' }),
    });
    expect(response.status).toBeGreaterThanOrEqual(400);
  });

  it('tells machines that it is alive, ready, and how it does', async () => {
    expect(await (await fetch(`${api.url}/healthz`)).json()).toEqual({ status: 'alive' });
    expect(await (await fetch(`${api.url}/readyz`)).json()).toEqual({ status: 'ready', problems: [] });
    const metrics = await (await fetch(`${api.url}/metrics`)).text();
    expect(metrics).toMatch(/^interlock_graph_generation \d+$/m);
    expect(metrics).toMatch(/interlock_graphql_operations_total\{kind="query",outcome="ok"\} \d+/);
    expect((await fetch(`${api.url}/elsewhere`)).status).toBe(404);
  });

  it('keeps tokens out of its log and its store', async () => {
    const kept = JSON.stringify([api.said, await api.app.store.tokens(), await api.app.store.ledger(0, 1000)]);
    for (const secret of Object.values(api.tokens)) expect(kept).not.toContain(secret);
  });
});
