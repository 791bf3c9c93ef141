/** What holds of every command: help, usage errors, one JSON document, exit codes, errors in one line that say where. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/index.ts';
import { answer, cli, estate, workspace } from './cli.ts';

/** One line on stderr, beginning with the program's name, without a stack. */
const ONE_LINE = /^interlock: [^\n]+\n$/;

const USER = { kind: 'ServiceAccount', name: 'deploy' };
const TWO_OF_A_NAME = JSON.stringify({
  entities: [
    { key: 'app:one/deploy', ...USER },
    { key: 'app:two/deploy', ...USER },
  ],
});
const FACTS = 'sources: [{ name: facts, type: declared, files: ./facts }]\n';

describe('help', () => {
  it('lists every command, and every command tells how it is used', async () => {
    const { code, out } = await cli(workspace(), '--help');
    expect(code).toBe(0);
    const listed = [...out.matchAll(/^ {2}([a-z][a-z-]*)/gm)].map(([, name]) => name).filter((name) => name !== 'help');
    expect(listed).toEqual(commands.map(({ name }) => name));
    for (let i = 0; i < listed.length; i += 4) {
      await Promise.all(
        listed.slice(i, i + 4).map(async (name) => {
          const help = await cli(workspace(), name as string, '--help');
          expect(help).toMatchObject({ code: 0, err: '' });
          expect(help.out).toContain(`Usage: interlock ${name}`);
        }),
      );
    }
  });
});

describe('wrong usage exits 2 and says what is wrong', () => {
  it.each([
    [['nonsense'], /unknown command 'nonsense'/],
    [['reach', 'x', '--nonsense'], /unknown option '--nonsense'/],
    [['reach'], /missing required argument 'key'/],
    [['plan', 'x', '--mode', 'destroy'], /--mode: expected contain, retire; found destroy/],
    [['path', 'a', 'b', '--level', 'all'], /--level: expected read, put, write, control/],
    [['reach', 'x', '--max', '-1'], /--max: expected a whole number/],
    [['incident', 'x', '--since', 'yesterday'], /--since: expected a time/],
    [['collect', 'nowhere'], /nowhere: not a configured source \(configured: none\)/],
    [['audit', 'burn'], /audit: expected verify or export/],
    [['worker'], /a worker needs a queue between processes/],
  ] as const)('%j', async (words, says) => {
    const done = await cli(workspace(), ...words);
    expect(done).toMatchObject({ code: 2, out: '' });
    expect(done.err).toMatch(says);
    expect(done.err).not.toMatch(/\n {4}at /);
  });
});

