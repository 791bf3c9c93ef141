import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { createSealer, parseSealKeys } from '../../../src/app/execute/seal.ts';

const key = (fill: number): string => Buffer.alloc(32, fill).toString('base64');

it('opens what it sealed, for what it was sealed for only', () => {
  const sealer = createSealer(parseSealKeys(key(1)), randomBytes);
  const sealed = sealer.seal('verifier', 'p1/s1');
  expect(sealed).not.toContain('verifier');
  expect(sealer.open(sealed, 'p1/s1')).toBe('verifier');
  expect(() => sealer.open(sealed, 'p2/s1')).toThrow(/does not open/);
});

it('never seals one text the same way twice', () => {
  const sealer = createSealer(parseSealKeys(key(1)), randomBytes);
  expect(sealer.seal('same', 'p')).not.toBe(sealer.seal('same', 'p'));
});

it('seals with the first key and still opens with those before it', () => {
  const old = createSealer(parseSealKeys(`old:${key(1)}`), randomBytes).seal('verifier', 'p1/s1');
  const rotated = createSealer(parseSealKeys(`new:${key(2)},old:${key(1)}`), randomBytes);
  expect(rotated.open(old, 'p1/s1')).toBe('verifier');
  expect(rotated.seal('x', 'p')).toMatch(/^s1\.new\./);
  expect(() => createSealer(parseSealKeys(`new:${key(2)}`), randomBytes).open(old, 'p1/s1')).toThrow(/sealed with key old/);
});

it('refuses what was changed', () => {
  const sealer = createSealer(parseSealKeys(key(1)), randomBytes);
  const parts = sealer.seal('verifier', 'p').split('.');
  const body = Buffer.from(parts[4] as string, 'base64url');
  body[0] = (body[0] as number) ^ 1;
  expect(() => sealer.open([...parts.slice(0, 4), body.toString('base64url')].join('.'), 'p')).toThrow(/does not open/);
});

it('refuses a key of another length and does not show it', () => {
  const short = Buffer.alloc(16, 3).toString('base64');
  expect(() => parseSealKeys(`a:${short}`)).toThrow(/found 16 bytes/);
  expect(() => parseSealKeys(`a:${short}`)).not.toThrow(short);
});

it('cannot seal without a key, but keeps what is no secret', () => {
  const sealer = createSealer([], randomBytes);
  expect(() => sealer.seal('verifier', 'p')).toThrow(/INTERLOCK_SEAL_KEY/);
  expect(sealer.open(sealer.mark('{"canLogin":true}'), 'p')).toBe('{"canLogin":true}');
});
