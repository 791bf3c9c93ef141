/** What is too much to be held is gathered in parts, with the same outcome. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { Leak } from '../../../src/collectors/scanner/leak.ts';
import { Leaks } from '../../../src/collectors/scanner/leaks.ts';
import { Partitioned } from '../../../src/collectors/scanner/partitioned.ts';
import { createFingerprinter } from '../../../src/model/fingerprint.ts';
import { relationshipId } from '../../../src/model/relationship-id.ts';
import { SAMPLE_KEY } from '../../contracts/collecting.ts';

const context = { source: 'test', fingerprint: createFingerprinter(SAMPLE_KEY) };

const leak: fc.Arbitrary<Leak> = fc.record({
  value: fc.option(fc.constantFrom('q9Vn4', 'Xw7Lr2', 'Tk8Pz5', `AKIA${'QWERTYUI'.repeat(2)}`), { nil: undefined }),
  identityArn: fc.option(fc.constant('arn:aws:iam::111122223333:user/ci'), { nil: undefined }),
  scanner: fc.constantFrom('gitleaks', 'trufflehog'),
  rule: fc.constantFrom('generic', 'aws'),
  file: fc.constantFrom('a.py', 'b/c.tf', 'ü.env'),
  line: fc.nat(3),
  commit: fc.constantFrom('', 'c1', 'c2'),
  date: fc.option(fc.constantFrom('2026-01-02T02:04:05.000Z', '2025-12-01T00:00:00.000Z'), { nil: undefined }),
  verified: fc.option(fc.boolean(), { nil: undefined }),
  state: fc.option(fc.constantFrom('active', 'inactive'), { nil: undefined }),
  checkedAt: fc.option(fc.constantFrom('2026-01-03T00:00:00.000Z', '2026-01-04T00:00:00.000Z'), { nil: undefined }),
  repository: fc.option(fc.constantFrom('acme/shop', 'acme/tools'), { nil: undefined }),
  bucket: fc.option(fc.constant('backups'), { nil: undefined }),
});

function factsOf(found: readonly Leak[], held: number) {
  using leaks = new Leaks(context, held);
  for (const one of found) leaks.add(one);
  const facts = [...leaks.facts()];
  const known = new Set<string>();
  for (const { entities, relationships } of facts) {
    for (const { key } of entities) known.add(key);
    expect(relationships.filter(({ source, target }) => !known.has(source) || !known.has(target))).toEqual([]);
  }
  const entities = facts.flatMap((one) => one.entities).sort((a, b) => (a.key < b.key ? -1 : 1));
  const relationships = facts
    .flatMap((one) => one.relationships)
    .sort((a, b) => (relationshipId(a) < relationshipId(b) ? -1 : 1));
  expect(new Set(entities.map(({ key }) => key)).size).toBe(entities.length);
  expect(new Set(relationships.map(relationshipId)).size).toBe(relationships.length);
  return { entities, relationships };
}

it('says the same, each thing once, whether findings are held or kept in a file', () => {
  fc.assert(
    fc.property(fc.array(leak, { maxLength: 40 }), fc.integer({ min: 1, max: 9 }), (found, held) => {
      expect(JSON.stringify(factsOf(found, held))).toEqual(JSON.stringify(factsOf(found, 1000)));
    }),
    { numRuns: 40 },
  );
});

it('gives each name to one part, in the order in which its values came', () => {
  using values = new Partitioned<{ name: string; at: number }>(7);
  const names = ['a', 'b', 'c', 'd', 'e'];
  for (let at = 0; at < 100; at++) values.add(names[at % 5] as string, { name: names[at % 5] as string, at });
  const parts = [...values.parts()].filter((part) => part.length > 0);
  expect(parts.flat()).toHaveLength(100);
  for (const name of names) {
    const [own, ...others] = parts.filter((part) => part.some((value) => value.name === name));
    expect(others).toEqual([]);
    const ats = own?.flatMap((value) => (value.name === name ? [value.at] : [])) ?? [];
    expect(ats).toEqual([...ats].sort((a, b) => a - b));
  }
});

it('leaves no file, not even while it is kept', () => {
  const folder = mkdtempSync(join(tmpdir(), 'interlock-leaks-'));
  vi.stubEnv('TMPDIR', folder);
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });
  using values = new Partitioned<number>(1);
  values.add('a', 1);
  expect(tmpdir()).toBe(folder);
  expect(readdirSync(folder)).toEqual([]);
  expect([...values.parts()].flat()).toEqual([1]);
});
