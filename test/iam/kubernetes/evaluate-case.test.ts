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

const asked = (objects: readonly object[], request: object) =>
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

it.each([
  [{ kind: 'Role' }, 'objects[0].metadata: '],
  [{ kind: 'Pod', metadata: { name: 'x' } }, 'objects[0].kind: '],
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
