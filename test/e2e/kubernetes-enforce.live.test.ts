/** The main job on a real API server, through the CLI alone: collect, plan, execute, see the effect, undo. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ExecutionResult } from '../../src/app/execute/run.ts';
import type { ReachAnswer } from '../../src/app/reach.ts';
import type { Plan } from '../../src/model/plan.ts';
import { type Json, type KubernetesServer, openKubernetes, RBAC, withoutServerFields } from '../kubernetes-server.ts';
import { describeLive } from '../live.ts';
import { answer, workspace } from './cli.ts';

const CONFIGURATION = `sources: [{ name: main, type: kubernetes, live: { kubeconfig: "\${KUBE}" } }]
enforcers: { main: { type: kubernetes, source: main, kubeconfig: "\${KUBE}" } }
budgets: { down: 9, actionsPerHour: 100, maxGraphAgeMinutes: 60 }
`;

/** The server's authorizer follows a change within a second. */
const PATIENT = { timeout: 10_000, interval: 50 };

describeLive('kubernetes', 'a service account of a real cluster, by the CLI', (url) => {
  let server: KubernetesServer;
  let folder: string;
  let env: Record<string, string>;

  beforeAll(async () => {
    server = await openKubernetes(url);
    folder = workspace({ 'interlock.yaml': CONFIGURATION });
    env = { KUBE: await server.kubeconfig(), INTERLOCK_SEAL_KEY: randomBytes(32).toString('base64') };
    await server.call('POST', `${server.inNamespace}/secrets`, {
      metadata: { name: 'db' },
      stringData: { password: 'not-a-real-one' },
    });
    await server.account('deployer');
    await server.grant('deployer', 'deployer', [{ verbs: ['get', 'list'], apiGroups: [''], resources: ['secrets'] }]);
  }, 60_000);
  afterAll(() => server[Symbol.asyncDispose]());

  const ask = <T>(...words: string[]): Promise<T> => answer<T>(folder, words, { env });
  const key = (rest: string): string => `k8s:main/${server.namespace}/${rest}`;
  /** As the executor leaves it: its last step, looking for what the attacker left, is a person's, who says that it was done. */
  async function apply(id: string): Promise<ExecutionResult> {
    const done = await answer<ExecutionResult>(folder, ['execute', id, '--apply'], { env, code: 3 });
    const waiting = done.steps.filter(({ state }) => state === 'accepted');
    expect(waiting.map(({ id: step }) => step.split('-')[0])).toEqual(['notify']);
    return ask<ExecutionResult>('confirm', id, (waiting[0] as { id: string }).id);
  }
  const mayReadSecrets = async (): Promise<unknown> => {
    const spec = {
      user: `system:serviceaccount:${server.namespace}:deployer`,
      groups: ['system:serviceaccounts', `system:serviceaccounts:${server.namespace}`, 'system:authenticated'],
      resourceAttributes: { verb: 'get', resource: 'secrets', namespace: server.namespace },
    };
    const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec };
    const { status } = await server.call('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', review);
    return (status as Json)['allowed'];
  };
  const binding = () => server.call('GET', `${RBAC}/namespaces/${server.namespace}/rolebindings/deployer`);
  /** Exit 3: admission policies were not collected, so what is reached may be less. */
  const reaches = async (): Promise<boolean> => {
    const words = ['reach', key('serviceaccounts/deployer'), '--items'];
    const { items } = await answer<ReachAnswer>(folder, words, { env, code: 3 });
    return items.some((one) => one.key === key('secrets/db'));
  };

  it('a plan for it is executed, seen by the API server and by the next collection, and undone', async () => {
    const before = await binding();
    const token = await server.token('deployer');
    const rights = async () => [await mayReadSecrets(), await server.statusAs(token, `${server.inNamespace}/secrets`)];
    await expect.poll(rights, PATIENT).toEqual([true, 200]);
    await ask('collect');
    expect(await reaches()).toBe(true);

    const plan = await ask<Plan>('plan', key('serviceaccounts/deployer'));
    expect(plan.refusals).toEqual([]);
    const steps = plan.waves.flatMap((wave) => wave.steps);
    expect(steps.map(({ action, connector }) => `${action} ${connector}`)).toContain('quarantine main');
    const rehearsal = await ask<ExecutionResult>('execute', plan.id);
    expect(rehearsal.stopped).toEqual([]);
    expect(await binding()).toEqual(before);

    const done = await apply(plan.id);
    expect(done.state).toBe('done');
    await expect.poll(rights, PATIENT).toEqual([false, 403]);
    await ask('collect');
    expect(await reaches()).toBe(false);

    await ask('undo', plan.id, '--apply');
    expect(withoutServerFields(await binding())).toEqual(withoutServerFields(before));
    await expect.poll(rights, PATIENT).toEqual([true, 200]);
    expect(await ask('audit', 'verify')).toMatchObject({ holds: true });
    await ask('collect');
    expect(await reaches()).toBe(true);
  }, 240_000);
});
