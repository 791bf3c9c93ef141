import { expect, it } from 'vitest';
import { isChange } from '../../../src/collectors/kubernetes/audit-changes.ts';
import { kubernetesCollector } from '../../../src/collectors/kubernetes/collector.ts';
import { collecting, type Outcome } from '../../contracts/collecting.ts';
import { sampleFolder } from '../files/sample-folder.ts';
import { type Audited, auditEventOf, auditLine } from './audit-line.ts';
import { collectingObjects, object } from './sample-cluster.ts';

const APP = 'system:serviceaccount:shop:app';
const app = 'k8s:test/shop/serviceaccounts/app';
const audited = (...events: readonly Audited[]): Promise<Outcome> => collectingObjects(events.map(auditEventOf));
const fact = ({ relationships }: Outcome, name: string) =>
  relationships.find(({ source, kind, target }) => `${source} ${kind} ${target}` === name);
const getSecret = { verb: 'get', resource: 'secrets', namespace: 'shop', name: 'db' };

it('tells whose token it was, from where it was used and what was touched', async () => {
  const found = await audited(
    { ...getSecret, user: APP, jti: 't1', at: '2026-01-07T00:00:00Z' },
    { ...getSecret, user: APP, jti: 't1', at: '2026-01-03T00:00:00Z' },
    { ...getSecret, user: APP, jti: 't1', code: 403, agent: 'curl/8.5.0' },
  );
  expect(found.edges).toEqual(
    [
      `${app} ACCESSED k8s:test/shop/secrets/db`,
      'k8s:test/_/tokens/t1 AUTHENTICATES_AS k8s:test/shop/serviceaccounts/app',
      'origin:203.0.113.7/http-client USES k8s:test/_/tokens/t1',
      'origin:203.0.113.7/kubectl USES k8s:test/_/tokens/t1',
    ].sort(),
  );
  expect(fact(found, `${app} ACCESSED k8s:test/shop/secrets/db`)).toMatchObject({
    basis: 'observed',
    uses: 2,
    firstSeen: '2026-01-03T00:00:00.000Z',
    lastUsed: '2026-01-07T00:00:00.000Z',
    properties: { actions: ['get secrets'], credentials: ['k8s:test/_/tokens/t1'] },
  });
  expect(fact(found, 'origin:203.0.113.7/http-client USES k8s:test/_/tokens/t1')?.properties).toEqual({ failed: 1 });
  expect(found.entity('k8s:test/_/tokens/t1')).toMatchObject({ kind: 'Session', state: 'active' });
  expect(found.said.find(({ type }) => type === 'newest-event')).toEqual({
    type: 'newest-event',
    at: '2026-01-07T00:00:00.000Z',
  });
  expect(found.scopes.map(({ scope }) => scope)).toEqual(['audit']);
});

it('counts an event once, whatever its stages and however often it is told', async () => {
  const found = await audited(
    { ...getSecret, user: APP, id: 'a', stage: 'RequestReceived' },
    { ...getSecret, user: APP, id: 'a' },
    { ...getSecret, user: APP, id: 'a' },
    { ...getSecret, user: APP, id: 'b', stage: 'RequestReceived' },
  );
  expect(fact(found, `${app} ACCESSED k8s:test/shop/secrets/db`)?.uses).toBe(1);
});

it('trusts only the address that the API server saw itself', async () => {
  const found = await audited({ ...getSecret, user: APP, jti: 't1', addresses: ['198.51.100.1', '10.0.0.7'] });
  expect(found.entities.filter(({ kind }) => kind === 'Origin').map(({ key }) => key)).toEqual(['origin:10.0.0.7/kubectl']);
});

it('keeps who impersonates apart from who is impersonated', async () => {
  const found = await audited({ ...getSecret, user: 'ann', certificate: 'ab'.repeat(32), actedAs: APP });
  const certificate = `k8s:test/_/certificates/${'ab'.repeat(32)}`;
  expect(found.edges).toEqual(
    [
      `${certificate} AUTHENTICATES_AS k8s:test/_/users/ann`,
      `k8s:test/_/users/ann CAN_ASSUME ${app}`,
      `${app} ACCESSED k8s:test/shop/secrets/db`,
      `origin:203.0.113.7/kubectl USES ${certificate}`,
    ].sort(),
  );
  expect(fact(found, `${app} ACCESSED k8s:test/shop/secrets/db`)?.properties).toMatchObject({ actors: ['k8s:test/_/users/ann'] });
  const refused = await audited({ ...getSecret, user: 'ann', actedAs: APP, code: 403 });
  expect(refused.edges).toEqual([]);
});

