/**
 * `npm run bench`: what the main job costs, as one JSON document on stdout; progress on stderr. Each part is a process of its own, so that
 * peak memories are its own. Figures are medians where a part runs several times. INTERLOCK_TEST_NEO4J adds the load into Neo4j.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { writeAwsExport } from './aws-export.ts';
import { writeGithubExport } from './github.ts';
import { writeCluster } from './kubernetes.ts';
import { writeLargeEstate } from './large-aws-estate.ts';

const here = import.meta.dirname;
const cli = join(here, '../../dist/src/cli.js');
const folder = mkdtempSync(join(tmpdir(), 'interlock-bench-'));

interface Measured {
  readonly seconds: number;
  readonly peakMegabytes: number;
  readonly code: number | null;
}

function measured(words: readonly string[], cwd = folder): Measured {
  const peakFile = join(folder, 'peak');
  const env = { ...process.env, BENCH_PEAK_FILE: peakFile, INTERLOCK_FINGERPRINT_KEY: 'a fingerprint key for benchmarks only' };
  const began = performance.now();
  const { status } = spawnSync(process.execPath, ['--import', join(here, 'peak.mjs'), cli, ...words], {
    cwd,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const seconds = (performance.now() - began) / 1000;
  return { seconds: round(seconds), peakMegabytes: Number(readFileSync(peakFile, 'utf8')), code: status };
}

const round = (value: number): number => Math.round(value * 1000) / 1000;
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;

/** A bench file of its own, run by tsx; it prints JSON. */
function script(name: string, ...words: string[]): unknown {
  const { stdout } = spawnSync(process.execPath, ['--import', 'tsx', join(here, name), ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1 << 26,
  });
  return JSON.parse(stdout.toString());
}

function collectAws() {
  const files = join(folder, 'aws');
  const bytes = writeAwsExport(files, 50);
  writeFileSync(
    join(folder, 'interlock.yaml'),
    'store: sqlite:./bench.db\nsources:\n  - { name: bench, type: aws, files: ./aws }\n',
  );
  return {
    megabytes: Math.round(bytes / 1_048_576),
    first: measured(['collect', '--json']),
    again: measured(['collect', '--json']),
  };
}

/** 1,000 principals × 20,000 resources × 300 actions: from files to graph, then questions to it. */
function largeAwsEstate() {
  const place = join(folder, 'large');
  writeLargeEstate(join(place, 'aws'), { principals: 1000, resources: 20_000 });
  writeFileSync(
    join(place, 'interlock.yaml'),
    'store: sqlite:./bench.db\nsources:\n  - { name: bench, type: aws, files: ./aws }\n',
  );
  return {
    collect: measured(['collect', '--json'], place),
    whoCanByCommand: measured(['who-can', 's3:GetObject', 'arn:aws:s3:::team-1-1-1/x', '--json'], place),
    ...(script('access.ts', join(place, 'bench.db')) as object),
  };
}

function collectCluster() {
  const cluster = join(folder, 'cluster');
  const bytes = writeCluster(join(cluster, 'objects'), 200_000);
  writeFileSync(
    join(cluster, 'interlock.yaml'),
    'store: sqlite:./bench.db\nsources:\n  - { name: bench, type: kubernetes, files: ./objects }\n',
  );
  return { megabytes: Math.round(bytes / 1_048_576), ...measured(['collect', '--json'], cluster) };
}

function collectGithub() {
  const workflows = writeGithubExport(join(folder, 'github'), 1_000);
  writeFileSync(
    join(folder, 'github.yaml'),
    'store: sqlite:./github.db\nsources:\n  - { name: bench, type: github, files: ./github }\n',
  );
  const words = ['collect', '--json', '--config', 'github.yaml'];
  return { workflows, first: measured(words), again: measured(words) };
}

function part<T>(name: string, run: () => T): T {
  process.stderr.write(`${name} …\n`);
  return run();
}

const help = () => measured(['--help']).seconds;
const figures = {
  node: process.version,
  cores: cpus().length,
  help: part('--help', () => ({ goalSeconds: 0.25, medianSeconds: median([1, 2, 3, 4, 5, 6, 7].map(help)) })),
  demo: part('demo', () => ({ goalSeconds: 10, ...measured(['demo', '--dir', join(folder, 'demo')]) })),
  collectAws50: part('collect of a 50 MB AWS export', () => ({ goalSeconds: 10, goalMegabytes: 500, ...collectAws() })),
  largeAwsEstate: part('an AWS organization, files to graph; who-can', () => ({
    goalCollectSeconds: 20,
    goalMegabytes: 1500,
    goalWhoCanMs: 200,
    ...largeAwsEstate(),
  })),
  collectKubernetes200k: part('collect of 200,000 Kubernetes objects', () => ({ goalSeconds: 30, ...collectCluster() })),
  collectGithub1000: part('collect of 1,000 GitHub repositories', () => ({ goalSeconds: 30, ...collectGithub() })),
  storeSqlite: part('first load and upsert, SQLite', () => ({
    goalFirstSeconds: 4,
    goalAgainSeconds: 8,
    ...(script('store-load.ts') as object),
  })),
  storeNeo4j: process.env['INTERLOCK_TEST_NEO4J']
    ? part('first load, Neo4j', () => ({ goalFirstSeconds: 40, ...(script('neo4j-load.ts') as object) }))
    : 'left out: INTERLOCK_TEST_NEO4J is not set',
  evaluator: part('AWS evaluator', () => ({ goalPerSecond: 200_000, ...(script('evaluator.ts') as object) })),
  cloudtrail: part('a million CloudTrail records', () => ({ goalSeconds: 60, ...(script('cloudtrail.ts') as object) })),
  reach: part('reach on M', () => ({ goalAllMs: 2000, goalOneP99Ms: 20, ...(script('reach.ts', 'M') as object) })),
};
rmSync(folder, { recursive: true, force: true });
process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
