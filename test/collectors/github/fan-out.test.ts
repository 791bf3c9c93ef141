import { expect, it } from 'vitest';
import { githubCollector } from '../../../src/collectors/github/collector.ts';
import { collecting } from '../../contracts/collecting.ts';
import { sampleFolder } from '../files/sample-folder.ts';

const LEVELS = 6;
const WIDTH = 6;
const wide = (line: (at: number) => string): string => Array.from({ length: WIDTH }, (_, at) => line(at)).join('\n');

/** Each level calls, or uses, the next one six times: thousands of ways in all, more than are followed. */
it('calls and actions that fan out level by level are read in bounded time', { timeout: 120_000 }, async () => {
  const files: Record<string, string> = {};
  for (let level = 0; level < LEVELS; level++) {
    const next = level + 1;
    files[`acme/shop/.github/workflows/w${level}.yml`] =
      `on: { ${level === 0 ? 'issues' : 'workflow_call'}: { } }\npermissions: write-all\njobs:\n${wide(
        (at) =>
          `  j${at}: ${next < LEVELS ? `{ uses: ./.github/workflows/w${next}.yml, secrets: inherit }` : `{ steps: [{ uses: ./a0, with: { x: "\${{ secrets.DEEP }}" } }] }`}`,
      )}\n`;
    files[`acme/shop/a${level}/action.yml`] = `inputs: { x: {} }\nruns:\n  using: composite\n  steps:\n${wide(() =>
      next < LEVELS
        ? `    - { uses: ./a${next}, with: { x: "${'${{ inputs.x }}'.repeat(3)}" } }`
        : '    - { run: make, shell: bash }',
    )}\n`;
  }
  await using folder = await sampleFolder(files);
  const { edges, errors, said, scopes } = await collecting(githubCollector, { files: folder.root });
  expect(errors).toEqual([]);
  expect(edges).toContain(`github:acme/shop/.github/workflows/w0.yml#j0 READS github:acme/shop/actions/secrets/DEEP`);
  expect(edges.filter((edge) => edge.includes('w5.yml#j0 RUNS_AS'))).toHaveLength(1);
  const warnings = said.flatMap((one) => (one.type === 'warning' ? [one.text] : []));
  expect(warnings).toContain(
    'acme/shop/.github/workflows/w5.yml: is started in more than 5000 ways; the further ones are left out',
  );
  const steps = 'jobs.j0 has 1000 steps or more with those of its actions; what comes after them is not looked at';
  expect(warnings).toContain(`acme/shop/.github/workflows/w5.yml: line 4: ${steps}`);
  expect(scopes).toMatchObject([{ scope: 'acme/shop', coverage: 'partial', missing: warnings }]);
});

const JOB = '{ runs-on: ubuntu-latest, steps: [{ run: "echo ${{ inputs.text }}" }] }';
const called = `on: { workflow_call: { inputs: { text: { type: string } } } }\njobs: { say: ${JOB} }\n`;
const caller = (text: string): string =>
  `on: issue_comment\njobs: { a: { uses: ./.github/workflows/shared.yml, with: { text: "${text}" } } }\n`;
const callers = (count: number, text: (at: number) => string): Record<string, string> => ({
  'acme/shop/.github/workflows/shared.yml': called,
  ...Object.fromEntries(
    Array.from({ length: count }, (_, at) => [`acme/shop/.github/workflows/c${at}.yml`, caller(text(at))] as const),
  ),
});

it('says that a workflow has more callers that strangers start than are looked at', async () => {
  await using folder = await sampleFolder(callers(21, (at) => `\${{ vars.V${at} }}`));
  const { scopes } = await collecting(githubCollector, { files: folder.root });
  const what = 'strangers start it in 21 different ways; its steps are looked at for the first 20';
  expect(scopes).toMatchObject([
    { scope: 'acme/shop', coverage: 'partial', missing: [`acme/shop/.github/workflows/shared.yml: ${what}`] },
  ]);
});

it('looks at all callers that hand over one of a few things, however many they are', async () => {
  const texts = (at: number): string => (at === 29 ? '${{ github.event.comment.body }}' : 'plain');
  await using folder = await sampleFolder(callers(30, texts));
  const { scopes, edges } = await collecting(githubCollector, { files: folder.root });
  expect(scopes).toMatchObject([{ scope: 'acme/shop', coverage: 'complete', missing: [] }]);
  expect(edges).toContain('external:anyone STEERS github:acme/shop/.github/workflows/shared.yml#say');
});