describe('a configuration that is wrong exits 2 and names file and place', () => {
  it.each([
    ['an unknown key', 'sorces: []\n', /interlock\.yaml: .*sorces/],
    ['a wrong type', 'sources: 3\n', /interlock\.yaml: sources: /],
    ['a variable that is not set', 'store: "sqlite:${NOT_SET}/x.db"\n', /interlock\.yaml: store: \$\{NOT_SET\} is not set/],
    ['broken YAML', 'store: [\n', /interlock\.yaml: .*line 2/],
    ['a tier that does not exist', 'tiers: [{ match: x, tier: 9 }]\n', /interlock\.yaml: tiers\[0\]\.tier: /],
    ['a source type that does not exist', 'sources: [{ name: a, type: fax }]\n', /fax: no such type of source \(known: aws, /],
    ['settings of a source that it does not know', 'sources: [{ name: a, type: declared, file: x }]\n', /a: .*(file|files)/],
    ['a store that does not exist', 'store: "oracle:x"\n', /store: expected sqlite:<path> or neo4j:/],
    ['a queue that does not exist', 'queue: carrier-pigeon\n', /queue: expected inline or redis:/],
    [
      'a schedule of no source',
      `${FACTS}schedules: [{ cron: "* * * * *", job: collect, sources: [b] }]\n`,
      /schedules\[0\]\.sources/,
    ],
  ])('%s', async (_, yaml, says) => {
    const done = await cli(workspace({ 'interlock.yaml': yaml, 'facts/a.json': '{}' }), 'collect');
    expect(done).toMatchObject({ code: 2, out: '' });
    expect(done.err).toMatch(ONE_LINE);
    expect(done.err).toMatch(says);
  });

  it('a file that is not there', async () => {
    const done = await cli(workspace(), 'search', 'x', '--config', 'other.yaml');
    expect(done).toMatchObject({ code: 2, out: '' });
    expect(done.err).toMatch(/other\.yaml: no such configuration file/);
  });
});

describe('keys', () => {
  let folder: string;
  beforeAll(async () => {
    folder = workspace({ 'interlock.yaml': FACTS, 'facts/apps.json': TWO_OF_A_NAME });
    expect(await cli(folder, 'collect')).toMatchObject({ code: 0 });
  });

  it('lists the candidates of a suffix or name that is not unique, and exits 1', async () => {
    for (const command of ['reach', 'outage', 'exposure', 'plan', 'incident']) {
      const done = await cli(folder, command, 'deploy');
      expect(done).toMatchObject({ code: 1, out: '' });
      expect(done.err).toMatch(/interlock: deploy: .*app:one\/deploy.*app:two\/deploy/s);
    }
  });

  it('takes a suffix that is unique', async () => {
    expect(await answer(folder, ['reach', 'one/deploy'])).toMatchObject({ subjects: ['app:one/deploy'] });
  });

  it('exits 1 for a key that nobody knows', async () => {
    const done = await cli(folder, 'reach', 'app:three');
    expect(done).toMatchObject({ code: 1, out: '' });
    expect(done.err).toMatch(ONE_LINE);
  });

  it('answers that there is no path, which is no failure', async () => {
    expect(await answer(folder, ['path', 'one/deploy', 'two/deploy'])).toMatchObject({ found: false, hops: [] });
  });
});

it('prints exactly one JSON document with --json, whatever is asked', async () => {
  const folder = estate();
  await answer(folder, ['collect']);
  const [leaked, bucket] = ['AKIA0EXAMPLELEAKED01', 'lumen-customer-exports'];
  const asked = [
    ['search', 'lumen'],
    ['reach', leaked, '--items'],
    ['exposure', bucket],
    ['path', leaked, bucket],
    ['choke-points'],
    ['outage', leaked],
    ['shared'],
    ['ambiguity', leaked],
    ['incident', leaked],
    ['holds'],
    ['audit', 'verify'],
    ['doctor'],
    ['token', 'create'],
    ['token', 'list'],
    ['analyze'],
    ['risks'],
    ['pause'],
    ['resume'],
  ];
  for (let i = 0; i < asked.length; i += 3) {
    const group = asked.slice(i, i + 3).map(async (words) => {
      const { code, out, err } = await cli(folder, ...(words as string[]), '--json');
      expect([0, 3], `${words.join(' ')}: ${err}`).toContain(code);
      expect(JSON.parse(out)).toBeTypeOf('object');
    });
    await Promise.all(group);
  }
  const { id } = await answer<{ id: string }>(folder, ['plan', leaked]);
  expect(await answer(folder, ['execute', id])).toMatchObject({ plan: id, state: expect.any(String) });
});

it('exits 3 when a source was read in part, still prints one document, and says so in later answers', async () => {
  const folder = workspace({ 'interlock.yaml': FACTS, 'facts/apps.json': TWO_OF_A_NAME });
  await answer(folder, ['collect']);
  writeFileSync(join(folder, 'facts/apps.json'), TWO_OF_A_NAME.slice(0, -20));
  type Collected = { sources: { swept: number; scopes: { coverage: string; missing: string[] }[] }[] };
  const { sources } = await answer<Collected>(folder, ['collect'], { code: 3 });
  expect(sources[0]).toMatchObject({ swept: 0, scopes: [{ coverage: 'partial' }] });
  expect(sources[0]?.scopes[0]?.missing.join()).toContain('apps.json');
  expect(await answer(folder, ['reach', 'one/deploy'], { code: 3 })).toMatchObject({ complete: false });
});
