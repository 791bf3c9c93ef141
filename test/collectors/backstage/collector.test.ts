import { describe, expect, it } from 'vitest';
import { backstageCollector } from '../../../src/collectors/backstage/collector.ts';
import { collecting } from '../../contracts/collecting.ts';
import { collectorContract } from '../../contracts/collector.ts';
import { sampleFolder } from '../files/sample-folder.ts';

const head = (kind: string, name: string, more = ''): string =>
  `apiVersion: backstage.io/v1alpha1\nkind: ${kind}\nmetadata:\n  name: ${name}\n${more}`;
const groups = [
  head(
    'Group',
    'payments',
    '  annotations: { github.com/team-slug: acme/payments }\nspec: { type: team, profile: { displayName: Payments, email: pay@acme.example } }',
  ),
  head('Group', 'data', 'spec: { type: team, parent: payments }'),
  head('User', 'ann', 'spec: { profile: { displayName: Ann } }'),
].join('\n---\n');
const shop = [
  head(
    'Component',
    'Shop',
    [
      '  annotations:',
      '    github.com/project-slug: acme/shop',
      '    backstage.io/kubernetes-id: shop',
      '    amazonaws.com/arn: arn:aws:lambda:eu-west-1:123456789012:function:shop',
      '    acme.example/role: "arn:aws:iam::123456789012:role/shop, arn:aws:iam::123456789012:user/shop"',
      '    acme.example/secret: arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop-AbCdEf',
      '  labels: { tier: gold }',
      '  tags: [java]',
      'spec:',
      '  type: service',
      '  lifecycle: production',
      '  owner: payments',
      '  system: sales',
      '  dependsOn: ["resource:db", "component:default/mail", "nothing"]',
      '  consumesApis: [prices]',
    ].join('\n'),
  ),
  head('Component', 'pricing', 'spec: { type: service, owner: "user:ann", providesApis: [prices] }'),
  head('Resource', 'db', 'spec: { type: database, system: sales, dependencyOf: ["component:pricing"] }'),
  head('System', 'sales', 'spec: { owner: "group:default/data" }'),
].join('\n---\n');
const mail = head('Component', 'mail', 'spec: { type: service, owner: "group:ops/mail" }');

