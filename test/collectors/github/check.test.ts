import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { endpoints } from '../../../src/collectors/github/answers/endpoints.ts';
import { githubCollector } from '../../../src/collectors/github/collector.ts';
import { checking, missingIn } from '../../contracts/checking.ts';
import { collecting } from '../../contracts/collecting.ts';
import { sampleFolder } from '../files/sample-folder.ts';
import { type Fault, githubServer, PRIVATE_KEY, refuse, type ServerOptions, send, TOKEN } from './github-server.ts';
import { ANSWERS, TREE } from './sample-organisation.ts';

const ALL = Object.fromEntries(
  endpoints
    .map(({ permission }) => permission.split('=', 2) as [string, string])
    .sort(([, level]) => (level === 'write' ? 1 : -1)),
);
const LIMITS = { resources: { core: { limit: 5000, remaining: 4900, reset: 1_800_000_000 } } };

async function served(changed: Partial<ServerOptions> = {}) {
  const server = await githubServer({ answers: { ...ANSWERS, '/rate_limit': LIMITS }, tree: TREE, permissions: ALL, ...changed });
  const folder = await sampleFolder({ 'app.pem': PRIVATE_KEY });
  const app = { org: 'acme', appId: 5, privateKeyFile: path.join(folder.root, 'app.pem'), baseUrl: server.url };
  const person = { org: 'acme', token: TOKEN, baseUrl: server.url };
  const dispose = async (): Promise<void> => {
    await server[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  };
  return { server, app: { live: app }, person: { live: person }, [Symbol.asyncDispose]: dispose };
}

const without = (...names: string[]) => Object.fromEntries(Object.entries(ALL).filter(([name]) => !names.includes(name)));
const refusing =
  (...paths: string[]): Fault =>
  (asked, response) =>
    paths.includes(asked.split('?', 1)[0] as string)
      ? refuse(response, 403, 'Resource not accessible by personal access token')
      : undefined;

describe('an organisation before it is collected, as an app', () => {
  it('lacks nothing when the installation has every permission, and some calls are left', async () => {
    await using from = await served();
    const said = await checking(githubCollector, from.app);
    expect(said).toEqual([{ type: 'works', text: 'acme: as app 5, 4,900 of 5,000 calls left' }]);
    expect(from.server.calls.length).toBeLessThan(8);
  });

  it('lacks each permission that the installation does not have, or has for reading where more is needed', async () => {
    await using from = await served({ permissions: { ...without('organization_hooks', 'members'), administration: 'read' } });
    const missing = missingIn(await checking(githubCollector, from.app));
    expect(missing.map((text) => /needs (\S+);/.exec(text)?.[1] ?? '').sort()).toEqual([
      'administration=write',
      'members=read',
      'organization_hooks=read',
    ]);
    expect(missing).toContain('/orgs/{org}/hooks: needs organization_hooks=read; grant it to app 5, and accept it in acme');
  });

  it('does not lack what only organisations of the Enterprise plan have', async () => {
    const answers = { ...ANSWERS, '/orgs/acme': { login: 'acme', id: 77, plan: { name: 'team' } } };
    await using from = await served({ permissions: without('organization_custom_roles'), answers });
    expect(missingIn(await checking(githubCollector, from.app))).toEqual([]);
  });

  it('would have to wait where hardly a call is left', async () => {
    const few = { resources: { core: { limit: 5000, remaining: 12, reset: 1_800_000_000 } } };
    await using from = await served({ answers: { ...ANSWERS, '/rate_limit': few } });
    expect(missingIn(await checking(githubCollector, from.app))).toEqual([
      '12 of 5,000 calls left until 2027-01-15T08:00:00.000Z: a collection would have to wait',
    ]);
  });

  it('is blocked where the app is not installed, or its key cannot be read', async () => {
    await using from = await served({
      fault: (asked, response) => (asked.endsWith('/installation') ? refuse(response, 404, 'Not Found') : undefined),
    });
    const outside = await checking(githubCollector, from.app);
    expect(outside).toEqual([{ type: 'blocked', text: expect.stringContaining('acme: the app 5 cannot be used there (404)') }]);
    const keyless = await checking(githubCollector, { live: { ...from.app.live, privateKeyFile: '/no/such.pem' } });
    expect(keyless).toEqual([{ type: 'blocked', text: expect.stringContaining("the app's private key cannot be read") }]);
  });
});

describe('an organisation before it is collected, with a token', () => {
  it('lacks nothing when all is answered, of which it asks for one item each', async () => {
    await using from = await served();
    const said = await checking(githubCollector, from.person);
    expect(said).toEqual([{ type: 'works', text: 'acme: with a token, 4,900 of 5,000 calls left' }]);
    expect(from.server.calls.filter((call) => call.includes('per_page=') && !call.includes('per_page=1'))).toEqual([]);
    expect(from.server.calls.filter((call) => call.startsWith('/repos/acme/site'))).toEqual([]);
  });

  it('foresees the refusals that a collection meets, in its words', async () => {
    const fault = refusing(
      '/orgs/acme/hooks',
      '/orgs/acme/actions/secrets',
      '/repos/acme/shop/keys',
      '/repos/acme/shop/git/trees/main',
    );
    await using from = await served({ fault });
    const missing = missingIn(await checking(githubCollector, from.person));
    const { scopes } = await collecting(githubCollector, from.person);
    expect(missing).toHaveLength(4);
    expect(missing.toSorted()).toEqual(scopes.flatMap((scope) => scope.missing).toSorted());
    expect(missing.join('\n')).toContain('needs organization_hooks=read');
  });

  it('is blocked where the token is not taken; its value is in no word', async () => {
    await using from = await served();
    const token = 'hunter2-is-no-token';
    const said = await checking(githubCollector, { live: { ...from.person.live, token } });
    expect(said).toEqual([{ type: 'blocked', text: expect.stringContaining('401') }]);
    expect(JSON.stringify(said)).not.toContain(token);
  });

  it('takes a limit that is not told for none', async () => {
    await using from = await served({
      fault: (asked, response) =>
        asked === '/rate_limit' ? send(response, 404, { message: 'Rate limiting is not enabled.' }) : undefined,
    });
    expect(await checking(githubCollector, from.person)).toEqual([{ type: 'works', text: 'acme: with a token' }]);
  });
});
