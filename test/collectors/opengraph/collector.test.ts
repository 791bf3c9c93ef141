import { describe, expect, it } from 'vitest';
import { opengraphCollector } from '../../../src/collectors/opengraph/collector.ts';
import { ENTITY_KINDS, RELATIONSHIP_KINDS } from '../../../src/model/kinds.ts';
import { collecting, type Outcome } from '../../contracts/collecting.ts';
import { collectorContract } from '../../contracts/collector.ts';
import { sampleFolder } from '../files/sample-folder.ts';

const node = (id: string, kinds: string[], properties: object = {}): object => ({ id, kinds, properties });
const edge = (start: object | string, kind: string, end: object | string, properties?: object): object => ({
  kind,
  start: typeof start === 'string' ? { value: start } : start,
  end: typeof end === 'string' ? { value: end } : end,
  ...(properties && { properties }),
});

async function graph(...files: { nodes?: object[]; edges?: object[] }[]): Promise<Outcome> {
  const texts = files.map((file, at) => [`${at}.json`, JSON.stringify({ graph: file })]);
  await using folder = await sampleFolder(Object.fromEntries(texts) as Record<string, string>);
  return await collecting(opengraphCollector, { files: folder.root });
}

describe('the collector of OpenGraph documents', () => {
  const everything = JSON.stringify({
    graph: {
      nodes: ENTITY_KINDS.map((kind) => node(`x:${kind}`, [`Interlock_${kind}`, 'Interlock'])),
      edges: RELATIONSHIP_KINDS.map((kind) =>
        edge('x:Scope', kind, 'x:Role', { basis: 'declared', certainty: 'definite', reason: 'said so' }),
      ),
    },
  });
  const source = async (files: Readonly<Record<string, string>>, names = '') => {
    const folder = await sampleFolder(files);
    return { settings: { files: folder.root }, names, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
  };
  collectorContract({
    collector: opengraphCollector,
    good: () => source({ 'all.json': everything }),
    broken: () => source({ 'all.json': everything, 'cut.json': '{"graph": {"nodes": [' }, 'cut.json: not JSON'),
  });
});

it('gives things the keys that their provider gives them', async () => {
  const found = await graph({
    nodes: [
      node('O_1', ['GH_Organization'], { login: 'acme' }),
      node('R_1', ['GH_Repository'], { name: 'shop', full_name: 'acme/shop' }),
      node('U_1', ['GH_User'], { login: 'ann' }),
      node('A_1', ['AWSRole'], { arn: 'arn:aws:iam::111122223333:role/deploy', name: 'deploy' }),
      node('T_1', ['Okta_ApiToken'], { name: 'ci' }),
    ],
  });
  expect(found.entities.map(({ key, kind }) => `${key} ${kind}`)).toEqual([
    'aws:arn:aws:iam::111122223333:role/deploy Role',
    'github:acme/shop Repository',
    'github:org/acme Scope',
    'github:users/ann User',
    'opengraph:test/T_1 Credential',
  ]);
});

it('takes rights by way of a permission, and membership and proof as what they are', async () => {
  const found = await graph({
    nodes: [
      node('u', ['GH_User'], { login: 'ann' }),
      node('r', ['GH_RepoRole'], { name: 'admin' }),
      node('p', ['GH_Repository'], { full_name: 'acme/shop' }),
      node('t', ['Okta_ApiToken']),
      node('o', ['Okta_User']),
    ],
    edges: [
      edge('u', 'GH_HasRole', 'r'),
      edge('r', 'GH_AdminTo', 'p'),
      edge('t', 'Okta_ApiTokenFor', 'o'),
      edge('r', 'GH_AddLabel', 'p'),
    ],
  });
  const permission = 'opengraph:test/rights/GH_AdminTo/opengraph:test/r';
  expect(found.edges).toEqual(
    [
      'github:users/ann MEMBER_OF opengraph:test/r',
      `opengraph:test/r HAS_GRANT ${permission}`,
      `${permission} CAN_CONTROL github:acme/shop`,
      'opengraph:test/t AUTHENTICATES_AS opengraph:test/o',
    ].sort(),
  );
  expect(found.warnings).toEqual([]);
});

it('keeps edges that the mapping does not know as possible control, and says which', async () => {
  const found = await graph({
    nodes: [node('a', ['Person']), node('b', ['Person'])],
    edges: [edge('a', 'Knows', 'b'), edge('b', 'Knows', 'a')],
  });
  expect(found.relationships.filter(({ kind }) => kind === 'CAN_CONTROL').map(({ certainty }) => certainty)).toEqual([
    'possible',
    'possible',
  ]);
  expect(found.warnings).toEqual([
    'nodes of kinds that are not in the mapping, kept as resources: Person (2)',
    'edges of kinds that are not in the mapping, kept as control that is possible: Knows (2)',
  ]);
});

it('finds the ends of an edge by name and by properties, across files, edges first', async () => {
  const byName = { match_by: 'name', value: 'ann', kind: 'Okta_User' };
  const byProperty = { match_by: 'property', property_matchers: [{ key: 'team', operator: 'equals', value: 'ops' }] };
  const found = await graph(
    { edges: [edge(byName, 'Okta_MemberOf', byProperty), edge({ match_by: 'name', value: 'bob' }, 'Okta_MemberOf', byProperty)] },
    {
      nodes: [
        node('1', ['Okta_User'], { name: 'ann' }),
        node('2', ['Okta_Device'], { name: 'ann' }),
        node('3', ['Okta_Group'], { team: 'ops' }),
        node('4', ['Okta_Group'], { team: 'ops' }),
      ],
    },
  );
  expect(found.edges).toEqual(['opengraph:test/1 MEMBER_OF opengraph:test/3', 'opengraph:test/1 MEMBER_OF opengraph:test/4']);
  expect(found.warnings).toEqual(['1 edges name an end that no node fits; ignored']);
});

it('names a node of another collector as a stub', async () => {
  const found = await graph({
    nodes: [node('t', ['Okta_ApiToken'])],
    edges: [edge('t', 'Okta_ApiTokenFor', { value: 'u', kind: 'Okta_User' })],
  });
  expect(found.entity('opengraph:test/u')).toMatchObject({ kind: 'User', stub: true });
});

it('names a node or an edge of the wrong shape, and goes on', async () => {
  const found = await graph({
    nodes: [node('a', ['Okta_User']), { id: 7, kinds: [] }],
    edges: [edge('a', 'not a kind', 'a'), { kind: 'X', start: { match_by: 'name' }, end: { value: 'a' } }],
  });
  expect(found.errors).toEqual([
    '0.json: graph.nodes[1].id: expected text, found a number',
    '0.json: graph.edges[0].kind: is not as it should be, found text',
    '0.json: graph.edges[1].start: names no node',
  ]);
  expect(found.entities).toHaveLength(1);
  expect(found.scopes[0]?.coverage).toBe('partial');
});