const files = async (texts: Readonly<Record<string, string>>) => {
  const folder = await sampleFolder(texts);
  return { settings: { files: folder.root }, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
};
const all = { 'org.yaml': groups, 'shop/catalog-info.yaml': shop, 'mail/catalog-info.yaml': mail };
const collected = async (texts: Readonly<Record<string, string>>) => {
  await using source = await files(texts);
  return await collecting(backstageCollector, source.settings);
};

describe('the contract of collectors', () =>
  collectorContract({
    collector: backstageCollector,
    good: () => files(all),
    broken: async () => ({
      ...(await files({ ...all, 'bad/catalog-info.yaml': `${head('Component', 'x')}spec: [\n` })),
      names: 'bad/catalog-info.yaml',
    }),
  }));

describe('a catalogue', () => {
  it('passes over what a template makes components of, with a warning', async () => {
    const skeleton = head('Component', '${{ values.name | lower }}', 'spec: { owner: "${{values.owner}}" }');
    const { entities, errors, warnings } = await collected({ 'mail.yaml': mail, 'skeleton/catalog-info.yaml': skeleton });
    expect(entities.filter(({ key }) => key.includes('$'))).toEqual([]);
    expect(errors).toEqual([]);
    expect(warnings).toEqual(['skeleton/catalog-info.yaml: [0]: a template of components, not one: not read']);
  });

  it('reads what stands beside a broken document of the same file', async () => {
    const broken = head('Component', 'half', 'spec: { owner: "payments\n');
    const twice = head('Component', 'twice', 'kind: Component\nspec: { owner: payments }');
    const { entities, errors } = await collected({ 'catalog-info.yaml': [twice, shop, mail].join('\n---\n'), 'b.yaml': broken });
    expect(entities.map(({ key }) => key)).toEqual(
      expect.arrayContaining(['backstage:test/component/default/shop', 'backstage:test/component/default/mail']),
    );
    expect(errors).toEqual([
      expect.stringMatching(/^b\.yaml: not YAML/),
      expect.stringMatching(/^catalog-info\.yaml: not YAML: a key stands twice in one map \(line 5/),
    ]);
  });

  it('says who owns a component and what its annotations name', async () => {
    const { edges } = await collected(all);
    expect(edges.filter((edge) => edge.includes('OWNED_BY'))).toEqual([
      'aws:arn:aws:iam::123456789012:role/shop OWNED_BY owner:team/acme/payments',
      'aws:arn:aws:iam::123456789012:user/shop OWNED_BY owner:team/acme/payments',
      'aws:arn:aws:lambda:eu-west-1:123456789012:function:shop OWNED_BY owner:team/acme/payments',
      'aws:arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop-AbCdEf OWNED_BY owner:team/acme/payments',
      'backstage:test/component/default/mail OWNED_BY owner:team/ops/mail',
      'backstage:test/component/default/pricing OWNED_BY owner:user/ann',
      'backstage:test/component/default/shop OWNED_BY owner:team/acme/payments',
      'backstage:test/resource/default/db OWNED_BY owner:team/data',
      'github:acme/shop OWNED_BY owner:team/acme/payments',
    ]);
  });

  it('says what a component stops without: what it runs as, what it depends on, who provides its APIs', async () => {
    const { edges } = await collected(all);
    expect(edges.filter((edge) => edge.includes('DEPENDS_ON'))).toEqual([
      'backstage:test/component/default/pricing DEPENDS_ON backstage:test/resource/default/db',
      'backstage:test/component/default/shop DEPENDS_ON aws:arn:aws:lambda:eu-west-1:123456789012:function:shop',
      'backstage:test/component/default/shop DEPENDS_ON backstage:test/component/default/mail',
      'backstage:test/component/default/shop DEPENDS_ON backstage:test/component/default/pricing',
      'backstage:test/component/default/shop DEPENDS_ON backstage:test/resource/default/db',
    ]);
  });

  it('takes the owner of its system for one that is not stated, as inferred', async () => {
    const { relationships } = await collected(all);
    const basis = (source: string) => relationships.find((one) => one.kind === 'OWNED_BY' && one.source.endsWith(source))?.basis;
    expect([basis('/db'), basis('component/default/shop')]).toEqual(['inferred', 'declared']);
  });

  it('keeps what rules and joins ask for, and how to reach an owner', async () => {
    const { entity } = await collected(all);
    expect(entity('backstage:test/component/default/shop')).toMatchObject({
      kind: 'Workload',
      owner: 'acme/payments',
      properties: {
        type: 'service',
        lifecycle: 'production',
        labels: { tier: 'gold' },
        topics: ['java'],
        kubernetes: { id: 'shop' },
      },
    });
    expect(entity('owner:team/acme/payments')).toMatchObject({ name: 'Payments', properties: { contact: 'pay@acme.example' } });
  });

  it('may be an answer of its API', async () => {
    const one = { apiVersion: 'backstage.io/v1alpha1', kind: 'Component', metadata: { name: 'a' }, spec: { owner: 'x' } };
    const edge = 'backstage:test/component/default/a OWNED_BY owner:team/x';
    for (const answer of [one, [one], { items: [one], totalItems: 1 }]) {
      expect((await collected({ 'entities.json': JSON.stringify(answer) })).edges).toEqual([edge]);
    }
  });

  it('names a repository by where its source is, on other hosts too', async () => {
    const at = (url: string) =>
      collected({
        'a.yaml': head('Component', 'a', `  annotations: { backstage.io/source-location: "url:${url}" }\nspec: { owner: x }`),
      });
    expect((await at('https://github.com/acme/shop/tree/main/a/')).entity('github:acme/shop')?.kind).toBe('Repository');
    expect((await at('https://github.acme.example/acme/shop/')).entity('github@github.acme.example:acme/shop')?.kind).toBe(
      'Repository',
    );
    expect((await at('https://gitlab.com/acme/shop')).entities.map(({ kind }) => kind)).not.toContain('Repository');
  });

  it('with one bad descriptor still says the others of its file', async () => {
    const found = await collected({ 'a.yaml': `${head('Component', 'a', 'spec: { owner: [x] }')}\n---\n${mail}` });
    expect(found.errors).toEqual(['a.yaml: [0].spec.owner: expected text, found a list']);
    expect(found.scopes.map(({ scope, coverage }) => `${scope} ${coverage}`)).toEqual(['a.yaml partial']);
    expect(found.edges).toEqual(['backstage:test/component/default/mail OWNED_BY owner:team/ops/mail']);
  });

  it('of a kind that every object has by nature stands for nothing', async () => {
    const depending = head('Component', 'a', 'spec: { owner: ops, dependsOn: ["constructor:default/x", "toString:y"] }');
    const found = await collected({ 'a.yaml': `${head('Constructor', 'x', 'spec: { owner: ops }')}\n---\n${depending}` });
    expect(found.errors).toEqual([]);
    expect(found.edges).toEqual(['backstage:test/component/default/a OWNED_BY owner:team/ops']);
  });

  it('that is none is told', async () => {
    const found = await collected({ 'notes.yaml': 'a: 1', 'empty.yaml': '' });
    expect(found.warnings).toEqual(['empty.yaml: empty', expect.stringContaining('notes.yaml: not recognised')]);
  });
});
