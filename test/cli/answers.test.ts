/** Answers to what is asked a little beside the point: they say what to ask instead. */
import { beforeAll, expect, it } from 'vitest';
import { run as audit } from '../../src/cli/audit.ts';
import { run as can } from '../../src/cli/can.ts';
import { run as collect } from '../../src/cli/collect.ts';
import { UsageError } from '../../src/model/errors.ts';
import { estate } from '../e2e/cli.ts';
import { told } from './told.ts';

const folder = estate();

beforeAll(() => told(folder, collect));

it('names whose key it is, where a key is asked what it may do', async () => {
  const asked = (principal: string) =>
    told(folder, can, { words: [principal, 's3:GetObject', 'arn:aws:s3:::lumen-product-images/x'] });
  await expect(asked('AKIA0EXAMPLELEAKED01')).rejects.toThrow(
    'aws:AKIA0EXAMPLELEAKED01: not a principal whose permissions were collected; it works as aws:arn:aws:iam::222200002222:user/svc-image-resizer: ask of that',
  );
  await expect(asked('lumen-customer-exports')).rejects.toThrow(/not a principal whose permissions were collected$/);
  expect((await asked('user/svc-image-resizer')).code).toBe(0);
});

it('takes only a hash for the head of the ledger, and calls no chain broken for a typing error', async () => {
  const verify = (head: string) => told(folder, audit, { words: ['verify'], options: { head } });
  await expect(verify('0bfe5abf')).rejects.toThrow(
    new UsageError('--head: expected the 64 hexadecimal digits of a hash, found 0bfe5abf'),
  );
  expect(await verify('ab'.repeat(32))).toMatchObject({ code: 1 });
});
