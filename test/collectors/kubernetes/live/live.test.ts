import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { kubernetesCollector } from '../../../../src/collectors/kubernetes/collector.ts';
import { permissionOf, RESOURCES } from '../../../../src/collectors/kubernetes/live/resources.ts';
import { collecting, type Outcome } from '../../../contracts/collecting.ts';
import { type Answer, type ApiServer, apiServer, json, list } from './api-server.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interlock-kubeconfig-'));
});
afterAll(() => rm(folder, { recursive: true }));

const TOKEN = ['a', 'token', 'of', 'tests'].join('-');

async function kubeconfig(server: string, user: object = { token: TOKEN }): Promise<string> {
  const path = join(folder, 'config');
  const config = {
    'current-context': 'test',
    clusters: [{ name: 'c', cluster: { server } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'test', context: { cluster: 'c', user: 'u' } }],
  };
  await writeFile(path, JSON.stringify(config));
  return path;
}

const collect = async (server: ApiServer, live: object = {}, changed: object = {}): Promise<Outcome> =>
  collecting(kubernetesCollector, { live: { kubeconfig: await kubeconfig(server.url), values: false, ...live } }, changed);

const account = (name: string): object => ({ metadata: { name, namespace: 'shop' } });
const ACCOUNTS = '/api/v1/serviceaccounts';
const accounts = ({ entities }: Outcome): string[] =>
  entities
    .flatMap(({ kind, key }) => (kind === 'ServiceAccount' ? [key.replace('k8s:test/shop/serviceaccounts/', '')] : []))
    .sort();

