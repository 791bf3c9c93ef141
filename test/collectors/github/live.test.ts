import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { PATIENCE, type Patience } from '../../../src/apis/github/client.ts';
import { CoverageNotes } from '../../../src/collectors/files/coverage.ts';
import { githubCollector } from '../../../src/collectors/github/collector.ts';
import { readLive } from '../../../src/collectors/github/live/read-live.ts';
import { sourceFacts } from '../../../src/collectors/github/source-facts.ts';
import { EVERY_SCOPE } from '../../../src/model/collection.ts';
import type { CollectContext, Collected } from '../../../src/ports/collector.ts';
import { collecting } from '../../contracts/collecting.ts';
import { sampleFolder } from '../files/sample-folder.ts';
import { type Fault, githubServer, PRIVATE_KEY, refuse, type ServerOptions, send } from './github-server.ts';
import { ANSWERS, answerFiles, LEAKED_TOKEN, TREE } from './sample-organisation.ts';

/** A source of a local server that speaks GitHub's protocol, asked as an app. */
async function source(changed: Partial<ServerOptions> = {}) {
  const server = await githubServer({ answers: ANSWERS, tree: TREE, ...changed });
  const folder = await sampleFolder({ 'app.pem': PRIVATE_KEY });
  const live = { org: 'acme', appId: 5, privateKeyFile: path.join(folder.root, 'app.pem'), baseUrl: server.url };
  const dispose = async (): Promise<void> => {
    await server[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  };
  return { server, settings: { live }, [Symbol.asyncDispose]: dispose };
}

const HASTY: Patience = { ...PATIENCE, retryMs: 1, secondMs: 1, timeoutMs: 5_000 };
/** The same without the pauses between tries. */
const hasty = {
  ...githubCollector,
  async *collect(
    { live }: { live?: Parameters<typeof readLive>[0] | undefined },
    context: CollectContext,
  ): AsyncGenerator<Collected> {
    const notes = new CoverageNotes();
    if (!live) return;
    const { read } = yield* readLive(live, context, notes, HASTY);
    if (read) yield* sourceFacts(read);
    yield* notes.said();
  },
};
/** One repository is enough where calls go wrong. */
const SMALL = {
  ...Object.fromEntries(Object.entries(ANSWERS).filter(([asked]) => !/^\/repos\/acme\/(site|old)/.test(asked))),
  '/orgs/acme/repos': [(ANSWERS['/orgs/acme/repos'] as unknown[])[0]],
};
const found = async (changed: Partial<ServerOptions> = {}) => {
  await using from = await source({ answers: SMALL, ...changed });
  const outcome = await collecting(hasty, from.settings);
  return { ...outcome, calls: [...from.server.calls] };
};
const partial = ({ scopes }: Awaited<ReturnType<typeof found>>) =>
  scopes.filter(({ coverage }) => coverage === 'partial').map(({ scope }) => scope);
const on =
  (wanted: string, fault: Fault): Fault =>
  (asked, response, calls) =>
    asked.split('?', 1)[0] === wanted ? fault(asked, response, calls) : undefined;

describe('GitHub, asked over HTTP (a local server that speaks its protocol)', () => {
  it('says what its answers in files say, under keys that name the host', async () => {
    await using from = await source();
    await using files = await sampleFolder({ ...answerFiles(), ...TREE });
    const host = new URL(from.server.url).host;
    const live = await collecting(githubCollector, from.settings);
    const read = await collecting(githubCollector, { files: files.root });
    const plain = (key: string) =>
      key.replaceAll(`github@${host}:`, 'github:').replaceAll(`${host}/_services/token`, 'token.actions.githubusercontent.com');
    expect(live.errors).toEqual([]);
    expect(live.scopes).toEqual(read.scopes);
    expect(live.edges.map(plain)).toEqual(read.edges);
    expect(live.entity(`github@${host}:acme/shop`)?.kind).toBe('Repository');
  });

  it('keeps its answers as files that say the same, and no secret value', async () => {
    await using from = await source();
    const kept: Record<string, string> = {};
    const save = async (name: string, content: string) => {
      expect(kept[name]).toBeUndefined();
      kept[name] = content;
    };
    const live = await collecting(hasty, from.settings, { save });
    await using folder = await sampleFolder(kept);
    const again = await collecting(githubCollector, { files: folder.root });
    expect([again.errors, again.warnings]).toEqual([[], live.warnings]);
    expect(again.edges).toEqual(live.edges);
    const text = JSON.stringify(kept);
    for (const value of [LEAKED_TOKEN, 'very/secret', 'eu-west-1']) expect(text).not.toContain(value);
  });

  it('follows pages to their end', async () => {
    const { calls, entities } = await found();
    expect(calls.filter((call) => call.includes('/members?role=member'))).toEqual([
      '/orgs/acme/members?role=member&per_page=100',
      '/orgs/acme/members?role=member&per_page=100&page=2',
    ]);
    expect(entities.some(({ key }) => key === 'github:users/dave')).toBe(true);
  });

  it.each([-7_200, 7_200])('signs in where its clock is %d seconds off', async (ahead) => {
    const outcome = await found({ ahead });
    expect(outcome.errors).toEqual([]);
  });

  it('asks again after errors of the server, a limit and a cut-off answer', async () => {
    const limited = { 'retry-after': '1' };
    const faults = [
      on('/orgs/acme/teams', (_, response, calls) => (calls < 3 ? refuse(response, 502, 'Bad Gateway') : undefined)),
      on('/orgs/acme/hooks', (_, response, calls) =>
        calls < 2 ? refuse(response, 403, 'You have exceeded a secondary rate limit', limited) : undefined,
      ),
      on('/orgs/acme/rulesets', (_, response, calls) =>
        calls < 2
          ? refuse(response, 429, 'API rate limit exceeded', {
              ...limited,
              'x-ratelimit-remaining': '0',
              'x-ratelimit-reset': '1',
            })
          : undefined,
      ),
      on('/repos/acme/shop/keys', (_, response, calls) => {
        if (calls > 1) return undefined;
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end('[{"id": 17, "key": "ssh-');
        return true;
      }),
    ];
    const fault: Fault = (...call) => faults.map((one) => one(...call)).find((done) => done);
    const whole = await found();
    const outcome = await found({ fault });
    expect(outcome.errors).toEqual([]);
    expect(outcome.edges).toEqual(whole.edges);
  });

  it.each<[string, Fault, string]>([
    ['errors of the server', (_, response) => refuse(response, 500, 'oops'), '500 oops'],
    [
      'a limit that does not end',
      (_, response) => refuse(response, 403, 'You have exceeded a secondary rate limit', { 'retry-after': '1' }),
      'secondary rate limit',
    ],
    [
      'cut-off answers',
      (_, response) => Boolean(response.writeHead(200, { 'content-type': 'application/json' }).end('[{"id"')),
      'no whole JSON',
    ],
    ['a connection that breaks', (_, response) => Boolean(response.destroy()), '/repos/acme/shop/keys'],
    ['another shape', (_, response) => send(response, 200, [{ id: {} }]), 'expected'],
    [
      'pages in a circle',
      (asked, response) => send(response, 200, [], { link: `<http://${response.req.headers.host}${asked}>; rel="next"` }),
      'pages do not end',
    ],
    [
      'a refusal',
      (_, response) =>
        refuse(response, 403, 'Resource not accessible by integration', {
          'x-accepted-github-permissions': 'administration=read',
        }),
      'needs administration=read',
    ],
    ['a refusal that names nothing', (_, response) => refuse(response, 404, 'Not Found'), 'needs administration=read'],
  ])('%s, all the time, makes the repository partial and nothing else', async (_, fault, text) => {
    const outcome = await found({ fault: on('/repos/acme/shop/keys', fault) });
    expect(partial(outcome)).toEqual(['acme/shop']);
    expect(outcome.errors).toEqual([expect.stringContaining(text)]);
    expect(outcome.scopes.find(({ scope }) => scope === 'acme/shop')?.missing).toEqual(outcome.errors);
    expect(outcome.edges.some((edge) => edge.startsWith('github:users/zoe HAS_GRANT'))).toBe(true);
    expect(outcome.calls.filter((call) => call.startsWith('/repos/acme/shop/keys')).length).toBeLessThan(20);
  });

  it('takes pages that go on for ever for an error', async () => {
    const fault = on('/orgs/acme/hooks', (asked, response) => {
      const page = Number(new URL(asked, 'http://x').searchParams.get('page') ?? 1);
      return send(response, 200, page > 5 ? [] : [{ id: page, config: {} }], {
        link: `<http://${response.req.headers.host}/orgs/acme/hooks?page=${page + 1}>; rel="next"`,
      });
    });
    const outcome = await found({ fault });
    expect(partial(outcome)).toEqual(['org/acme']);
  });

  it('knows what a plan does not have from what is refused', async () => {
    const upgrade = 'Upgrade to GitHub Pro or make this repository public to enable this feature.';
    const outcome = await found({ fault: on('/repos/acme/shop/rulesets', (_, response) => refuse(response, 403, upgrade)) });
    expect(partial(outcome)).toEqual([]);
    const free = { ...SMALL, '/orgs/acme': { ...(ANSWERS['/orgs/acme'] as object), plan: { name: 'free' } } };
    const { calls } = await found({ answers: free });
    expect(calls.some((call) => call.includes('audit-log'))).toBe(false);
  });

  it('is partial as a whole where nobody is let in, without echoing the key', async () => {
    const { url, ...rest } = await githubServer({ answers: ANSWERS, tree: TREE });
    await using folder = await sampleFolder({ 'app.pem': 'not a key at all' });
    const live = { org: 'acme', appId: 5, privateKeyFile: path.join(folder.root, 'app.pem'), baseUrl: url };
    const outcome = await collecting(hasty, { live });
    await rest[Symbol.asyncDispose]();
    expect(outcome.scopes.map(({ scope, coverage }) => [scope, coverage])).toEqual([[EVERY_SCOPE, 'partial']]);
    expect(outcome.errors.join()).toContain('app.pem');
    expect(outcome.errors.join()).not.toContain('not a key at all');
  });

  it('ends when it is told to, also while it waits', async () => {
    await using from = await source({ fault: on('/repos/acme/shop/keys', (_, response) => refuse(response, 500, 'oops')) });
    const controller = new AbortController();
    const told = collecting(githubCollector, from.settings, { signal: controller.signal });
    setTimeout(() => controller.abort(), 600);
    await expect(told).rejects.toThrow();
  });

  it('refuses settings that say two ways to sign in, or none', () => {
    const refused = (live: object) => expect(githubCollector.settings.safeParse({ live }).success).toBe(false);
    refused({ org: 'acme' });
    refused({ org: 'acme', appId: 1 });
    refused({ org: 'acme', token: 't', appId: 1, privateKeyFile: 'x' });
    expect(githubCollector.settings.safeParse({ live: { org: 'acme', token: 't' } }).success).toBe(true);
  });
});
