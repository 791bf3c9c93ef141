/** In the wrong folder at night: what is not there is said to be not there, and not to be an unknown key. */
import { expect, it } from 'vitest';
import { run as collect } from '../../src/cli/collect.ts';
import { run as incident } from '../../src/cli/incident.ts';
import { run as planFor } from '../../src/cli/plan.ts';
import { run as reach } from '../../src/cli/reach.ts';
import { workspace } from '../e2e/cli.ts';
import { told } from './told.ts';

const FACTS = 'sources: [{ name: facts, type: declared, files: ./facts }]\n';
const APP = '{"entities":[{"key":"app:one","kind":"ServiceAccount","name":"one"}]}';

it('says that nothing was collected, and where to look', async () => {
  const folder = workspace({ 'interlock.yaml': FACTS, 'facts/apps.json': APP });
  for (const [command, options] of [
    [reach, { max: '10' }],
    [incident, {}],
    [planFor, { mode: 'contain' }],
  ] as const)
    await expect(told(folder, command, { words: ['one'], options })).rejects.toThrow(
      'one: nothing was collected into this store yet: run `interlock collect`, in the folder of interlock.yaml or with --config',
    );
  await told(folder, collect);
  await expect(told(folder, reach, { words: ['two'], options: { max: '10' } })).rejects.toThrow(
    'two: no entity has this key, suffix or name',
  );
});
