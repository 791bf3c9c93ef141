import { cp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { analyze } from '../app/analyze.ts';
import { collectSource } from '../app/collect.ts';
import { deriveFacts } from '../app/derive.ts';
import { type ComposedApp, compose } from '../compose.ts';
import { loadConfig } from '../config.ts';
import { RefusedError } from '../model/errors.ts';
import { EXIT, type Exit, type Invocation, type Io } from './command.ts';
import { type Story, stories } from './demo-stories.ts';
import { printJson, terminalLog } from './open.ts';
import { createProgress } from './progress.ts';

/** Copies the sample estate, collects it, and tells its three stories. Repeatable: the folder's estate and store are made anew. */
export async function run({ io, options }: Invocation): Promise<Exit> {
  const began = performance.now();
  const folder = resolve(String(options['dir']));
  await copyEstate(folder);
  const config = loadConfig({ file: join(folder, 'interlock.yaml') });
  {
    await using app = await compose(config, { log: terminalLog(io) });
    const summary = await collectAll(app, io);
    const told: Story[] = [];
    if (!options['json']) io.out(opening(folder, summary));
    for (const story of stories) {
      const one = await story(app);
      told.push(one);
      if (!options['json']) io.out(`${one.text}\n`);
    }
    const seconds = (performance.now() - began) / 1000;
    if (options['json']) printJson(io, { dir: folder, ...summary, stories: told.map(({ text: _, ...facts }) => facts), seconds });
    else io.out(closing(folder, seconds));
  }
  if (options['serve']) return serveDemo(folder, io);
  return EXIT.done;
}

/** Only a folder that an earlier demo made is written over. */
async function copyEstate(folder: string): Promise<void> {
  const { resolve: find } = createRequire(import.meta.url);
  const source = dirname(find('#examples/estate/interlock.yaml'));
  const marker = join(folder, 'interlock.yaml');
  const there = await readFile(marker, 'utf8').catch(() => undefined);
  if (there !== undefined && !there.startsWith(DEMO_HEADER)) {
    throw new RefusedError(`${folder}: holds an interlock.yaml that is not the demo's; give another folder with --dir`);
  }
  for (const ending of ['', '-wal', '-shm']) await rm(join(folder, `interlock.db${ending}`), { force: true });
  await cp(source, folder, { recursive: true, force: true, filter: (path) => !/interlock\.db/.test(path) });
}

const DEMO_HEADER = '# The sample estate';

interface Collected {
  readonly sources: number;
  readonly entities: number;
  readonly relationships: number;
  readonly risks: number;
}

async function collectAll(app: ComposedApp, io: Io): Promise<Collected> {
  const progress = createProgress(io);
  try {
    const told = { signal: io.signal, onProgress: progress.show, isOneOfSeveral: true };
    for (const source of app.sources) await collectSource(app, source, told);
    await deriveFacts(app);
  } finally {
    progress.end();
  }
  const { subjects } = await analyze(app, { signal: io.signal });
  const { entities, relationships } = await app.store.counts();
  const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((a, b) => a + b, 0);
  return { sources: app.sources.length, entities: sum(entities), relationships: sum(relationships), risks: subjects };
}

const opening = (folder: string, { sources, entities, relationships, risks }: Collected): string => `
Lumen Shop, a web shop that does not exist, on 14 March 2026 at 18:00 UTC.

  Its exports are in ${shown(folder)}: two AWS accounts, four repositories, a day of CloudTrail, two leak reports, and
  what its people wrote down. Loaded from ${sources} sources: ${entities} entities, ${relationships} relationships, ${risks} risks ranked.
  Three things are wrong in it.
`;

const closing = (folder: string, seconds: number): string => `
That was ${seconds.toFixed(1)} s. Go on by yourself, in ${shown(folder)}:

  npx interlock risks                                           what to look at first
  npx interlock reach AKIA0EXAMPLELEAKED01 --items              everything within its reach
  npx interlock outage AKIA0EXAMPLESHARED01                     who breaks when it dies
  npx interlock plan AKIA0EXAMPLESHARED01 --mode retire         how to replace it without an outage
  npx interlock serve                                           the same over GraphQL
`;

const shown = (folder: string): string => {
  const path = relative(process.cwd(), folder);
  return path === '' ? '.' : path.startsWith('..') ? folder : `./${path}`;
};

async function serveDemo(folder: string, io: Io): Promise<Exit> {
  const { run: serve } = await import('./serve.ts');
  return serve({ arguments: [], options: {}, config: () => loadConfig({ file: join(folder, 'interlock.yaml') }), io });
}
