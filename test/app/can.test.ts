/** `can` and `who-can` as use cases: principals by name, documents from the store, coverage said with the answer, anew after a collection. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { askCan } from '../../src/app/can.ts';
import { collectSource } from '../../src/app/collect.ts';
import { askWhoCan } from '../../src/app/who-can.ts';
import { type ComposedApp, compose } from '../../src/compose.ts';
import { loadConfig } from '../../src/config.ts';
import { details, key, user } from '../collectors/aws/sample.ts';
import { FINGERPRINT_KEY, workspace } from '../e2e/cli.ts';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const reads = { action: 's3:GetObject', resource: 'arn:aws:s3:::shop/x', context: new Map() };
const grant = { Action: 's3:GetObject' };

let folder: string;
let app: ComposedApp;

const collect = async (...names: readonly string[]) => {
  writeFileSync(join(folder, 'aws/a.json'), details({ users: names.map((name) => user(name, [grant])) }));
  for (const source of app.sources) await collectSource(app, source, { signal: new AbortController().signal });
};

beforeAll(async () => {
  folder = workspace({
    'interlock.yaml': 'sources: [{ name: prod, type: aws, files: ./aws }]\nclock: "2026-03-01T00:00:00Z"\n',
    'aws/a.json': '{}',
  });
  const environment = { INTERLOCK_FINGERPRINT_KEY: FINGERPRINT_KEY };
  app = await compose(loadConfig({ file: join(folder, 'interlock.yaml'), environment }), { log: silent });
});
afterAll(() => app?.[Symbol.asyncDispose]());

it('answers by name, says what was not collected, and answers anew after the next collection', async () => {
  await collect('ada');
  const answer = await askCan(app, 'ada', reads);
  expect(answer).toMatchObject({ principal: key('user/ada'), verdict: 'allowed', conditions: [], complete: false });
  expect(answer.gaps).toContain('layer not collected: service control policies (prod)');
  expect((await askWhoCan(app, reads)).items.map((one) => one.key)).toEqual([key('user/ada')]);
  await collect('bob', 'eve');
  expect((await askWhoCan(app, reads)).items.map((one) => one.key)).toEqual([key('user/bob'), key('user/eve')]);
  await expect(askCan(app, 'ada', reads)).rejects.toThrow(/no entity has this key/);
});

it('loads an estate once between collections', async () => {
  const [provider] = await app.accessProviders();
  const first = await app.questionsOf(provider as NonNullable<typeof provider>);
  expect(await app.questionsOf(provider as NonNullable<typeof provider>)).toBe(first);
});

it('refuses what is no principal, and words of no provider', async () => {
  await expect(askCan(app, 'aws:account/111122223333', reads)).rejects.toThrow(
    /not a principal whose permissions were collected/,
  );
  await expect(askWhoCan(app, { ...reads, action: 'dance' })).rejects.toThrow(/not an action that any collected provider knows/);
});
