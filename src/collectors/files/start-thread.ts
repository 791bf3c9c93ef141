import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';

/** Starts `module`, named without its ending, beside the file at `url`. From sources (tests) it takes the loader first: Node 20 reads no TypeScript. */
export function startThread(url: string, module: string): Worker {
  if (!url.endsWith('.ts')) return new Worker(new URL(`${module}.js`, url));
  // `require.resolve` names the CommonJS twin of the module, which cannot be imported by its address.
  const twin = createRequire(url).resolve('tsx/esm/api');
  const loader = pathToFileURL(twin.replace(/\.cjs$/, '.mjs')).href;
  const entry = new URL(`${module}.ts`, url).href;
  const start = `import('${loader}').then(({ register }) => { register(); return import('${entry}'); })`;
  return new Worker(start, { eval: true, execArgv: [] });
}
