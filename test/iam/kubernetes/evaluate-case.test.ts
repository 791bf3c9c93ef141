import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { evaluateCase, evaluateCaseShape } from '../../../src/iam/kubernetes/evaluate-case.ts';
import { selects } from '../../../src/iam/kubernetes/label-selector.ts';

/** `[kind, place, rules or role, subjects or extras]`; a rule is `verb resource [name]`, or `verb /path`. */
type Row = readonly [string, string, string | readonly string[], (readonly string[] | Extras)?];
interface Extras {
  readonly labels?: Readonly<Record<string, string>>;
  readonly aggregates?: Readonly<Record<string, string>>;
  readonly stored?: boolean;
}
interface Case {
  readonly name: string;
  readonly objects: readonly Row[];
  readonly asked: Readonly<Record<string, unknown>>;
  /** The bindings that allow it; none is an implicit deny. */
  readonly by: readonly string[];
}

const cases: Case[] = JSON.parse(readFileSync(path.join(import.meta.dirname, '../../cases/iam-kubernetes/rbac.json'), 'utf8'));

function written([kind, place, content, more = []]: Row): object {
  const [namespace, name] = place.includes('/') ? place.split('/') : [undefined, place];
  const metadata = { name, ...(namespace && { namespace }) };
  if (typeof content === 'string') {
    const [roleKind, roleName] = content.split('/');
    return { kind, metadata, roleRef: { kind: roleKind, name: roleName }, subjects: (more as readonly string[]).map(subjectOf) };
  }
  const { labels, aggregates, stored } = more as Extras;
  return {
    kind,
    metadata: { ...metadata, labels: labels ?? null, ...(stored && { resourceVersion: '7' }) },
    rules: content.map(ruleOf),
    ...(aggregates && { aggregationRule: { clusterRoleSelectors: [{ matchLabels: aggregates }] } }),
  };
}

function subjectOf(text: string): object {
  const at = text.indexOf(':');
  return { kind: text.slice(0, at), name: text.slice(at + 1) };
}

function ruleOf(text: string): object {
  const [verb, what = '', name] = text.split(' ');
  if (what.startsWith('/')) return { verbs: [verb], nonResourceURLs: [what] };
  return { verbs: [verb], apiGroups: [''], resources: [what], ...(name && { resourceNames: [name] }) };
}

const asked = (objects: readonly unknown[], request: object) =>
  evaluateCase(evaluateCaseShape.parse({ name: 'case', objects, request }));

describe('RBAC', () => {
  it.each(cases)('$name', ({ objects, asked: request, by }) => {
    const { verdict, because } = asked(objects.map(written), request);
    expect({ verdict, by: because.map(({ binding }) => binding) }).toEqual({
      verdict: by.length > 0 ? 'allowed' : 'implicit-deny',
      by,
    });
  });

  it('says by which binding, role and rule', () => {
    const objects: Row[] = [
      ['Role', 'shop/view', ['get secrets', 'get pods']],
      ['RoleBinding', 'shop/b', 'Role/view', ['User:ann']],
    ];
    expect(asked(objects.map(written), { user: 'ann', verb: 'get', resource: 'pods', namespace: 'shop' }).because).toEqual([
      {
        binding: 'RoleBinding shop/b',
        role: 'Role shop/view',
        rule: { verbs: ['get'], apiGroups: [''], resources: ['pods'], resourceNames: [], nonResourceURLs: [] },
      },
    ]);
  });
});

describe('objects as kubectl prints them', () => {
  const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name: 'view', namespace: 'shop' } };
  const rules = [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }];
  const binding = {
    kind: 'RoleBinding',
    metadata: { name: 'b', namespace: 'shop' },
    roleRef: { kind: 'Role', name: 'view' },
    subjects: [{ kind: 'User', name: 'ann' }],
  };
  const { kind: _, apiVersion: __, ...untyped } = { ...role, rules };
  const rbac = 'rbac.authorization.k8s.io/v1';

  it.each<[string, object[]]>([
    ['a List', [{ apiVersion: 'v1', kind: 'List', items: [{ ...role, rules }, binding] }]],
    ['a List in a List', [{ kind: 'List', items: [{ kind: 'List', items: [{ ...role, rules }] }, binding] }]],
    ['a list whose items do not say their kind', [{ apiVersion: rbac, kind: 'RoleList', items: [untyped] }, binding]],
    ['empty lists', [{ kind: 'RoleList', items: null }, { kind: 'List', items: [] }, { ...role, rules }, binding]],
    [
      'objects of other kinds',
      [
        { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } },
        { kind: 'ConfigMap', data: 7 },
        { apiVersion: 'iam.example.com/v1', kind: 'Role', metadata: { name: 'view' }, rules: 'all' },
        { apiVersion: rbac, kind: 'Widget' },
        { ...role, rules },
        binding,
      ],
    ],
  ])('takes %s', (_name, objects) => {
    const request = { user: 'ann', verb: 'get', resource: 'pods', namespace: 'shop' };
    expect(asked(objects, request).because.map((one) => one.binding)).toEqual(['RoleBinding shop/b']);
  });
});

it.each([
  [{ kind: 'Role' }, 'objects[0].metadata: '],
  [{ metadata: { name: 'x' } }, 'objects[0]: expected an object with a kind'],
  ['Role', 'objects[0]: expected an object with a kind'],
  [{ kind: 'RoleList', items: {} }, 'objects[0].items: expected a list'],
  [{ kind: 'List', items: [{ kind: 'Pod' }, { kind: 'Role', metadata: {} }] }, 'objects[0].items[1].metadata.name: '],
  [{ apiVersion: 'v1', kind: 'Role', metadata: { name: 'x' } }, 'objects[0].apiVersion: expected rbac.authorization.k8s.io/v1'],
  [{ kind: 'Role', metadata: { name: 'x' }, rules: 'all' }, 'objects[0].rules: '],
  [{ kind: 'RoleBinding', metadata: { name: 'x' } }, 'objects[0].roleRef: '],
])('names what is wrong with %j', (object, message) => {
  expect(() => asked([object], { user: 'ann', verb: 'get', resource: 'pods' })).toThrow(message);
});

it.each([
  [{}, true],
  [{ matchLabels: { a: '1' } }, true],
  [{ matchLabels: { a: '2' } }, false],
  [{ matchLabels: { constructor: '1' } }, false],
  [{ matchExpressions: [{ key: 'a', operator: 'In', values: ['1', '2'] }] }, true],
  [{ matchExpressions: [{ key: 'a', operator: 'NotIn', values: ['1'] }] }, false],
  [{ matchExpressions: [{ key: 'c', operator: 'NotIn', values: ['1'] }] }, true],
  [{ matchExpressions: [{ key: 'b', operator: 'Exists', values: [] }] }, true],
  [{ matchExpressions: [{ key: 'b', operator: 'DoesNotExist', values: [] }] }, false],
] as const)('selector %j: %s', (selector, expected) => {
  expect(selects(selector, { a: '1', b: '' })).toBe(expected);
});
