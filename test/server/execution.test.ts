/** A plan carried out, stopped, confirmed and taken back through the API alone, by the people whom the roles are for. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { EntityKind, RelationshipKind } from '../../src/model/kinds.ts';
import { workspace } from '../e2e/cli.ts';
import { openReceiver, type Receiver } from '../enforcers/webhook-receiver.ts';
import { type Api, openApi } from './api.ts';

const KEY = 'aws:AKIA0EXAMPLE00001';
const BOT = 'aws:arn:aws:iam::111122223333:user/bot';
const PASSWORD = 'postgres:main/roles/shop/password';
const SHOP = 'kubernetes:prod/shop/deployments/shop';
const ORDERS = 'aws:arn:aws:s3:::orders';
let api: Api;
let receiver: Receiver;

const asked = async (query: string, variables: object = {}, role: 'responder' | 'approver' = 'responder') => {
  const { body } = await api.ask(query, { role, variables });
  expect(body.errors).toBeUndefined();
  return body.data;
};

interface Executed {
  readonly state: string;
  readonly steps: readonly { readonly id: string; readonly state: string; readonly evidence: readonly string[] }[];
}
const EXECUTION = '{ ok { state stopped steps { id state evidence } } error { message } }';
const executedOf = async (plan: string): Promise<Executed> =>
  (await asked('query ($plan: ID!) { plan(id: $plan) { execution { state steps { id state evidence } } } }', { plan })).plan
    .execution;
const statesOf = async (plan: string) => (await executedOf(plan)).steps.map(({ state }) => state);
const execute = (plan: string) =>
  asked(`mutation ($plan: ID!) { executePlan(plan: $plan, dryRun: false) ${EXECUTION} }`, { plan });
const undo = async (plan: string, more: object = {}) =>
  (
    await asked(`mutation ($plan: ID!, $dryRun: Boolean) { undoPlan(plan: $plan, dryRun: $dryRun) ${EXECUTION} }`, {
      plan,
      ...more,
    })
  ).undoPlan;
const holds = async () => (await asked('{ holds { id target expires released } }')).holds;
const release = async (hold: string, more: object = {}) =>
  (
    await asked(
      'mutation ($hold: ID!, $anyway: Boolean) { releaseHold(hold: $hold, anyway: $anyway) { ok { id } error { message } } }',
      { hold, ...more },
      'approver',
    )
  ).releaseHold;

/** As a collection would have left it. */
async function known({ app }: Api): Promise<void> {
  const run = await app.store.beginCollection('sample', randomUUID(), app.clock().toISOString());
  const entity = (key: string, kind: EntityKind, more: object = {}) =>
    ({ key, kind, name: key, provider: 'aws', state: 'active', ...more }) as const;
  const related = (source: string, kind: RelationshipKind, target: string) =>
    ({ source, kind, target, basis: 'entitled', certainty: 'definite', reason: 'a test' }) as const;
  await app.store.writeFacts(run, {
    scope: 'all',
    entities: [
      entity(KEY, 'Credential'),
      entity(BOT, 'ServiceAccount'),
      entity(ORDERS, 'Resource', { tier: 0 }),
      entity(PASSWORD, 'Credential'),
      entity(SHOP, 'Workload'),
    ],
    relationships: [related(KEY, 'AUTHENTICATES_AS', BOT), related(BOT, 'CAN_READ', ORDERS), related(SHOP, 'USES', PASSWORD)],
    documents: [],
  });
  const scopes = [{ scope: 'all', coverage: 'complete', missing: [] }] as const;
  await app.store.commitCollection(run, { type: 'declared', scopes: [...scopes], layersMissing: [] });
}

beforeAll(async () => {
  receiver = await openReceiver();
  receiver.switches.set(KEY, true);
  const hook = `{ type: webhook, source: sample, url: "${receiver.url}", secret: "${receiver.secret}" }`;
  const config = `sources: [{ name: sample, type: declared, files: ./facts }]\nenforcers: { hook: ${hook} }\nbudgets: { down: 9 }\n`;
  api = await openApi(workspace({ 'interlock.yaml': config }));
  await known(api);
});
afterAll(async () => {
  await api?.[Symbol.asyncDispose]();
  await receiver?.[Symbol.asyncDispose]();
});

it('carries a plan out by jobs, waits for a person, and takes back only what is safe unless it is told to', async () => {
  const made = await asked('mutation ($input: PlanInput!) { planRevocation(input: $input) { ok { id } error { message } } }', {
    input: { targets: [KEY], mode: 'contain' },
  });
  const plan: string = made.planRevocation.ok.id;
  await execute(plan);
  await vi.waitUntil(async () => (await statesOf(plan)).join() === 'effective,accepted', { timeout: 30_000 });
  expect(receiver.switches.get(KEY)).toBe(false);

  const [, notice] = (await executedOf(plan)).steps;
  const confirmed = await asked(`mutation ($plan: ID!, $step: ID!) { confirmStep(plan: $plan, step: $step) ${EXECUTION} }`, {
    plan,
    step: notice?.id,
  });
  expect(confirmed.confirmStep.ok.state).toBe('done');

  const [hold] = await holds();
  expect(hold).toMatchObject({ target: KEY, released: null });
  const rehearsed = await undo(plan, { dryRun: true });
  expect(rehearsed.ok.steps[0].evidence.join()).toContain('re-arms');
  expect(await statesOf(plan)).toEqual(['effective', 'effective']);
  expect((await undo(plan)).ok.stopped.join()).toContain('re-arms');
  expect((await release(hold.id)).error.message).toContain('re-arms');
  expect(receiver.switches.get(KEY)).toBe(false);

  expect(await release(hold.id, { anyway: true })).toEqual({ ok: [], error: null });
  expect(receiver.switches.get(KEY)).toBe(true);
  expect((await statesOf(plan))[0]).toBe('undone');
  expect((await release(hold.id)).error.message).toContain('was released at');
});

it('takes the leave of people, not of keys', async () => {
  const made = await asked('mutation ($input: PlanInput!) { planRevocation(input: $input) { ok { id } error { message } } }', {
    input: { targets: [KEY], mode: 'retire', offboard: true },
  });
  expect(made.planRevocation).toEqual({ ok: null, error: { message: expect.stringContaining(`${KEY}: not an identity`) } });
});

it('says what breaks with connections ended or kept, and whether a path that was not found may exist', async () => {
  const query = `query ($of: OpenConnections) { outage(dead: ["${PASSWORD}"], connections: $of) { hi { down latent } } }`;
  const breaks = async (of?: 'ended' | 'kept') => (await asked(query, { of })).outage.hi;
  expect(await breaks()).toEqual({ down: 1, latent: 0 });
  expect(await breaks('ended')).toEqual({ down: 1, latent: 0 });
  expect(await breaks('kept')).toEqual({ down: 0, latent: 1 });
  const { path } = await asked(`{ path(from: "${KEY}", to: "${ORDERS}") { found complete gaps hops { kind } } }`);
  expect(path).toMatchObject({ found: true, hops: [{ kind: 'AUTHENTICATES_AS' }, { kind: 'CAN_READ' }] });
  expect(path.complete).toBe(path.gaps.length === 0);
});
