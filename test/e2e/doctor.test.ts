/** `interlock doctor` before anything was collected, on a configuration in which nothing is as it should be. */
import { expect, it } from 'vitest';
import { answer, workspace } from './cli.ts';

/** Where nobody listens. */
const NOBODY = '127.0.0.1:1';
const HIDDEN = 'hunter2';
const POSTGRES = `postgres://reader:${HIDDEN}@${NOBODY}/shop`;

const BROKEN = `
sources:
  - { name: gone, type: aws, files: ./nowhere }
  - { name: lost, type: scanner, file: ./notes }
  - { name: notes, type: kubernetes, files: ./notes }
  - { name: facts, type: declared, files: ./facts }
  - { name: cluster, type: kubernetes, live: { kubeconfig: ./notes/kubeconfig } }
  - { name: hub, type: github, live: { org: acme, token: ${HIDDEN}, baseUrl: "http://${NOBODY}" } }
  - { name: hall, type: github, live: { org: acme, token: ${HIDDEN}, baseUrl: "http://me:${HIDDEN}@${NOBODY}" } }
  - { name: db, type: postgres, live: { url: "${POSTGRES}" } }
enforcers:
  main: { type: postgres, source: db, url: "${POSTGRES}" }
  odd: { type: postgres, source: db }
  hand: { type: manual, source: hub }
`;

interface Check {
  readonly name: string;
  readonly status: string;
  readonly detail: string;
}

const folder = () =>
  workspace({
    'interlock.yaml': BROKEN,
    'notes/readme.txt': 'what is to be done',
    'facts/apps.json': '{"entities":[{"key":"app:one","kind":"ServiceAccount","name":"one"}]}',
  });

it('says of each what is wrong, exits 1, and tells no secret', async () => {
  const { checks } = await answer<{ checks: Check[] }>(folder(), ['doctor'], { code: 1 });
  const found = Object.fromEntries(
    checks.flatMap(({ name, status, detail }) => (/^(access|enforcer) /.test(name) ? [[name, `${status}: ${detail}`]] : [])),
  );
  expect(found).toEqual({
    'access gone': expect.stringMatching(/^fail: .*nowhere: does not exist; set `files` to the folder/),
    'access notes': expect.stringMatching(/^warn: .*nothing that this source reads in 1 file;/),
    'access facts': expect.stringMatching(/^ok: .*facts: 1 file$/),
    'access cluster': expect.stringMatching(/^fail: .*kubeconfig: the kubeconfig cannot be read/),
    'access hub': expect.stringMatching(/^fail: \/orgs\/acme: /),
    'access db': expect.stringMatching(/^fail: postgres 127\.0\.0\.1:1\/shop: connect ECONNREFUSED/),
    'enforcer main': expect.stringMatching(/^fail: postgres 127\.0\.0\.1:1\/shop cannot be reached: ECONNREFUSED/),
    'enforcer odd': expect.stringMatching(/^fail: enforcers\.odd: url: /),
    'enforcer hand': 'ok: manual: reaches no system',
  });
  expect(checks).toContainEqual({ name: 'source hall', status: 'fail', detail: expect.stringContaining('holds a login') });
  expect(checks).toContainEqual({ name: 'source lost', status: 'fail', detail: expect.stringMatching(/^files: /) });
  expect(JSON.stringify(checks)).not.toContain(HIDDEN);
}, 30_000);
