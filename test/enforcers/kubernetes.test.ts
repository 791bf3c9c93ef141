import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createHandOvers } from '../../src/app/execute/hand-over.ts';
import { enforcers } from '../../src/enforcers/index.ts';
import { RIGHTS } from '../../src/enforcers/kubernetes/check.ts';
import { createKubernetesEnforcer } from '../../src/enforcers/kubernetes.ts';
import { createFingerprinter } from '../../src/model/fingerprint.ts';
import { kubernetesCommands, networkPolicyName, parseKubernetesStep } from '../../src/model/kubernetes-actions.ts';
import type { Action, PlanStep, StepParameters } from '../../src/model/plan.ts';
import type { Checked } from '../../src/ports/checked.ts';
import type { Enforcer, EnforcerContext, NewCredential } from '../../src/ports/enforcer.ts';
import { makeStep } from '../app/execute/plans.ts';
import { SAMPLE_KEY } from '../contracts/collecting.ts';
import { enforcerContract } from '../contracts/enforcer.ts';
import { type Json, type KubernetesServer, openKubernetes, RBAC, withoutServerFields } from '../kubernetes-server.ts';
import { describeLive } from '../live.ts';

const context = (change: Partial<EnforcerContext> = {}): EnforcerContext => ({
  signal: new AbortController().signal,
  idempotencyKey: 'a-key',
  handOver: createHandOvers().of('plan'),
  now: () => new Date('2026-03-01T12:00:00.000Z'),
  ...change,
});

const enforcerOf = (kubeconfig: string): Enforcer =>
  createKubernetesEnforcer({ name: 'main', source: 'test', kubeconfig, environment: {} });

function stepOn(target: string, action: Action, parameters: StepParameters, change: Partial<PlanStep> = {}): PlanStep {
  const commands = kubernetesCommands(parseKubernetesStep(action, parameters));
  return makeStep({
    id: 's',
    target: `k8s:test/${target}`,
    action,
    parameters,
    connector: 'main',
    reversibility: 'R1',
    commands,
    ...change,
  });
}

/** The server's authorizer follows a change within a second. */
const PATIENT = { timeout: 10_000, interval: 50 };

const SECRETS = [{ verbs: ['get', 'list'], apiGroups: [''], resources: ['secrets'] }];

