import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const FOLDERS = ['.ci', 'cypher', 'examples', 'graphql', 'jobs', 'scripts', 'src', 'test'];
const filesIn = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
const documents = readdirSync(root).filter((name) => /\.(md|json|yml|ts)$|^Dockerfile$/.test(name));
const all = [...documents, ...FOLDERS.flatMap(filesIn)];
const textOf = (file: string): string => readFileSync(join(root, file), 'utf8');
const under = (...folders: string[]): string[] =>
  all.filter((file) => folders.some((folder) => file.startsWith(`${folder}/`)) && /(?<!\.d)\.ts$/.test(file));

const shipped = under('src', 'jobs', 'graphql');
const tests = under('test');

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}
const { dependencies, devDependencies } = JSON.parse(textOf('package.json')) as Manifest;

/** Needed by a package that is used, not by name. */
const PEERS: Readonly<Record<string, string>> = { ioredis: 'bullmq' };

/** What runs the sources of a clone, and is not there when the package is installed. */
const FROM_SOURCE_ONLY = ['tsx'];

/** The packages that a file names: in imports, and as what `require.resolve` looks for. */
function packagesIn(file: string): string[] {
  const named = textOf(file).matchAll(
    /^(?:import|export)\s[^;'"=]*?\bfrom '([^']*)'|(?:\bimport|\.resolve)\('([^']*)'\)|^import '([^']*)'/gm,
  );
  return [...named]
    .map(([, from, called, bare]) => (from ?? called ?? bare) as string)
    .filter((name) => /^@?[a-z]/.test(name) && !name.startsWith('node:'))
    .map((name) => name.split('/', name.startsWith('@') ? 2 : 1).join('/'));
}

describe('package.json', () => {
  const used = new Set(shipped.flatMap(packagesIn));

  it('lists no dependency that nothing uses', () => {
    expect(Object.keys(dependencies).filter((name) => !used.has(name) && !used.has(PEERS[name] ?? ''))).toEqual([]);
  });

  it('lists all that is imported', () => {
    const typesOnly = Object.keys(devDependencies).flatMap((name) => /^@types\/(.+)/.exec(name)?.[1] ?? []);
    const installed = new Set([...Object.keys(dependencies), ...typesOnly, ...FROM_SOURCE_ONLY]);
    expect([...used].filter((name) => !installed.has(name))).toEqual([]);
    const known = new Set([...installed, ...Object.keys(devDependencies)]);
    expect(tests.flatMap(packagesIn).filter((name) => !known.has(name))).toEqual([]);
  });

  it('pins every version to its patches or exactly', () => {
    const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
      ([name, version]) => !/^~?\d+\.\d+\.\d+$/.test(version) && name !== '@types/node',
    );
    expect(loose).toEqual([]);
  });
});

describe.each(['README.md', 'CONTRIBUTING.md'])('%s', (document) => {
  it('names only files and folders that there are', () => {
    const named = [...textOf(document).matchAll(/`((?:src|test|jobs|graphql|cypher|examples|scripts|\.ci)\/[\w./*-]*)`/g)];
    const gone = named.map(([, path]) => path as string).filter((path) => !path.includes('*') && !existsSync(join(root, path)));
    expect(gone).toEqual([]);
  });
});

describe('the tree', () => {
  it('names files in kebab-case', () => {
    const named = [...shipped, ...tests].map((file) => file.slice(file.lastIndexOf('/') + 1));
    expect(named.filter((name) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)*\.ts$/.test(name))).toEqual([]);
  });

  it('leaves nothing to do in comments', () => {
    const marks = new RegExp(`\\b(${['TO', 'FIX', 'XX'].map((start, i) => start + ['DO', 'ME', 'X'][i]).join('|')})\\b`);
    expect([...shipped, ...tests].filter((file) => marks.test(textOf(file)))).toEqual([]);
  });

  it('has no banners', () => {
    const banner = /^\s*\/\/ ?[─═=*-]{2,}.*[─═=*-]{8,}\s*$/m;
    expect([...shipped, ...tests].filter((file) => banner.test(textOf(file)))).toEqual([]);
    expect(`// ${'─'.repeat(2)} facts ${'─'.repeat(20)}`).toMatch(banner);
  });

  it('has no test that is switched off or runs alone', () => {
    const live = 'test/live.ts';
    expect(tests.filter((file) => file !== live && /\.(only|skip|todo)\(/.test(textOf(file)))).toEqual([]);
  });

  it('names tests as they are, not as they ought to be', () => {
    const wished = /\b(?:it|test|describe)(?:\.each\([^)]*\))?\(\s*['"`][^'"`]*\bshould\b/;
    expect(tests.filter((file) => wished.test(textOf(file)))).toEqual([]);
  });

  it('has no text that looks like a real secret', () => {
    const secret = /AKIA[A-Z2-7]{16}|\bgh[pousr]_[A-Za-z0-9]{30,}|-----BEGIN [A-Z ]*PRIVATE KEY-----\s*\n[A-Za-z0-9+/]/;
    expect(all.filter((file) => secret.test(textOf(file)))).toEqual([]);
  });
});
