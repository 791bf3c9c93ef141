/** Logs of known attack techniques, published by others; read where they lie, never copied. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { cloudtrailCollector } from '../../../src/collectors/cloudtrail/collector.ts';
import { collecting } from '../../contracts/collecting.ts';

const LOGS = '../shared/fixtures/cloudtrail/stratus/docs/detonation-logs';
const isThere = existsSync(LOGS);
if (!isThere) console.warn(`SKIPPED: public CloudTrail logs: ${LOGS} is not there`);

interface Logged {
  readonly sourceIPAddress?: string;
  readonly userIdentity: { readonly accessKeyId?: string };
  readonly responseElements?: {
    readonly credentials?: { readonly accessKeyId?: string };
    readonly accessKey?: { readonly accessKeyId?: string };
  } | null;
}

describe.skipIf(!isThere)('public CloudTrail logs', () => {
  const events = (): Logged[] =>
    readdirSync(LOGS).flatMap((name) => JSON.parse(readFileSync(path.join(LOGS, name), 'utf8')) as Logged[]);

  it('gives every key that is used or made, and its origin exactly where the log has an address', async () => {
    const found = await collecting(cloudtrailCollector, { files: LOGS });
    expect(found.errors).toEqual([]);
    const keys = new Set(found.entities.map(({ key }) => key));
    const used = new Set(found.relationships.filter(({ kind }) => kind === 'USES').map(({ target }) => target));
    for (const event of events()) {
      const { accessKeyId } = event.userIdentity;
      const issued = event.responseElements?.credentials?.accessKeyId ?? event.responseElements?.accessKey?.accessKeyId;
      for (const key of [accessKeyId, issued].filter(Boolean)) expect(keys).toContain(`aws:${key}`);
      if (accessKeyId && isIP(event.sourceIPAddress ?? '')) expect(used).toContain(`aws:${accessKeyId}`);
      if (issued)
        expect(found.relationships.some(({ kind, target }) => kind === 'MINTED' && target === `aws:${issued}`)).toBe(true);
    }
  });

  it('keeps no session token', async () => {
    const { said } = await collecting(cloudtrailCollector, { files: LOGS });
    expect(JSON.stringify(said)).not.toMatch(/IQoJ|sessionToken/);
  });
});
