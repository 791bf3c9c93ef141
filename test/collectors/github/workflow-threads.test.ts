import { expect, it } from 'vitest';
import { KeptWorkflows } from '../../../src/collectors/github/kept-workflows.ts';
import { unpackedBody } from '../../../src/collectors/github/packed-reading.ts';
import { packWorkflow } from '../../../src/collectors/github/packed-workflow.ts';
import { readWorkflow } from '../../../src/collectors/github/workflow-text.ts';
import { WorkflowThreads } from '../../../src/collectors/github/workflow-threads.ts';
import { InputError } from '../../../src/model/errors.ts';

const text = (n: number): string => `on: { push: { branches: [main] } }
permissions: { id-token: write }
env: { STAGE: a, LIMIT: .inf }
jobs:
  build:
    runs-on: ubuntu-latest
    strategy: { matrix: { stage: [a, b] } }
    environment: \${{ matrix.stage }}
    steps:
      - run: echo ${n}
        env: { KEY: "\${{ secrets.KEY_${n} }}" }
      - run: echo "\${{ secrets[format('{0}_KEY', inputs.stage)] }}"
      - uses: acme/actions/build@v${n}
  call:
    uses: ./.github/workflows/called.yml
    secrets: { ONE: "\${{ secrets.OTHER }}", TWO: a word }
`;
const path = '.github/workflows/ci.yml';
const asked = (n: number) => ({ path, text: text(n), shown: `acme/shop-${n}/${path}` });

it('reads in other threads what it reads in its own', async () => {
  await using threads = new WorkflowThreads({ threads: 2, few: 1 });
  const read = await Promise.all(Array.from({ length: 100 }, (_, n) => threads.read(asked(n))));
  for (const [n, { workflow, body, index, warnings }] of read.entries()) {
    const expected = readWorkflow(asked(n));
    const kept = new KeptWorkflows();
    kept.add(path, workflow ?? new Uint8Array(), index ?? { calls: [], uses: [] });
    expect(kept.get(path)).toEqual(expected.workflow);
    expect([body && unpackedBody(body), index, warnings]).toEqual([expected.body, expected.index, expected.warnings]);
  }
});

it('says of a broken file what it says in its own thread, also of the second of the same content', async () => {
  await using threads = new WorkflowThreads({ threads: 1, few: 0 });
  const broken = (n: number) => ({ path, text: 'on: push\njobs: { a: { b }, b: 1 }\n  - c', shown: `acme/shop-${n}/${path}` });
  const said = await Promise.allSettled([1, 2].map((n) => threads.read(broken(n))));
  for (const [at, one] of said.entries()) {
    expect(one.status).toBe('rejected');
    const { reason } = one as PromiseRejectedResult;
    expect(reason).toBeInstanceOf(InputError);
    expect(reason.message).toContain(`acme/shop-${at + 1}/${path}: not YAML`);
  }
});

it('names each file in its warnings, though the contents are the same', async () => {
  await using threads = new WorkflowThreads({ threads: 1, few: 0 });
  const merging = 'on: push\nx: &x { a: 1 }\njobs:\n  build:\n    runs-on: u\n    env: { <<: *x }\n';
  const read = await Promise.all(
    ['acme/one', 'acme/two'].map((name) => threads.read({ path, text: merging, shown: `${name}/${path}` })),
  );
  expect(read.map(({ warnings }) => warnings.map((warning) => warning.split(':', 2).join()))).toEqual([
    [`acme/one/${path}, line 6`],
    [`acme/two/${path}, line 6`],
  ]);
});

it('lets go of a workflow that nobody calls, and keeps the others as they are', () => {
  const kept = new KeptWorkflows();
  const { workflow, index } = readWorkflow(asked(1));
  if (!workflow || !index) throw new Error('no workflow');
  kept.add('a.yml', packWorkflow(workflow), index);
  kept.add('b.yml', packWorkflow(workflow), index);
  kept.keep('b.yml');
  const [a, b] = [...kept.values()];
  kept.release();
  expect(kept.get('a.yml')).not.toBe(a);
  expect(kept.get('a.yml')).toEqual(a);
  expect(kept.get('b.yml')).toBe(b);
});