describeLive('kubernetes', 'the Kubernetes enforcer', (url) => {
  let server: KubernetesServer;
  let enforcer: Enforcer;
  let namespace: string;

  beforeAll(async () => {
    server = await openKubernetes(url);
    ({ namespace } = server);
    enforcer = enforcerOf(await server.kubeconfig());
    await server.call('POST', `${server.inNamespace}/pods`, pod('other', { app: 'other' }));
  }, 60_000);
  afterAll(async () => {
    await enforcer[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  const bindingPath = (name: string): string => `${RBAC}/namespaces/${namespace}/rolebindings/${name}`;
  const stateOf = async (...paths: readonly string[]): Promise<Json[]> =>
    (await Promise.all(paths.map((path) => server.call('GET', path)))).map(withoutServerFields);
  const pod = (name: string, labels: Json = { app: name }): object => ({
    metadata: { name, labels },
    spec: { serviceAccountName: 'default', containers: [{ name: 'main', image: 'web' }] },
  });
  const disposed = { [Symbol.asyncDispose]: async () => undefined };
  const ofAccount = (name: string) => ({ subject: 'ServiceAccount', name, namespace });

  async function account(): Promise<string> {
    const name = server.name('shop');
    await server.account(name);
    await server.grant(name, name, SECRETS);
    return name;
  }

  describe('bindings: quarantine of a service account', () => {
    enforcerContract(async () => {
      const [name, unknown] = [await account(), server.name('nobody')];
      const everywhere = server.name('everywhere');
      await server.call('POST', `${RBAC}/clusterrolebindings`, {
        metadata: { name: everywhere },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: `system:serviceaccount:${namespace}:${name}` }],
      });
      const parameters = (of: string) => ({ control: 'bindings', ...ofAccount(of) });
      return {
        enforcer,
        kind: 'ServiceAccount',
        step: stepOn(`${namespace}/serviceaccounts/${name}`, 'quarantine', parameters(name)),
        unknown: stepOn(`${namespace}/serviceaccounts/${unknown}`, 'quarantine', parameters(unknown)),
        state: () => stateOf(bindingPath(name), `${RBAC}/clusterrolebindings/${everywhere}`),
        secrets: async () => [],
        async [Symbol.asyncDispose]() {
          await server.call('DELETE', `${RBAC}/clusterrolebindings/${everywhere}`);
        },
      };
    });
  });

  describe.each([true, false])('binding: detach, whole: %s', (whole) => {
    enforcerContract(async () => {
      const name = await account();
      const target = `${namespace}/serviceaccounts/${name}`;
      const parameters = (binding: string) => ({ control: 'binding', ...ofAccount(name), binding, whole });
      return {
        ...disposed,
        enforcer,
        kind: 'ServiceAccount',
        step: stepOn(target, 'detach', parameters(`${namespace}/rolebindings/${name}`)),
        unknown: stepOn(target, 'detach', parameters(`${server.name('no-namespace')}/rolebindings/${name}`)),
        state: () => stateOf(bindingPath(name)),
        secrets: async () => [],
      };
    });
  });

  describe('network: isolation of a pod', () => {
    enforcerContract(async () => {
      const name = server.name('web');
      const unknown = server.name('nothing');
      await server.call('POST', `${server.inNamespace}/pods`, pod(name));
      const step = (of: string) =>
        stepOn(`${namespace}/pods/${of}`, 'quarantine', { control: 'network', namespace, kind: 'pods', name: of });
      const policies = `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies`;
      return {
        ...disposed,
        enforcer,
        kind: 'Workload',
        step: step(name),
        unknown: step(unknown),
        async state() {
          const { items } = await server.call('GET', policies);
          return (items as Json[]).map(withoutServerFields);
        },
        secrets: async () => [],
        async [Symbol.asyncDispose]() {
          await server.call('DELETE', `${policies}/${networkPolicyName({ kind: 'pods', name })}`);
        },
      };
    });
  });

  describe('token: a second one of a service account', () => {
    enforcerContract(async () => {
      const [name, unknown] = [await account(), server.name('nobody')];
      const step = (of: string) =>
        stepOn(`${namespace}/serviceaccounts/${of}`, 'issue', { control: 'token', namespace, serviceAccount: of, seconds: 3600 });
      return {
        ...disposed,
        enforcer,
        kind: 'ServiceAccount',
        step: step(name),
        unknown: step(unknown),
        async state() {
          const { items } = await server.call('GET', `${server.inNamespace}/secrets`);
          return (items as Json[]).map(withoutServerFields);
        },
        secrets: async () => [],
      };
    });
  });

  const rights = async (name: string): Promise<unknown> => {
    const spec = {
      user: `system:serviceaccount:${namespace}:${name}`,
      groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
      resourceAttributes: { verb: 'get', resource: 'secrets', namespace },
    };
    const path = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
    const said = await server.call('POST', path, { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec });
    return (said['status'] as Json)['allowed'];
  };

  it('takes every right from a service account, at once, and says what a group still gives', async () => {
    const name = await account();
    const token = await server.token(name);
    const secrets = `${server.inNamespace}/secrets`;
    await expect.poll(() => server.statusAs(token, secrets), PATIENT).toBe(200);
    const step = stepOn(`${namespace}/serviceaccounts/${name}`, 'quarantine', { control: 'bindings', ...ofAccount(name) });
    const { preImage } = await enforcer.preflight(step, context());
    await enforcer.apply(step, context());
    await expect.poll(() => server.statusAs(token, secrets), PATIENT).toBe(403);
    await expect.poll(() => rights(name), PATIENT).toBe(false);
    expect((await enforcer.probe(step, context())).evidence.join()).toMatch(
      /SubjectAccessReview: \d+ rights asked for, all denied/,
    );

    const byGroup = server.name('by-group');
    await server.call('POST', `${RBAC}/namespaces/${namespace}/rolebindings`, {
      metadata: { name: byGroup },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: `system:serviceaccounts:${namespace}` }],
    });
    const partial = await enforcer.probe(step, context());
    expect(partial.state).toBe('partial');
    expect(partial.evidence.join()).toMatch(new RegExp(`by a group it is still in .*${byGroup}.*get secrets.* is still allowed`));
    await server.call('DELETE', bindingPath(byGroup));
    await enforcer.undo(step, preImage, context());
    await expect.poll(() => server.statusAs(token, secrets), PATIENT).toBe(200);
  });

  it('keeps what others change in a binding meanwhile, and leaves alone what they took away', async () => {
    const name = await account();
    const step = stepOn(`${namespace}/serviceaccounts/${name}`, 'quarantine', { control: 'bindings', ...ofAccount(name) });
    const { preImage } = await enforcer.preflight(step, context());
    await enforcer.apply(step, context());
    const now = await server.call('GET', bindingPath(name));
    const bob = { apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'bob' };
    await server.call('PUT', bindingPath(name), { ...now, subjects: [...(now['subjects'] as Json[]), bob] });
    await enforcer.undo(step, preImage, context());
    const after = (await server.call('GET', bindingPath(name)))['subjects'] as Json[];
    expect(after.map(({ name: own }) => own)).toEqual(['somebody-else', 'ann', 'bob', name]);

    await enforcer.apply(step, context());
    await server.call('DELETE', bindingPath(name));
    expect((await enforcer.undo(step, preImage, context())).evidence.join()).toContain('deleted by somebody else since');
    expect((await server.call('GET', bindingPath(name)))['code']).toBe(404);
  });

  it('ends the tokens that are bound to a Secret, and those of a deleted account for good', async () => {
    const name = await account();
    const secret = server.name('token');
    const made = await server.call('POST', `${server.inNamespace}/secrets`, {
      metadata: { name: secret, labels: { 'interlock.token': 'true' } },
    });
    const { uid } = made['metadata'] as { uid: string };
    const token = await server.token(name, { apiVersion: 'v1', kind: 'Secret', name: secret, uid });
    const step = stepOn(
      `${namespace}/secrets/${secret}#token`,
      'revoke',
      { control: 'token-secret', namespace, secret },
      { reversibility: 'R2' },
    );
    expect(await enforcer.preflight(step, context())).toEqual({ refusals: [], preImage: '', preexisting: false });
    expect((await enforcer.probe(step, context())).state).toBe('not-effective');
    expect((await enforcer.apply(step, context())).evidence.join()).toContain(
      `deleted ${namespace}/secrets/${secret}: uid ${uid}`,
    );
    const probed = await enforcer.probe(step, context());
    expect(probed).toMatchObject({ state: 'effective', residualUntil: '2026-03-01T12:00:10.000Z' });
    // Never used before: nothing was remembered of it.
    await expect.poll(() => server.statusAs(token, `${server.inNamespace}/secrets`), PATIENT).toBe(401);
    expect((await enforcer.apply(step, context())).evidence.join()).toContain('is not there any more');
    await expect(enforcer.undo(step, '', context())).rejects.toThrow(/cannot be undone/);

    const old = await server.token(name);
    const whole = stepOn(
      `${namespace}/serviceaccounts/${name}`,
      'delete',
      { control: 'service-account', namespace, serviceAccount: name },
      { reversibility: 'R2' },
    );
    await enforcer.apply(whole, context());
    expect((await enforcer.probe(whole, context())).state).toBe('effective');
    await server.account(name);
    await expect.poll(() => server.statusAs(old, `${server.inNamespace}/secrets`), PATIENT).toBe(401);
  });

  it('deletes a pod once its evidence is saved, and no Secret that is no token', async () => {
    const [name, secret] = [server.name('web'), server.name('db')];
    await server.call('POST', `${server.inNamespace}/pods`, pod(name));
    const planned = { reversibility: 'R2', startsAt: '2999-01-01T00:00:00.000Z' } as const;
    const step = stepOn(`${namespace}/pods/${name}`, 'revoke', { control: 'pod', namespace, pod: name }, planned);
    expect((await enforcer.probe(step, context())).state).toBe('not-effective');
    const { evidence } = await enforcer.apply(step, context());
    expect(evidence.join()).toMatch(/service account default.*images main=web/);
    expect((await enforcer.probe(step, context())).state).toBe('effective');
    // As a StatefulSet does.
    await server.call('POST', `${server.inNamespace}/pods`, pod(name));
    expect(await enforcer.probe(step, context())).toMatchObject({
      state: 'effective',
      evidence: [expect.stringContaining('is another by now'), expect.any(String)],
    });
    await enforcer.apply(step, context());
    expect((await server.call('GET', `${server.inNamespace}/pods/${name}`))['kind']).toBe('Pod');
    const later = enforcerOf(await server.kubeconfig());
    expect((await later.probe({ ...step, startsAt: '2020-01-01T00:00:00.000Z' }, context())).state).toBe('effective');
    await later[Symbol.asyncDispose]();

    await server.call('POST', `${server.inNamespace}/secrets`, { metadata: { name: secret }, stringData: { password: 'x' } });
    const wrong = stepOn(`${namespace}/secrets/${secret}`, 'delete', { control: 'token-secret', namespace, secret });
    expect((await enforcer.preflight(wrong, context())).refusals.join()).toContain('is of type Opaque');
  });

  it('says which other policy lets traffic through, and leaves a policy alone that is not its own', async () => {
    const name = server.name('web');
    await server.call('POST', `${server.inNamespace}/pods`, pod(name, { app: name, tier: 'front' }));
    const policies = `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies`;
    const lets = server.name('lets');
    await server.call('POST', policies, {
      metadata: { name: lets },
      spec: { podSelector: { matchExpressions: [{ key: 'tier', operator: 'In', values: ['front'] }] }, ingress: [{}] },
    });
    const step = stepOn(`${namespace}/pods/${name}`, 'quarantine', { control: 'network', namespace, kind: 'pods', name });
    await enforcer.apply(step, context());
    const { state, evidence } = await enforcer.probe(step, context());
    expect([state, evidence.join()]).toEqual(['partial', expect.stringContaining(`allow: ${lets}`)]);
    await server.call('DELETE', `${policies}/${lets}`);
    expect((await enforcer.probe(step, context())).state).toBe('effective');

    const other = server.name('other');
    await server.call('POST', `${server.inNamespace}/pods`, pod(other));
    const taken = networkPolicyName({ kind: 'pods', name: other });
    await server.call('POST', policies, { metadata: { name: taken }, spec: { podSelector: {} } });
    const second = stepOn(`${namespace}/pods/${other}`, 'quarantine', {
      control: 'network',
      namespace,
      kind: 'pods',
      name: other,
    });
    expect((await enforcer.preflight(second, context())).refusals.join()).toContain('is there, and is another');
  });

  describe('secret-key: a new value for its consumers', () => {
    const OLD = ['old', 'value', 'of', 'it'].join('-');
    const FRESH = ['new', 'value', 'of', 'it'].join('-');

    async function prepared(fresh: NewCredential | undefined) {
      const [secret, web] = [server.name('db'), server.name('web')];
      await server.call('POST', `${server.inNamespace}/secrets`, {
        metadata: { name: secret },
        stringData: { password: OLD, user: 'shop' },
      });
      const labels = { app: web };
      const env = [{ name: 'DB', valueFrom: { secretKeyRef: { name: secret, key: 'password' } } }];
      await server.call('POST', `/apis/apps/v1/namespaces/${namespace}/deployments`, {
        metadata: { name: web },
        spec: {
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'web', env }] } },
        },
      });
      const step = stepOn(
        `${namespace}/secrets/${secret}`,
        'distribute',
        { control: 'secret-key', namespace, secret, key: 'password', field: 'value', restart: true },
        { for: 'postgres:db/roles/shop/password' },
      );
      const handOver = createHandOvers().of('plan');
      if (fresh) handOver.give('postgres:db/roles/shop/password', fresh);
      const path = `${server.inNamespace}/secrets/${secret}`;
      const value = async () =>
        Buffer.from(String(((await server.call('GET', path))['data'] as Json)['password']), 'base64').toString();
      const deployment = `/apis/apps/v1/namespaces/${namespace}/deployments/${web}`;
      return { step, path, deployment, value, context: context({ handOver }) };
    }

    it('is written, rolled out, known as ours, and taken back', async () => {
      const { step, path, deployment, value, context: own } = await prepared({ value: FRESH });
      const before = await stateOf(path, deployment);
      const { preImage, refusals } = await enforcer.preflight(step, own);
      expect(refusals).toEqual([]);
      expect(await stateOf(path, deployment)).toEqual(before);
      expect((await enforcer.probe(step, own)).state).toBe('not-effective');
      const said = [await enforcer.apply(step, own), await enforcer.probe(step, own)];
      expect(await value()).toBe(FRESH);
      expect(said[1]).toMatchObject({ state: 'effective' });
      expect(JSON.stringify(said)).toContain('rolled out anew');
      for (const text of [OLD, FRESH, Buffer.from(FRESH).toString('base64')]) expect(JSON.stringify(said)).not.toContain(text);
      expect((await stateOf(deployment))[0]).not.toEqual(before[1]);
      for (let i = 0; i < 2; i++) {
        await enforcer.undo(step, preImage, own);
        expect(await stateOf(path, deployment)).toEqual(before);
      }
      expect((await enforcer.probe(step, own)).state).toBe('not-effective');
    });

    it('is left alone when somebody else wrote another since', async () => {
      const { step, path, value, context: own } = await prepared({ value: FRESH });
      const { preImage } = await enforcer.preflight(step, own);
      await enforcer.apply(step, own);
      await server.call('PATCH', path, { stringData: { password: 'of somebody else' } });
      expect((await enforcer.probe(step, own)).state).toBe('not-effective');
      await expect(enforcer.undo(step, preImage, own)).rejects.toThrow(/changed by somebody else since/);
      expect(await value()).toBe('of somebody else');
    });

    it('is not written where nobody knows it, where the key is not, and where the Secret is immutable', async () => {
      const { step, path, context: own } = await prepared(undefined);
      await expect(enforcer.apply(step, own)).rejects.toThrow(/is not known to this process/);
      const other = { ...step, parameters: { ...step.parameters, key: 'token' } };
      expect((await enforcer.preflight(other, own)).refusals.join()).toContain('has no token');
      await server.call('PATCH', path, { immutable: true });
      expect((await enforcer.preflight(step, own)).refusals.join()).toContain('is immutable');
    });
  });

  it('issues a token that works, hands it over, and ends it alone', async () => {
    const name = await account();
    const step = stepOn(
      `${namespace}/serviceaccounts/${name}`,
      'issue',
      { control: 'token', namespace, serviceAccount: name, seconds: 3600 },
      { for: 'k8s:test/old' },
    );
    const own = context();
    const { preImage } = await enforcer.preflight(step, own);
    const { evidence } = await enforcer.apply(step, own);
    const token = own.handOver.find('k8s:test/old')?.value ?? '';
    expect(evidence.join()).toMatch(/bound to the Secret .* good until 20/);
    expect(evidence.join()).not.toContain(token);
    expect(await enforcer.probe(step, own)).toMatchObject({
      state: 'effective',
      evidence: ['TokenReview: the new token is taken'],
    });
    const another = await server.token(name);
    await enforcer.apply(step, context());
    await expect.poll(() => server.statusAs(another, `${server.inNamespace}/secrets`), PATIENT).toBe(200);
    await enforcer.undo(step, preImage, own);
    expect((await enforcer.probe(step, own)).state).toBe('not-effective');
    await expect.poll(() => server.statusAs(another, `${server.inNamespace}/secrets`), PATIENT).toBe(200);
  });

  it('foresees what it would be refused, in the words of the server, and never touches its own access', async () => {
    const [name, poor] = [await account(), server.name('poor')];
    await server.account(poor);
    await server.grant(poor, poor, [
      { verbs: ['get', 'update'], apiGroups: ['rbac.authorization.k8s.io'], resources: ['rolebindings'] },
    ]);
    const limited = enforcerOf(await server.kubeconfig(await server.token(poor)));
    const one = stepOn(`${namespace}/serviceaccounts/${name}`, 'detach', {
      control: 'binding',
      ...ofAccount(name),
      binding: `${namespace}/rolebindings/${name}`,
    });
    const { refusals } = await limited.preflight(one, context());
    expect(refusals.join()).toMatch(/attempting to grant RBAC permissions not currently held/);
    await expect(limited.apply(one, context())).rejects.toThrow(/attempting to grant/);
    const self = stepOn(`${namespace}/serviceaccounts/${poor}`, 'detach', {
      control: 'binding',
      ...ofAccount(poor),
      binding: `${namespace}/rolebindings/${poor}`,
    });
    expect((await limited.preflight(self, context())).refusals.join()).toContain("interlock's own access");
    const plane = stepOn('_/groups/system:nodes', 'quarantine', { control: 'bindings', subject: 'Group', name: 'system:nodes' });
    expect((await enforcer.preflight(plane, context())).refusals.join()).toContain('of Kubernetes itself');

    const said: Checked[] = [];
    for await (const checked of limited.check?.(context().signal) ?? []) said.push(checked);
    expect(said.map(({ text }) => text).join('\n')).toMatch(
      /delete secrets: not allowed in the whole cluster, .*; grant it to system:serviceaccount/,
    );
    expect(said.at(-1)?.type).toBe('blocked');
    const all: Checked[] = [];
    for await (const checked of enforcer.check?.(context().signal) ?? []) all.push(checked);
    expect(all).toEqual([{ type: 'works', text: expect.stringMatching(/as admin: \d+ rights of \d+$/) }]);
    await limited[Symbol.asyncDispose]();
  });

  it('takes names of users as they are', async () => {
    const user = `o'brien "x" ${server.name('u')}@example.com`;
    const name = server.name('odd');
    await server.call('POST', `${RBAC}/namespaces/${namespace}/rolebindings`, {
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
    });
    const step = stepOn(`_/users/${user}`, 'quarantine', { control: 'bindings', subject: 'User', name: user });
    const { preImage } = await enforcer.preflight(step, context());
    await enforcer.apply(step, context());
    expect((await server.call('GET', bindingPath(name)))['subjects']).toBeUndefined();
    await enforcer.undo(step, preImage, context());
    expect((await server.call('GET', bindingPath(name)))['subjects']).toHaveLength(1);
  });
});

