import { describe, expect, it } from 'vitest';
import { declaredCollector } from '../../../src/collectors/declared/collector.ts';
import { ENTITY_KINDS } from '../../../src/model/kinds.ts';
import { collecting, type Outcome } from '../../contracts/collecting.ts';
import { collectorContract } from '../../contracts/collector.ts';
import { sampleFolder } from '../files/sample-folder.ts';

async function facts(files: Readonly<Record<string, string>>): Promise<Outcome> {
  await using folder = await sampleFolder(files);
  return await collecting(declaredCollector, { files: folder.root });
}

const everything = `
entities:
${ENTITY_KINDS.map((kind) => `  - { key: 'app:${kind}', kind: ${kind} }`).join('\n')}
  - { key: 'app:shop', kind: Workload, name: shop, tier: 1, environment: prod, owner: payments, intendedUse: sells, trustTier: internal }
uses:
  - { consumer: 'app:shop', credential: 'aws:AKIA0EXAMPLE10000001', alternative: { group: keys, option: first } }
  - { consumer: 'app:shop', credential: 'github:acme/shop/actions/secrets/KEY' }
  - { consumer: 'app:shop', credential: 'postgres:main/roles/shop' }
copies:
  - { place: 'github:acme/shop/actions/secrets/KEY', credential: 'aws:AKIA0EXAMPLE10000001' }
  - { place: 'k8s:prod/shop/secrets/db', credential: 'postgres:main/roles/shop/password' }
dependsOn:
  - { from: 'app:shop', to: 'postgres:main/databases/shop' }
`;

describe('the collector of declared facts', () => {
  const source = async (files: Readonly<Record<string, string>>, names = '') => {
    const folder = await sampleFolder(files);
    return { settings: { files: folder.root }, names, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
  };
  collectorContract({
    collector: declaredCollector,
    good: () => source({ 'facts.yaml': everything }),
    broken: () => source({ 'facts.yaml': everything, 'cut.yaml': 'uses:\n  - { consumer: "app' }, 'cut.yaml: not YAML'),
  });
});

it('declares uses, copies and dependences, whatever the key names', async () => {
  const { edges, relationships } = await facts({ 'facts.yaml': everything });
  expect(edges).toEqual([
    'app:shop DEPENDS_ON postgres:main/databases/shop',
    'app:shop OWNED_BY owner:team/payments',
    'app:shop READS github:acme/shop/actions/secrets/KEY',
    'app:shop RUNS_AS postgres:main/roles/shop',
    'app:shop USES aws:AKIA0EXAMPLE10000001',
    'github:acme/shop/actions/secrets/KEY EXPOSES aws:AKIA0EXAMPLE10000001',
    'k8s:prod/shop/secrets/db EXPOSES postgres:main/roles/shop/password',
    'postgres:main/roles/shop/password AUTHENTICATES_AS postgres:main/roles/shop',
  ]);
  expect(relationships.filter(({ reason }) => !reason)).toEqual([]);
  expect(relationships.every(({ basis, certainty }) => basis === 'declared' && certainty === 'definite')).toBe(true);
  expect(relationships.find(({ kind }) => kind === 'USES')?.alternative).toEqual({ group: 'keys', option: 'first' });
});

it('only names what another source owns, and overlays what a person says of it', async () => {
  const found = await facts({
    'facts.json': JSON.stringify({
      entities: [
        { key: 'aws:arn:aws:s3:::customer-data', tier: 0, owner: 'person/ann' },
        { key: 'owner:person/ann', contact: 'ann@example.org' },
      ],
      uses: [{ consumer: 'app:new', credential: 'aws:AKIA0EXAMPLE10000001' }],
    }),
  });
  expect(found.entity('aws:arn:aws:s3:::customer-data')).toEqual({
    key: 'aws:arn:aws:s3:::customer-data',
    kind: 'Resource',
    name: 'arn:aws:s3:::customer-data',
    provider: 'aws',
    stub: true,
    tier: 0,
    owner: 'person/ann',
    overlay: true,
  });
  expect(found.entity('app:new')).toMatchObject({ kind: 'Workload', provider: 'app' });
  expect(found.entity('app:new')?.stub).toBeUndefined();
  expect(found.entity('aws:AKIA0EXAMPLE10000001')).toMatchObject({ kind: 'Credential', stub: true });
  expect(found.edges).toContain('aws:arn:aws:s3:::customer-data OWNED_BY owner:person/ann');
});

it.each([
  ['an unknown field', 'entities:\n  - { key: "app:x", kind: Workload, teir: 1 }', 'entities[0]: unknown field teir'],
  ['an unknown list', 'uses: []\nuse: []', 'unknown field use'],
  [
    'a wrong tier',
    'entities:\n  - { key: "app:x", kind: Workload, tier: 7 }',
    'entities[0].tier: expected 0 or 1 or 2 or 3, found a number',
  ],
  ['a list that is text', 'uses: none', 'uses: expected a list, found text'],
  ['a missing field', 'uses:\n  - { consumer: "app:x" }', 'uses[0].credential: expected text, found nothing'],
  ['a text that is no key', 'dependsOn:\n  - { from: shop, to: "app:db" }', 'dependsOn[0].from: is not a key such as'],
  ['a key without a kind', 'entities:\n  - { key: "app:x" }', 'entities[0].kind: app:x does not tell its kind'],
  [
    'a credential that depends',
    'dependsOn:\n  - { from: "aws:AKIA0EXAMPLE10000001", to: "app:db" }',
    'dependsOn[0].from: aws:AKIA0EXAMPLE10000001 is a Credential; expected Workload',
  ],
  [
    'a use declared twice',
    'uses:\n  - &u { consumer: "app:x", credential: "vendor:key" }\n  - *u',
    'uses[1]: app:x and vendor:key are declared twice',
  ],
  [
    'an entity declared twice',
    'entities:\n  - &e { key: "app:x", kind: Workload }\n  - *e',
    'entities[1]: app:x is declared twice',
  ],
  ['broken YAML', 'uses:\n  - { consumer: "app', 'not YAML'],
])('names the place of %s, and keeps the other files', async (_, text, expected) => {
  const { errors, scopes, edges } = await facts({
    'bad.yaml': text,
    'good.yaml': 'dependsOn:\n  - { from: "app:a", to: "app:b" }',
  });
  expect(errors).toHaveLength(1);
  expect(errors[0]).toContain(`bad.yaml: ${expected}`);
  expect(scopes.map(({ scope, coverage }) => [scope, coverage])).toEqual([
    ['bad.yaml', 'partial'],
    ['good.yaml', 'complete'],
  ]);
  expect(edges).toEqual(['app:a DEPENDS_ON app:b']);
});

it('warns of files that hold no facts', async () => {
  const { errors, warnings } = await facts({ 'README.md': '# Facts: of ours', 'a.json': '{"hello": 1}', 'b.yaml': '' });
  expect(errors).toEqual([]);
  expect(warnings.map((text) => text.split(':')[0])).toEqual(['README.md', 'a.json', 'b.yaml']);
});
