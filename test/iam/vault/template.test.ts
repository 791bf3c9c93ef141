import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Acl } from '../../../src/iam/vault/acl.ts';
import { compileVaultPolicy } from '../../../src/iam/vault/policy.ts';
import { policyFor, type TemplateIdentity, type TemplateOptions } from '../../../src/iam/vault/template.ts';

const identity: TemplateIdentity = {
  id: 'e-1',
  name: 'shop',
  metadata: { team: 'payments', 'a.b': 'dotted', wild: 'x*', deep: 'a/b' },
  aliases: [
    {
      id: 'a-1',
      mountAccessor: 'auth_k8s_1',
      name: 'sa',
      metadata: { service_account_namespace: 'prod' },
      customMetadata: { tier: '1' },
    },
  ],
  groups: [{ id: 'g-1', name: 'red.team', metadata: { floor: '3' } }],
};

function paths(template: string, who: TemplateIdentity | undefined = identity, options: TemplateOptions = {}): string[] {
  const policy = compileVaultPolicy(
    'p',
    `path "kv/${template}" { capabilities = ["read"] }\npath "kv/plain" { capabilities = ["read"] }`,
  );
  return policyFor(policy, who, options)
    .rules.map(({ path }) => path)
    .filter((path) => path !== 'kv/plain');
}

describe('a templated path', () => {
  it.each([
    ['{{identity.entity.id}}', 'kv/e-1'],
    ['{{ identity.entity.name }}/*', 'kv/shop/*'],
    ['{{identity.entity.metadata.team}}', 'kv/payments'],
    ['{{identity.entity.metadata.a.b}}', 'kv/dotted'],
    ['{{identity.entity.aliases.auth_k8s_1.name}}', 'kv/sa'],
    ['{{identity.entity.aliases.auth_k8s_1.metadata.service_account_namespace}}', 'kv/prod'],
    ['{{identity.entity.aliases.auth_k8s_1.custom_metadata.tier}}', 'kv/1'],
    ['{{identity.groups.ids.g-1.name}}', 'kv/red.team'],
    ['{{identity.groups.names.red.team.id}}', 'kv/g-1'],
    ['{{identity.groups.names.red.team.metadata.floor}}', 'kv/3'],
    ['{{identity.entity.name}}-{{identity.entity.id}}', 'kv/shop-e-1'],
  ])('%s is filled in', (template, expected) => {
    expect(paths(template)).toEqual([expected]);
  });

  it.each([
    '{{identity.entity.metadata.none}}',
    '{{identity.entity.metadata.constructor}}',
    '{{identity.entity.aliases.other.name}}',
    '{{identity.groups.names.blue.id}}',
    '{{time.now}}',
  ])('%s, which has no value, gives no rule', (template) => {
    expect(paths(template)).toEqual([]);
  });

  it('gives no rule to whoever is no entity', () => {
    const policy = compileVaultPolicy('p', 'path "kv/{{identity.entity.id}}" { capabilities = ["read"] }');
    expect(policyFor(policy, undefined).rules).toEqual([]);
  });

  it('with a value that widens it counts only where the server takes such values', () => {
    expect(paths('{{identity.entity.metadata.wild}}')).toEqual(['kv/x*']);
    expect(paths('{{identity.entity.metadata.wild}}', identity, { refusesWildcards: true })).toEqual([]);
    expect(paths('{{identity.entity.metadata.deep}}', identity, { refusesSlashes: true })).toEqual([]);
  });
});

it('of many prefixes the longest that fits decides', () => {
  const path = fc.array(fc.constantFrom('a', 'b', '/'), { maxLength: 8 }).map((letters) => letters.join(''));
  fc.assert(
    fc.property(
      fc.uniqueArray(
        path.filter((one) => !one.startsWith('/')),
        { minLength: 1, maxLength: 12 },
      ),
      path,
      (prefixes, asked) => {
        const text = prefixes
          .map((prefix, at) => `path "${prefix}*" { capabilities = ["${at % 2 === 0 ? 'read' : 'update'}"] }`)
          .join('\n');
        const longest = prefixes.filter((prefix) => asked.startsWith(prefix)).sort((a, b) => b.length - a.length)[0];
        const expected = longest === undefined ? ['deny'] : [prefixes.indexOf(longest) % 2 === 0 ? 'read' : 'update'];
        const acl = new Acl([compileVaultPolicy('p', text)]);
        expect(acl.decide({ path: asked, operation: 'read', parameters: {} }).capabilities).toEqual(expected);
      },
    ),
  );
});
