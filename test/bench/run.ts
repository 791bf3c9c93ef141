/**
 * `npm run bench`: what the main job costs, as one JSON document on stdout; progress on stderr. Each part is a process of its own, so that
 * peak memories are its own. Figures are medians where a part runs several times. INTERLOCK_TEST_NEO4J adds the load into Neo4j.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

/** 100,000 findings, each of a value, a file and a commit of its own, in one report. */
function collectScanner() {
  const place = join(folder, 'scanner');
  mkdirSync(join(place, 'reports'), { recursive: true });
  const line = (n: number): string =>
    JSON.stringify({
      RuleID: 'generic',
      Secret: `value-${n}-of-no-worth`,
      File: `src/${n % 5000}.py`,
      StartLine: n,
      Commit: `c${n}`,
      Match: '',
      Date: '',
    });
  writeFileSync(join(place, 'reports/all.jsonl'), Array.from({ length: 100_000 }, (_, n) => line(n)).join('\n'));
  writeFileSync(
    join(place, 'interlock.yaml'),
    'store: sqlite:./bench.db\nsources:\n  - { name: bench, type: scanner, files: ./reports }\n',
  );
  return measured(['collect', '--json'], place);
}

const help = () => measured(['--help']).seconds;

/** Goals beside figures; `npm run bench -- demo evaluator` runs these parts alone. */
const PARTS: Readonly<Record<string, () => object>> = {
  help: () => ({ goalSeconds: 0.25, medianSeconds: median([1, 2, 3, 4, 5, 6, 7].map(help)) }),
  demo: () => ({ goalSeconds: 10, ...measured(['demo', '--dir', join(folder, 'demo')]) }),
  collectAws50: () => ({ goalSeconds: 10, goalMegabytes: 500, ...collectAws() }),
  largeAwsEstate: () => ({ goalCollectSeconds: 20, goalMegabytes: 1500, goalWhoCanMs: 200, ...largeAwsEstate() }),
  collectKubernetes200k: () => ({ goalSeconds: 30, ...collectCluster() }),
  collectGithub1000: () => ({ goalSeconds: 30, ...collectGithub() }),
  collectScanner100k: () => ({ goalSeconds: 10, ...collectScanner() }),
  storeSqlite: () => ({ goalFirstSeconds: 4, goalAgainSeconds: 8, ...(script('store-load.ts') as object) }),
  storeNeo4j: () =>
    process.env['INTERLOCK_TEST_NEO4J']
      ? { goalFirstSeconds: 40, ...(script('neo4j-load.ts') as object) }
      : { leftOut: 'INTERLOCK_TEST_NEO4J is not set' },
  evaluator: () => ({ goalPerSecond: 200_000, ...(script('evaluator.ts') as object) }),
  cloudtrail: () => ({ goalSeconds: 60, ...(script('cloudtrail.ts') as object) }),
  plans: () => ({ goal20Ms: 2000, goal1000Ms: 60_000, ...(script('plans.ts', 'L') as object) }),
  execution: () => ({ goalStepsPerSecond: 100, goalLost: 0, ...(script('execution.ts') as object) }),
  reach: () => ({ goalAllMs: 2000, goalOneP99Ms: 20, ...(script('reach.ts', 'M') as object) }),
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(PARTS, name));
if (unknown.length > 0) throw new Error(`no such part: ${unknown.join(', ')}; there are ${Object.keys(PARTS).join(', ')}`);
const figures: Record<string, unknown> = { node: process.version, cores: cpus().length };
for (const [name, run] of Object.entries(PARTS)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  process.stderr.write(`${name} …\n`);
  figures[name] = run();
}
rmSync(folder, { recursive: true, force: true });
process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