it('knows a token from the moment that it is made', async () => {
  const found = await audited(
    {
      user: 'ann',
      verb: 'create',
      resource: 'serviceaccounts',
      subresource: 'token',
      namespace: 'shop',
      name: 'app',
      issued: 't2',
      expires: '2026-01-05T11:00:00Z',
      audiences: ['vault'],
      at: '2026-01-05T10:00:00Z',
      id: 'made',
    },
    { ...getSecret, user: APP, jti: 't2' },
  );
  expect(found.entity('k8s:test/_/tokens/t2')).toMatchObject({
    expiresAt: '2026-01-05T11:00:00.000Z',
    properties: { audiences: ['vault'] },
  });
  expect(fact(found, 'k8s:test/_/users/ann MINTED k8s:test/_/tokens/t2')).toMatchObject({
    certainty: 'possible',
    properties: { at: '2026-01-05T10:00:00.000Z', eventID: 'made', action: 'create serviceaccounts/token' },
  });
  expect(fact(found, `k8s:test/_/users/ann ACCESSED ${app}`)?.properties).toMatchObject({
    changes: [{ action: 'create serviceaccounts/token', created: 'k8s:test/_/tokens/t2' }],
  });
  expect(found.edges).toContain(`k8s:test/_/tokens/t2 AUTHENTICATES_AS ${app}`);
});

it('attributes the token of a pod to what the pod belongs to', async () => {
  const pod = {
    ...object('Pod', 'shop/web-1'),
    metadata: { name: 'web-1', namespace: 'shop', ownerReferences: [{ kind: 'StatefulSet', name: 'web', controller: true }] },
    spec: { containers: [{ name: 'main' }] },
  };
  const events = ['web-1', 'gone-7'].map((name) => auditEventOf({ ...getSecret, user: APP, jti: `of-${name}`, pod: name }));
  const found = await collectingObjects([pod, ...events]);
  expect(found.edges).toContain('k8s:test/shop/statefulsets/web USES k8s:test/_/tokens/of-web-1');
  expect(found.edges).toContain('k8s:test/shop/pods/gone-7 USES k8s:test/_/tokens/of-gone-7');
});

it('takes what is touched without a name for the namespace, and leaves bookkeeping out', async () => {
  const found = await audited(
    { user: APP, verb: 'list', resource: 'secrets', namespace: 'shop' },
    { user: APP, verb: 'list', resource: 'secrets' },
    { user: APP, verb: 'update', resource: 'leases', namespace: 'shop', name: 'lock', group: 'coordination.k8s.io' },
    { user: APP, verb: 'create', resource: 'pods', namespace: 'shop', name: 'p', subresource: 'exec' },
  );
  expect(found.edges).toEqual([`${app} ACCESSED k8s:test/_/namespaces/shop`, `${app} ACCESSED k8s:test/shop/pods/p`]);
  expect(fact(found, `${app} ACCESSED k8s:test/shop/pods/p`)?.properties).toMatchObject({
    changes: [{ action: 'create pods/exec', by: app }],
  });
});

it('reads lists of events, and names lines that are none', async () => {
  await using folder = await sampleFolder({
    'list.json': JSON.stringify({
      kind: 'EventList',
      apiVersion: 'audit.k8s.io/v1',
      items: [auditEventOf({ ...getSecret, user: APP })],
    }),
    'audit.log': `${auditLine({ ...getSecret, user: APP })}\n{"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"x"}\n{"kind":\n`,
  });
  const found = await collecting(kubernetesCollector, { files: folder.root });
  expect(fact(found, `${app} ACCESSED k8s:test/shop/secrets/db`)?.uses).toBe(2);
  expect(found.warnings).toEqual(['audit.log:2: an audit event without id, time, verb or user; skipped']);
  expect(found.errors).toEqual([expect.stringContaining('audit.log:3: not JSON')]);
});

it.each([
  ['create', 'rbac.authorization.k8s.io', 'clusterrolebindings', '', true],
  ['create', '', 'pods', '', true],
  ['create', '', 'pods', 'exec', true],
  ['get', '', 'pods', 'exec', true],
  ['create', '', 'pods', 'eviction', false],
  ['patch', 'apps', 'deployments', '', true],
  ['patch', 'apps', 'deployments', 'status', false],
  ['get', '', 'secrets', '', false],
  ['delete', '', 'secrets', '', false],
  ['create', 'constructor', 'pods', '', false],
])('%s %s/%s/%s leaves something behind: %s', (verb, group, resource, subresource, expected) => {
  expect(isChange({ verb, group, resource, subresource })).toBe(expected);
});
