/** What people type by mistake, or on purpose: one clear line, never a stack, never a control character. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { answer, cli, cliWith, estate, workspace } from './cli.ts';

const ONE_LINE = /^interlock: [^\n]+\n$/;
interface Collected {
  readonly sources: readonly { readonly scopes: readonly { readonly coverage: string }[] }[];
}

const ESC = String.fromCharCode(27);

describe('a configuration that cannot work exits 2, with its place', () => {
  it.each([
    ['an alias that holds itself', 'a: &a [*a]\n', /interlock\.yaml: a\[0\].*an alias holds itself/],
    ['a schedule that never runs', 'schedules: [{ cron: nope, job: analyze }]\n', /schedules\[0\]: "nope" in UTC/],
    ['a time zone that does not exist', 'schedules: [{ cron: "* * * * *", tz: Mars, job: analyze }]\n', /schedules\[0\]:.* Mars/],
    ['a source type that is a word of the language', 'sources: [{ name: a, type: constructor }]\n', /constructor: no such type/],
  ])('%s', async (_, yaml, says) => {
    const done = await cli(workspace({ 'interlock.yaml': yaml }), 'collect');
    expect(done).toMatchObject({ code: 2, out: '' });
    expect(done.err).toMatch(ONE_LINE);
    expect(done.err).toMatch(says);
  });

  it('a folder in place of the file', async () => {
    const folder = workspace();
    const done = await cli(folder, 'search', 'x', '--config', folder);
    expect(done).toMatchObject({ code: 2, out: '' });
    expect(done.err).toMatch(ONE_LINE);
  });
});

describe('odd words', () => {
  let folder: string;
  beforeAll(async () => {
    folder = estate();
    expect((await cli(folder, 'collect')).code).toBe(0);
  });

  it.each([
    ['terminal escapes', `${ESC}]0;owned${ESC}[31mred`],
    ['a word of the language', '__proto__'],
    ['very much', 'a'.repeat(50_000)],
    ['nothing', ''],
  ])('%s as a key is one short line that does nothing to the terminal', async (_, key) => {
    const done = await cli(folder, 'reach', key);
    expect(done).toMatchObject({ code: 1, out: '' });
    expect(done.err).toMatch(ONE_LINE);
    expect(done.err).not.toContain(ESC);
    expect(done.err.length).toBeLessThan(400);
  });

  it('a file that cannot be written is one line, not an error of the program', async () => {
    const done = await cli(folder, 'plan', 'AKIA0EXAMPLELEAKED01', '--out', join(folder, 'nowhere', 'plan.json'));
    expect(done).toMatchObject({ code: 1, out: '' });
    expect(done.err).toMatch(ONE_LINE);
    expect(done.err).not.toContain('error of the program');
  });

  it.each(['incident', 'plan'])('%s refuses an incident that has not begun', async (command) => {
    const done = await cli(folder, command, 'AKIA0EXAMPLELEAKED01', '--since', '2030-01-01');
    expect(done).toMatchObject({ code: 2, out: '' });
    expect(done.err).toMatch(/since: 2030-01-01T00:00:00\.000Z is ahead of the estate's time/);
  });

  it('the path from a thing to itself is told as such', async () => {
    const done = await cli(folder, 'path', 'AKIA0EXAMPLELEAKED01', 'AKIA0EXAMPLELEAKED01');
    expect(done.code).toBe(0);
    expect(done.out).toContain('is where it begins');
  });
});

describe('a backup that is not whole is refused, and leaves the store empty', () => {
  let backup: readonly string[];
  beforeAll(async () => {
    const folder = estate();
    expect((await cli(folder, 'collect')).code).toBe(0);
    backup = (await cli(folder, 'export', '--all')).out.trimEnd().split('\n');
  });

  const without = (word: string) => (lines: readonly string[]) => lines.filter((line) => !line.includes(word));
  it.each([
    ['that breaks off', (lines: readonly string[]) => lines.slice(0, 40), /line 40: the backup breaks off here/],
    ['of which lines are missing', without('"type":"document"'), /says that it holds \d+ records, and has \d+/],
    ['of which an entity is missing', without('"data":{"key":"aws:AKIA0EXAMPLELEAKED01"'), /names aws:AKIA0EXAMPLELEAKED01/],
    [
      'with a kind that nobody knows',
      (lines: readonly string[]) => lines.map((line) => line.replace('"kind":"Role"', '"kind":"Rule"')),
      /unknown kind `Rule`/,
    ],
  ])('one %s', async (_, damage, says) => {
    const folder = workspace({ 'interlock.yaml': '{}', 'backup.jsonl': damage(backup).join('\n') });
    const done = await cli(folder, 'import', 'backup.jsonl');
    expect(done).toMatchObject({ code: 1, out: '' });
    expect(done.err).toMatch(ONE_LINE);
    expect(done.err).toMatch(says);
    expect((await cli(folder, 'export')).out).toBe('');
  });

  it('a whole one is loaded', async () => {
    const folder = workspace({ 'interlock.yaml': '{}', 'backup.jsonl': backup.join('\n') });
    expect(await answer(folder, ['import', 'backup.jsonl'])).toEqual({ records: backup.length - 1 });
  });
});

it('a page and a path that could not see everything say so where they are read', async () => {
  const folder = estate();
  await cli(folder, 'collect');
  rmSync(join(folder, 'exports'), { recursive: true });
  expect((await cli(folder, 'collect')).code).toBe(3);
  const [page, path] = [
    await cli(folder, 'incident', 'AKIA0EXAMPLELEAKED01', '--since', '2026-03-14T09:12:00Z', '--markdown'),
    await cli(folder, 'path', 'AKIA0EXAMPLELEAKED01', 'role/break-glass'),
  ];
  expect(page.code).toBe(3);
  expect(page.out).toContain('## Not complete');
  expect(page.out).toContain('aws/222200001111 is partial');
  expect(path.code).toBe(0);
  expect(path.out).toMatch(/^No path .* But not everything was seen:\n.*is partial/);
});

it('a source that found nothing any more names what is absent, and answers say so', async () => {
  const folder = estate();
  await cli(folder, 'collect');
  rmSync(join(folder, 'exports/aws'), { recursive: true });
  mkdirSync(join(folder, 'exports/aws'));
  const [text, json] = [await cli(folder, 'collect', 'aws'), await answer<Collected>(folder, ['collect', 'aws'])];
  expect(text.out).toMatch(/aws +3 scopes: 3 absent/);
  expect(text.err).toMatch(
    /warning: aws: nothing of 222200001111 was found; if it is gone, `interlock collect --forget aws\/222200001111`/,
  );
  expect(json.sources[0]?.scopes.map(({ coverage }) => coverage)).toEqual(['absent', 'absent', 'absent']);
});

it('a token gives its owner the rights of its role, as in the API', async () => {
  const folder = estate();
  await cli(folder, 'collect');
  const { id } = await answer<{ id: string }>(folder, ['plan', 'AKIA0EXAMPLELEAKED01']);
  const viewer = (await cli(folder, 'token', 'create', '--role', 'viewer')).out.trim();
  const approver = (await cli(folder, 'token', 'create', '--role', 'approver', '--name', 'ann')).out.trim();
  for (const words of [
    ['approve', id],
    ['execute', id, '--apply'],
    ['pause'],
    ['token', 'create', '--role', 'admin'],
    ['export', '--all'],
  ]) {
    const done = await cliWith({ INTERLOCK_TOKEN: viewer }, folder, ...words);
    expect(done, words.join(' ')).toMatchObject({ code: 1, out: '' });
    expect(done.err).toMatch(/needs the role \w+; viewer \(INTERLOCK_TOKEN\) is viewer/);
  }
  expect((await cliWith({ INTERLOCK_TOKEN: viewer }, folder, 'search', 'lumen')).code).toBe(0);
  expect((await cliWith({ INTERLOCK_TOKEN: approver }, folder, 'approve', id)).code).toBe(0);
});