it('is allowed all that it foresees by the example of rights, and no more', () => {
  const text = readFileSync(new URL('../../examples/kubernetes-enforcer.yaml', import.meta.url), 'utf8');
  const { rules } = parse(text) as { rules: { apiGroups: string[]; resources: string[]; verbs: string[] }[] };
  const granted = rules.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) => resources.flatMap((resource) => verbs.map((verb) => `${verb} ${group}/${resource}`))),
  );
  const wanted = RIGHTS.map(
    ({ verb, group, resource, subresource }) => `${verb} ${group}/${resource}${subresource ? `/${subresource}` : ''}`,
  );
  expect(granted.sort()).toEqual(wanted.sort());
});

describe('without a cluster', () => {
  it('is opened from its configuration, which is checked', async () => {
    const surroundings = { environment: {}, fingerprint: createFingerprinter(SAMPLE_KEY) };
    const settings = { name: 'prod', type: 'kubernetes', source: 'main', kubeconfig: '/nowhere/config', context: 'prod' };
    expect(await enforcers.kubernetes(settings, surroundings)).toMatchObject({ name: 'prod', type: 'kubernetes' });
    await expect(enforcers.kubernetes({ ...settings, sorce: 'x' }, surroundings)).rejects.toThrow(/enforcers.prod: .*sorce/);
  });

  it('says what cannot be read, and refuses', async () => {
    const step = stepOn('shop/serviceaccounts/a', 'quarantine', {
      control: 'bindings',
      subject: 'ServiceAccount',
      name: 'a',
      namespace: 'shop',
    });
    const { refusals } = await enforcerOf('/nowhere/config').preflight(step, context());
    expect(refusals.join()).toContain('/nowhere/config: the kubeconfig cannot be read');
  });

  it('refuses parameters that do not fit, and a target that is another', async () => {
    const enforcer = enforcerOf('/nowhere/config');
    const step = (change: Partial<PlanStep>) =>
      makeStep({
        id: 's',
        target: 'k8s:test/shop/serviceaccounts/a',
        parameters: { control: 'bindings', subject: 'ServiceAccount', name: 'a', namespace: 'shop' },
        ...change,
      });
    const refusals = async (change: Partial<PlanStep>) => (await enforcer.preflight(step(change), context())).refusals.join();
    expect(await refusals({ target: 'k8s:test/shop/serviceaccounts/b' })).toContain('is not k8s:test/shop/serviceaccounts/a');
    expect(await refusals({ target: 'k8s:other/shop/serviceaccounts/a' })).toContain('nothing was done');
    expect(await refusals({ action: 'rotate' })).toContain('no part of rotate');
    expect(await refusals({ parameters: { control: 'pod', namespace: 'a/../b', pod: 'x' } })).toContain('parameters.namespace');
    expect(await refusals({ parameters: { control: 'bindings', subject: 'User', name: 'a', namespace: 'b' } })).toContain(
      'nobody else has one',
    );
  });
});
