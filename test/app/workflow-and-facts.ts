/** Two sources that only together say what a job uses: the workflow that reads a secret, and the facts that say what the secret holds. */
import { join } from 'node:path';
import { type ComposedApp, compose } from '../../src/compose.ts';
import { loadConfig } from '../../src/config.ts';
import { FINGERPRINT_KEY, workspace } from '../e2e/cli.ts';

export const JOB = 'github:acme/shop/.github/workflows/d.yml#deploy';
const SECRET = 'github:acme/shop/actions/secrets/TOKEN';
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Nothing is collected yet. */
export async function openWorkflowAndFacts(): Promise<ComposedApp> {
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
