import { expect, it } from 'vitest';
import { githubCollector } from '../../../src/collectors/github/collector.ts';
import { collecting } from '../../contracts/collecting.ts';
import { sampleFolder } from '../files/sample-folder.ts';

const LEVELS = 6;
const WIDTH = 7;
const wide = (line: (at: number) => string): string => Array.from({ length: WIDTH }, (_, at) => line(at)).join('\n');

/** Each level calls, or uses, the next one seven times: more than a hundred thousand ways in all. */
it('calls and actions that fan out level by level are read in bounded time', { timeout: 20_000 }, async () => {
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
  const { edges, errors } = await collecting(githubCollector, { files: folder.root });
  expect(errors).toEqual([]);
  expect(edges).toContain(`github:acme/shop/.github/workflows/w0.yml#j0 READS github:acme/shop/actions/secrets/DEEP`);
  expect(edges.filter((edge) => edge.includes('w5.yml#j0 RUNS_AS'))).toHaveLength(1);
});
