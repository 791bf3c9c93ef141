/** Collects an estate, in this process, and again what of its files has changed. */
import { writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type CollectedSource, collectSource, sourcesNamed } from '../../../src/app/collect.ts';
import { type ComposedApp, compose } from '../../../src/compose.ts';
import { loadConfig } from '../../../src/config.ts';
import { FINGERPRINT_KEY, workspace } from '../cli.ts';

type Files = Readonly<Record<string, string>>;

/** The folder of each source. */
const SOURCES: Readonly<Record<string, string>> = {
  reports: 'leaks',
  github: 'code',
  aws: 'cloud',
  k8s: 'prod',
  facts: 'facts',
};

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

export class CollectedEstate implements AsyncDisposable {
  readonly folder: string;
  readonly app: ComposedApp;
  #files: Files;

  constructor(folder: string, app: ComposedApp, files: Files) {
    this.folder = folder;
    this.app = app;
    this.#files = files;
  }

  /** Puts other contents into the same files, and collects the sources that they belong to. */
  async become(files: Files): Promise<readonly CollectedSource[]> {
    const changed = Object.keys(files).filter((name) => files[name] !== this.#files[name]);
    for (const name of changed) writeFileSync(join(this.folder, name), files[name] as string);
    this.#files = files;
    return this.collect([...new Set(changed.map((name) => SOURCES[name.split('/', 1)[0] as string] as string))]);
  }

  async collect(names: readonly string[]): Promise<readonly CollectedSource[]> {
    const found: CollectedSource[] = [];
    for (const source of sourcesNamed(this.app, names))
      found.push(await collectSource(this.app, source, { signal: new AbortController().signal }));
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.app[Symbol.asyncDispose]();
    await rm(this.folder, { recursive: true });
  }
}

/** Nothing is collected yet. */
export async function openEstate(files: Files, environment: Files = {}): Promise<CollectedEstate> {
  const folder = workspace(files);
  const config = loadConfig({ cwd: folder, environment: { INTERLOCK_FINGERPRINT_KEY: FINGERPRINT_KEY, ...environment } });
  return new CollectedEstate(folder, await compose(config, { log: silent }), files);
}