describe('a cluster behind a server that speaks its protocol', () => {
  it('is listed page by page, with the proof that the kubeconfig gives', async () => {
    const pagesOf: Answer = (_, response, query) =>
      query.get('continue') ? json(response, list([account('b')])) : json(response, list([account('a')], { continue: 'next' }));
    await using server = await apiServer({ [ACCOUNTS]: pagesOf });
    const found = await collect(server);
    expect(accounts(found)).toEqual(['a', 'b']);
    expect(found.errors).toEqual([]);
    expect(found.scopes).toEqual([{ type: 'scope', scope: 'cluster', coverage: 'complete', missing: [] }]);
    expect(server.headers.every(({ authorization }) => authorization === `Bearer ${TOKEN}`)).toBe(true);
  });

  it('is gone on with where the server says when a continuation has expired', async () => {
    const expiring: Answer = (_, response, query) => {
      const next = query.get('continue');
      if (next === 'old') json(response, { reason: 'Expired', metadata: { continue: 'fresh' } }, 410);
      else json(response, next === 'fresh' ? list([account('b')]) : list([account('a')], { continue: 'old' }));
    };
    await using server = await apiServer({ [ACCOUNTS]: expiring });
    expect(accounts(await collect(server))).toEqual(['a', 'b']);
  });

  it('takes in what changed while it was listed', async () => {
    const changing: Answer = (_, response, query) => {
      if (!query.has('watch')) return json(response, list([account('a'), account('b')]));
      expect(query.get('resourceVersion')).toBe('7');
      const lines = [
        { type: 'ADDED', object: account('c') },
        { type: 'DELETED', object: account('a') },
      ];
      response.end(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    };
    await using server = await apiServer({ [ACCOUNTS]: changing });
    expect(accounts(await collect(server))).toEqual(['b', 'c']);
  });

  it('asks for the names of Secrets alone, unless told otherwise', async () => {
    const secret = {
      metadata: { name: 'db', namespace: 'shop' },
      data: { password: Buffer.from('x'.repeat(20)).toString('base64') },
    };
    await using server = await apiServer({ '/api/v1/secrets': [secret] });
    await collect(server);
    const at = (paths: readonly string[]): number => paths.findIndex((path) => path.startsWith('/api/v1/secrets'));
    expect(server.headers[at(server.asked)]?.accept).toContain('PartialObjectMetadataList');
    const before = server.asked.length;
    await collect(server, { values: true });
    expect(server.headers[before + at(server.asked.slice(before))]?.accept).toBe('application/json');
  });

  it('waits and asks again when the server is busy, and when it fails for a moment', async () => {
    let times = 0;
    const busy: Answer = (_, response, query) => {
      if (query.has('watch')) response.end();
      else if (++times === 1) response.writeHead(429, { 'retry-after': '1' }).end('{}');
      else if (times === 2) json(response, {}, 503);
      else json(response, list([account('a')]));
    };
    await using server = await apiServer({ [ACCOUNTS]: busy });
    expect(accounts(await collect(server))).toEqual(['a']);
    expect(times).toBe(3);
  });
});

describe('what is missing', () => {
  it('names the right that a refused list needs, and keeps the rest', async () => {
    const refuse: Answer = (_, response) => json(response, { reason: 'Forbidden' }, 403);
    await using server = await apiServer({ '/apis/rbac.authorization.k8s.io/v1/roles': refuse, [ACCOUNTS]: [account('a')] });
    const found = await collect(server);
    const text = 'list roles.rbac.authorization.k8s.io: not allowed; grant it to the identity that collects';
    expect(found.errors).toEqual([text]);
    expect(found.scopes).toEqual([{ type: 'scope', scope: 'cluster', coverage: 'partial', missing: [text] }]);
    expect(accounts(found)).toEqual(['a']);
  });

  it('is not a kind that the server does not have', async () => {
    await using server = await apiServer({ '/apis/batch/v1/cronjobs': (_, response) => json(response, {}, 404) });
    expect((await collect(server)).errors).toEqual([]);
  });

  it.each<[string, Answer, RegExp]>([
    [
      'an answer that is cut off',
      (_, response) => response.end('{"items": ['),
      /serviceaccounts: the answer is not JSON, or was cut off$/,
    ],
    [
      'pages without end',
      (_, response, query) => (query.has('watch') ? response.end() : json(response, list([account('a')], { continue: 'again' }))),
      /serviceaccounts: the API server goes round in a circle/,
    ],
    ['an answer of another shape', (_, response) => json(response, { items: 7 }), /serviceaccounts: .*expected/],
    ['a server that goes on failing', (_, response) => json(response, {}, 500), /serviceaccounts: the API server answered 500$/],
  ])('is said of %s', { timeout: 120_000 }, async (_, answer, message) => {
    await using server = await apiServer({ [ACCOUNTS]: answer, '/api/v1/namespaces': [{ metadata: { name: 'shop' } }] });
    const found = await collect(server);
    expect(found.errors.join('\n')).toMatch(message);
    expect(found.scopes[0]?.coverage).toBe('partial');
    expect(found.entities.map(({ key }) => key)).toContain('k8s:test/_/namespaces/shop');
  });

  it('is everything where the credential is not taken, and says no word of it', async () => {
    const refuse: Answer = (_, response) => json(response, { message: TOKEN }, 401);
    await using server = await apiServer({ '/.well-known/openid-configuration': refuse });
    const found = await collect(server);
    expect(found.errors).toEqual(['/.well-known/openid-configuration: the API server answered 401']);
    expect(JSON.stringify(found.said)).not.toContain(TOKEN);
  });
});

describe('a kubeconfig', () => {
  const failing = async (content: string, live: object = {}): Promise<string> => {
    const path = join(folder, 'broken');
    await writeFile(path, content);
    const { errors } = await collecting(kubernetesCollector, { live: { kubeconfig: path, values: false, ...live } });
    return errors.join('\n');
  };

  it('that is not there, or names what is not there, is told by name', async () => {
    const none = await collecting(kubernetesCollector, { live: { kubeconfig: join(folder, 'none'), values: false } });
    expect(none.errors.join()).toMatch(/none: the kubeconfig cannot be read/);
    expect(await failing('{}')).toMatch(/broken: current-context: is not set/);
    expect(await failing('{}', { context: 'prod' })).toMatch(/broken: contexts: there is no prod; there are none/);
    const contexts = '[{name: a, context: {cluster: x}}]';
    expect(await failing(`{current-context: a, contexts: ${contexts}}`)).toMatch(/context a: clusters: there is no x/);
  });

  it('whose server holds a login is refused, and the login is not shown', async () => {
    const said = await failing('{clusters: [{name: x, cluster: {server: "https://ops:hunter2@k8s.example"}}]}');
    expect(said).toMatch(/broken: clusters\[0\]\.cluster\.server: holds a login/);
    expect(said).not.toContain('hunter2');
  });

  it('may name a program that hands out the token', async () => {
    const answer = { kind: 'ExecCredential', apiVersion: 'client.authentication.k8s.io/v1', status: { token: TOKEN } };
    const script = `process.env.KUBERNETES_EXEC_INFO.includes('interactive') && process.env.SAYS === '1' && console.log('${JSON.stringify(answer)}')`;
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: process.execPath,
      args: ['-e', script],
      env: [{ name: 'SAYS', value: '1' }],
    };
    await using server = await apiServer({ [ACCOUNTS]: [account('a')] });
    const live = { kubeconfig: await kubeconfig(server.url, { exec }), values: false };
    const found = await collecting(kubernetesCollector, { live }, { environment: {} });
    expect(found.errors).toEqual([]);
    expect(server.headers[0]?.authorization).toBe(`Bearer ${TOKEN}`);
  });

  it.each([
    [['-e', 'console.log("no credential")'], /gave no ExecCredential$/],
    [['-e', 'process.exit(3)'], /ended with 3$/],
  ])('whose program fails says which: %j', async (args, message) => {
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: process.execPath, args };
    const live = { kubeconfig: await kubeconfig('http://127.0.0.1:1', { exec }), values: false };
    expect((await collecting(kubernetesCollector, { live })).errors.join()).toMatch(message);
  });
});

it('is allowed all that it asks for by the example of rights, and no more', () => {
  const text = readFileSync(new URL('../../../../examples/kubernetes-read-only.yaml', import.meta.url), 'utf8');
  const { rules } = parse(text) as { rules: { apiGroups?: string[]; resources?: string[]; verbs: string[] }[] };
  const granted = rules.flatMap(({ apiGroups = [], resources = [], verbs }) =>
    verbs.includes('list') ? apiGroups.flatMap((group) => resources.map((plural) => permissionOf({ group, plural }))) : [],
  );
  expect(granted.sort()).toEqual(RESOURCES.map(permissionOf).sort());
});
