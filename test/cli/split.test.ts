/** A shared credential of which only a file of ours tells, and a place that nobody is known to read. */
import { beforeAll, expect, it } from 'vitest';
import { run as collect } from '../../src/cli/collect.ts';
import { run as planFor } from '../../src/cli/plan.ts';
import type { Plan } from '../../src/model/plan.ts';
import { workspace } from '../e2e/cli.ts';
import { told } from './told.ts';

const FACTS = JSON.stringify({
  entities: [
    { key: 'app:billing', kind: 'Workload', name: 'billing' },
    { key: 'app:report', kind: 'Workload', name: 'report' },
    { key: 'cred:db', kind: 'Credential', name: 'db password' },
    { key: 'secret:kept', kind: 'Secret', name: 'kept' },
  ],
  uses: [
    { consumer: 'app:billing', credential: 'cred:db' },
    { consumer: 'app:report', credential: 'cred:db' },
  ],
  copies: [{ place: 'secret:kept', credential: 'cred:db' }],
});
const folder = workspace({
  'interlock.yaml': 'sources: [{ name: facts, type: declared, files: ./facts }]\n',
  'facts/facts.json': FACTS,
});

beforeAll(() => told(folder, collect));

it('leaves no instruction of a step without its object', async () => {
  const { out } = await told(folder, planFor, { words: ['cred:db'], options: { mode: 'retire', split: true, json: true } });
  const steps = (JSON.parse(out.join('')) as Plan).waves.flatMap((wave) => wave.steps);
  const unsettled = steps.find(({ action, why }) => action === 'confirm' && why.includes('secret:kept'));
  expect(unsettled?.why).toContain('secret:kept holds the old value');
  expect(unsettled?.commands.apply).toBe("# see in the issuer's log that nobody uses cred:db any more");
  for (const { commands } of steps) for (const text of Object.values(commands)) expect(text).not.toMatch(/:\s*$/m);
});
