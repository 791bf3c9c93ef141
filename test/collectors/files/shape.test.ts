import { expect, it } from 'vitest';
import { z } from 'zod';
import { shaped } from '../../../src/collectors/files/shape.ts';
import { InputError } from '../../../src/model/errors.ts';

const details = z.object({
  UserDetailList: z.array(
    z.object({ UserName: z.string(), UserPolicyList: z.array(z.unknown()).optional(), Kind: z.enum(['a', 'b']).optional() }),
  ),
});
const strict = z.strictObject({ a: z.int().min(1).optional() });

it.each([
  [{ UserDetailList: 'none' }, 'users.json: UserDetailList: expected a list, found text'],
  [{}, 'users.json: UserDetailList: expected a list, found nothing'],
  [{ UserDetailList: [{ UserName: 'a' }, null] }, 'users.json: UserDetailList[1]: expected an object, found null'],
  [
    { UserDetailList: [{ UserName: 'a', UserPolicyList: 'x' }] },
    'users.json: UserDetailList[0].UserPolicyList: expected a list, found text',
  ],
  [
    { UserDetailList: [{ UserName: 'a', Kind: 'topsecret' }] },
    'users.json: UserDetailList[0].Kind: expected a or b, found another word',
  ],
  [[1], 'users.json: expected an object, found a list'],
])('names the place and what was found, and quotes no value: %j', (value, text) => {
  expect(() => shaped(details, value, { path: 'users.json' })).toThrow(new InputError(text));
});

it('names unknown fields, a first few of many faults, and the place that the value came from', () => {
  expect(() => shaped(strict, { b: 1, c: 2 }, { path: 'f', at: 'list[2]' })).toThrow(
    new InputError('f: list[2]: unknown fields b, c'),
  );
  const many = { UserDetailList: Array.from({ length: 5 }, () => ({})) };
  expect(() => shaped(details, many, { path: 'f' })).toThrow(
    /^f: (?:UserDetailList\[\d\]\.UserName: expected text, found nothing; ){3}and 2 more$/,
  );
});

it('gives the value as the schema describes it', () => {
  expect(shaped(strict, { a: 3 }, { path: 'f' })).toEqual({ a: 3 });
});
