/** Paths in a configuration start from its folder, wherever the command is run. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compose } from '../../src/compose.ts';
import { loadConfig } from '../../src/config.ts';
import { FINGERPRINT_KEY, workspace } from '../e2e/cli.ts';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

it.each(['spool', 'privateKeyFile', 'kubeconfig', 'tokens', 'caFile', 'certFile', 'keyFile'])('%s', async (setting) => {
  const folder = workspace({ 'interlock.yaml': `sources: [{ name: one, type: redis, live: { ${setting}: ./kept/it } }]\n` });
  const environment = { INTERLOCK_FINGERPRINT_KEY: FINGERPRINT_KEY };
  await using app = await compose(loadConfig({ file: join(folder, 'interlock.yaml'), environment }), { log: quiet });
  expect(app.sources[0]!.settings).toEqual({ live: { [setting]: join(folder, 'kept/it') } });
});
