/** Third-party accounts with known answers, read where they lie; skipped aloud where they are absent. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { collected, reachOf } from './collected.ts';

const LABS = '../shared/fixtures/aws/pathfinding-labs';
const VULNERABLE = '../shared/fixtures/aws/iam-vulnerable';
const there = existsSync(LABS) && existsSync(VULNERABLE);
if (!there) console.warn(`SKIPPED: ${LABS} is absent, so the AWS escalation paths are not held to third-party answers`);

interface Lab {
  readonly start: readonly string[];
  readonly principals_path: readonly string[];
  readonly admin_targets: readonly string[];
  readonly target: string;
  readonly verified: boolean;
}

describe.skipIf(!there)('accounts with known escalation paths', () => {
  it('reaches the account in every verified lab that ends there', async () => {
    const missed: string[] = [];
    for (const name of readdirSync(LABS).filter((one) => existsSync(`${LABS}/${one}/expected.json`))) {
      const lab: Lab = JSON.parse(readFileSync(`${LABS}/${name}/expected.json`, 'utf8'));
      if (!lab.verified || (lab.target !== 'to-admin' && lab.admin_targets.length === 0)) continue;
      const start = `aws:${lab.start[0] ?? lab.principals_path[0]}`;
      const reach = reachOf(await collected(`${LABS}/${name}/export`), start, 'hi');
      if (reach.get('aws:account/111111111111') !== 'control') missed.push(name);
    }
    expect(missed).toEqual([]);
  });

  it('gives the account to nobody who cannot have it', async () => {
    const expected: { principals: { arn: string; label: string }[] } = JSON.parse(
      readFileSync(`${VULNERABLE}/expected.json`, 'utf8'),
    );
    const found = await collected(`${VULNERABLE}/export`);
    const wrong = expected.principals
      .filter(({ label }) => label.startsWith('not-'))
      .filter(({ arn }) => reachOf(found, `aws:${arn}`, 'hi').has('aws:account/111122223333'));
    expect(wrong).toEqual([]);
  });
});
