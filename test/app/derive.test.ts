/** The joins after collections: each source collected alone ends with them, several end with them once. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { collectSource } from '../../src/app/collect.ts';
import { deriveFacts } from '../../src/app/derive.ts';
import { compose } from '../../src/compose.ts';
import { loadConfig } from '../../src/config.ts';
import { FINGERPRINT_KEY, workspace } from '../e2e/cli.ts';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const JOB = 'github:acme/shop/.github/workflows/d.yml#deploy';
const SECRET = 'github:acme/shop/actions/secrets/TOKEN';

async function opened() {
  const folder = workspace({
    'interlock.yaml':
      'sources:\n  - { name: acme, type: github, files: ./github }\n  - { name: facts, type: declared, files: ./facts }\n',
    'github/acme/shop/.github/workflows/d.yml':
      'on: push\njobs:\n  deploy: { steps: [{ run: make, env: { T: "${{ secrets.TOKEN }}" } }] }\n',
    'facts/a.yaml': `copies:\n  - { credential: "postgres:main/roles/app/password", place: "${SECRET}" }\n`,
  });
  const environment = { INTERLOCK_FINGERPRINT_KEY: FINGERPRINT_KEY };
  return compose(loadConfig({ file: join(folder, 'interlock.yaml'), environment }), { log: silent });
}

const { signal } = new AbortController();
const used = async ({ store }: Awaited<ReturnType<typeof opened>>) =>
  (await store.neighbours({ keys: [JOB], direction: 'out', kinds: ['USES'], limit: 10 })).map(({ target }) => target);

it('joins after each source that is collected alone', async () => {
  await using app = await opened();
  for (const source of app.sources) await collectSource(app, source, { signal });
  expect(await used(app)).toEqual(['postgres:main/roles/app/password']);
});

it('joins once where the caller collects several, and takes back what no longer follows', async () => {
  await using app = await opened();
  for (const source of app.sources) await collectSource(app, source, { signal, isOneOfSeveral: true });
  expect(await used(app)).toEqual([]);
  expect(await deriveFacts(app)).toBeGreaterThan(0);
  expect(await used(app)).toEqual(['postgres:main/roles/app/password']);
  expect(await deriveFacts(app)).toBe(0);
  await app.store.forget('facts');
  await deriveFacts(app);
  expect(await used(app)).toEqual([]);
});
