import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Query } from '../../src/stores/neo4j/query.ts';
import type { Shapes } from '../../src/stores/neo4j/shapes.ts';

const root = join(import.meta.dirname, '../..');
const bindings = join(root, 'src/stores/neo4j/queries');

const filesIn = (directory: string, ending: string): string[] =>
  readdirSync(join(root, directory), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending))
    .map((file) => file.slice(0, -ending.length))
    .sort();

const modules = await Promise.all(
  readdirSync(bindings).map((file) => import(join(bindings, file)) as Promise<Record<string, Query<Shapes, Shapes>>>),
);
const queries = modules.flatMap((module) => Object.values(module));

const cypher = filesIn('cypher', '.cypher');
const schema = cypher.filter((file) => file.startsWith('schema/'));
const textOf = (file: string): string => readFileSync(join(root, 'cypher', `${file}.cypher`), 'utf8');
const bodyOf = (file: string): string => textOf(file).replace(/^\/\/.*$/gm, '');
const unique = (names: Iterable<string>): string[] => [...new Set(names)].sort();
const matches = (text: string, pattern: RegExp): string[] => unique([...text.matchAll(pattern)].map((m) => m[1] as string));
const headers = (file: string, tag: string): string[] =>
  [...textOf(file).matchAll(new RegExp(`^// @${tag} +(\\w+) +(.+)$`, 'gm'))].map(([, name, type]) => `${name} ${type}`).sort();
const typesOf = (shapes: Shapes): string[] =>
  Object.entries(shapes)
    .map(([name, { name: type }]) => `${name} ${type}`)
    .sort();

/** What a Cypher statement cannot do without, and prose in a comment or a message does not write. */
const CYPHER = /\b(MATCH|MERGE|UNWIND|DETACH DELETE)\s*[($]|\bCREATE \(/;

it('has a typed query for every Cypher file, and a file for every query', () => {
  expect(queries.map(({ file }) => file).sort()).toEqual(cypher.filter((file) => !schema.includes(file)));
});

it('numbers the schema from 001 without a gap', () => {
  expect(schema.map((file) => file.slice('schema/'.length, 'schema/000'.length))).toEqual(
    schema.map((_, n) => String(n + 1).padStart(3, '0')),
  );
});

describe.each(queries)('cypher/$file', ({ file, parameters, row }) => {
  it('opens with a sentence', () => expect(textOf(file)).toMatch(/^\/\/ [A-Z].*[.:]/));

  it('declares the parameters that it uses', () => {
    expect(unique(headers(file, 'param').map((line) => line.split(' ', 1)[0] as string))).toEqual(
      matches(bodyOf(file), /\$(\w+)/g),
    );
  });

  it('declares the columns that it returns', () => {
    const declared = unique(headers(file, 'return').map((line) => line.split(' ', 1)[0] as string));
    const last = /\nRETURN\b((?:(?!\nRETURN\b)[\s\S])*)$/.exec(`\n${bodyOf(file)}`)?.[1] ?? '';
    expect(matches(last, /\bAS (\w+)/g)).toEqual(declared);
  });

  it('has the types that its query gives it', () => {
    expect(headers(file, 'param')).toEqual(typesOf(parameters));
    expect(headers(file, 'return')).toEqual(typesOf(row));
  });
});

it('keeps Cypher out of TypeScript', () => {
  const found = ['src', 'jobs', 'graphql'].flatMap((directory) =>
    filesIn(directory, '.ts').filter((file) => CYPHER.test(readFileSync(join(root, directory, `${file}.ts`), 'utf8'))),
  );
  expect(found).toEqual([]);
});

it('knows Cypher when it sees it', () => {
  for (const text of ['MATCH (n)', 'MERGE (n:Head)', 'UNWIND $rows', 'CREATE (n)']) expect(text).toMatch(CYPHER);
  expect('the MATCH of 5.26; CREATE TABLE x (id)').not.toMatch(CYPHER);
});
