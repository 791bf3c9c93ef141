import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { jobs } from '../../jobs/index.ts';
import { DETECTORS } from '../../src/analysis/findings/index.ts';
import { commands } from '../../src/cli/index.ts';
import { collectors } from '../../src/collectors/index.ts';
import { enforcers } from '../../src/enforcers/index.ts';
import { joins } from '../../src/joins/index.ts';
import { JOB_TYPES } from '../../src/model/jobs.ts';

const root = join(import.meta.dirname, '../..');
const entriesOf = (folder: string) =>
  readdirSync(join(root, folder), { withFileTypes: true }).filter(({ name }) => !/\.(d\.ts|js|map)$/.test(name));
const foldersIn = (folder: string): string[] => entriesOf(folder).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
const filesIn = (folder: string): string[] =>
  entriesOf(folder).flatMap((entry) => (entry.isFile() ? [entry.name.slice(0, -3)] : []));
/** What a folder's modules export under a name that tells what they are. */
async function exportsIn(folder: string, named: RegExp): Promise<unknown[]> {
  const files = filesIn(folder).filter((file) => file !== 'index');
  const modules = await Promise.all(files.map((file) => import(join(root, folder, `${file}.ts`)) as Promise<object>));
  return modules.flatMap((module) =>
    Object.entries(module).flatMap(([name, value]) => (named.test(name) ? [value as unknown] : [])),
  );
}

describe('the registers', () => {
  it('hold every collector', () => {
    const shared = ['files'];
    expect(Object.keys(collectors).sort()).toEqual(foldersIn('src/collectors').filter((name) => !shared.includes(name)));
  });

  it('hold every enforcer', () => {
    expect(Object.keys(enforcers).sort()).toEqual(
      filesIn('src/enforcers')
        .filter((name) => name !== 'index')
        .sort(),
    );
  });

  it('hold every join, once', async () => {
    const written = await exportsIn('src/joins', /Join$/);
    expect(written.length).toBeGreaterThan(0);
    expect(new Set(joins)).toEqual(new Set(written));
    expect(new Set(joins.map(({ name }) => name)).size).toBe(joins.length);
  });

  it('hold every detector, once', async () => {
    const written = await exportsIn('src/analysis/findings', /^nhi\d+/);
    expect(written.length).toBeGreaterThan(0);
    expect(new Set(DETECTORS)).toEqual(new Set(written));
    expect(new Set(DETECTORS.map(({ id }) => id)).size).toBe(DETECTORS.length);
  });

  it('hold every job, with its type', () => {
    const written = filesIn('jobs')
      .filter((name) => name !== 'index' && name !== 'implement')
      .sort();
    expect(jobs.map(({ name }) => name).sort()).toEqual(written);
    expect(JOB_TYPES.map(({ name }) => name).sort()).toEqual(written);
  });

  it('hold commands that can be loaded, each by one name', async () => {
    const loaded = await Promise.all(commands.map(({ load }) => load()));
    for (const { run } of loaded) expect(run).toBeTypeOf('function');
    expect(new Set(commands.map(({ name }) => name)).size).toBe(commands.length);
    const files = new Set(filesIn('src/cli'));
    for (const { name } of commands) expect(files).toContain(name);
  });
});
