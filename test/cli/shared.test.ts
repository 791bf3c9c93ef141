/** A key that three pipelines share: no line may look surer, or safer, than what is known. */
import { beforeAll, expect, it } from 'vitest';
import { run as ambiguity } from '../../src/cli/ambiguity.ts';
import { run as collect } from '../../src/cli/collect.ts';
import { run as shared } from '../../src/cli/shared.ts';
import { estate } from '../e2e/cli.ts';
import { told } from './told.ts';

const folder = estate();
const SHARED = 'AKIA0EXAMPLESHARED01';

beforeAll(() => told(folder, collect));

it('says of all that breaks with it, not only of what stops at once', async () => {
  const { out } = await told(folder, shared, { options: { limit: '20', minConsumers: '2' } });
  expect(out.find((line) => line.includes(SHARED))).toContain('3 cannot run next time');
});

it('says how sure the likeliest consumer of each origin is', async () => {
  const { out } = await told(folder, ambiguity, { words: [SHARED] });
  const origins = out.filter((line) => line.includes('  origin:'));
  expect(origins).toHaveLength(4);
  for (const line of origins) expect(line).toMatch(/ 32 % {2}github:lumen-shop\//);
});
