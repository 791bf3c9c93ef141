/** The answers of other tools and of Kubernetes' own tests, on real objects. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { Authorizer, isMeant } from '../../../src/iam/kubernetes/authorizer.ts';
import { type BindingObject, type RoleObject, rbacObject, rbacObjectShape } from '../../../src/iam/kubernetes/objects.ts';
import { type AccessAttributes, type PolicyRule, ruleAllows } from '../../../src/iam/kubernetes/rule.ts';

const FOLDER = '../shared/fixtures/kubernetes';
const isThere = existsSync(FOLDER);
if (!isThere) console.warn(`SKIPPED: public RBAC answers: ${FOLDER} is not there`);

const BLANK: AccessAttributes = { verb: '', apiGroup: '', resource: '', subresource: '', name: '', namespace: '', path: '' };
const filesIn = (folder: string): string[] =>
  isThere ? (readdirSync(path.join(FOLDER, folder), { recursive: true, encoding: 'utf8' }) as string[]) : [];

/** Roles and bindings of all YAML files of a folder. */
function rbacIn(folder: string): (RoleObject | BindingObject)[] {
  const files = filesIn(folder).filter((file) => /\.ya?ml$/.test(file));
  const documents = files.flatMap((file) => parseAllDocuments(readFileSync(path.join(FOLDER, folder, file), 'utf8')));
  return documents.flatMap((document) => {
    const read = rbacObjectShape.safeParse(document.toJS());
    return read.success ? [rbacObject(read.data)] : [];
  });
}

/** `Kind-name` of subjects that may do it, at the place of their binding. */
function allowed(objects: readonly (RoleObject | BindingObject)[], requests: readonly Partial<AccessAttributes>[]): string[] {
  const authorizer = new Authorizer(objects);
  const found = authorizer.bindings.flatMap((binding) =>
    binding.subjects
      .filter((subject) => {
        const requester = {
          user: subject.kind === 'User' ? subject.name : '',
          groups: subject.kind === 'Group' ? [subject.name] : [],
        };
        return (
          isMeant(subject, requester) &&
          requests.some(
            (request) => authorizer.allowances(requester, { ...BLANK, namespace: binding.namespace, ...request }).length > 0,
          )
        );
      })
      .map(({ kind, name }) => `${kind}-${name}`),
  );
  return [...new Set(found)].sort();
}

describe.runIf(isThere)('answers on rules', () => {
  interface Row {
    readonly name: string;
    readonly rule: Partial<PolicyRule>;
    readonly checks: readonly {
      request: { verb: string; group?: string; resource?: string; subresource?: string; url?: string };
      allowed: boolean;
    }[];
  }
  const file = path.join(FOLDER, 'bootstrap-rbac/authorizer_oracle.json');
  const rows: Row[] = isThere ? (JSON.parse(readFileSync(file, 'utf8')) as { rule_matches: Row[] }).rule_matches : [];

  it.each(rows)('of Kubernetes’ own tests: $name', ({ rule, checks }) => {
    const whole = { verbs: [], apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: [], ...rule };
    for (const { request, allowed: expected } of checks) {
      const { group = '', url = '', ...rest } = request;
      expect({ request, allowed: ruleAllows(whole, { ...BLANK, ...rest, apiGroup: group, path: url }) }).toEqual({
        request,
        allowed: expected,
      });
    }
  });
});

const PROBES: Readonly<Record<string, readonly Partial<AccessAttributes>[]>> = {
  'exec-into-container-v1': [{ verb: 'create', resource: 'pods', subresource: 'exec' }],
  'rule-can-list-get-secrets-v1': ['get', 'list', 'watch'].map((verb) => ({ verb, resource: 'secrets' })),
  'rule-list-all-cluster-admins-v1': [{ verb: '*', resource: '*' }],
};

/** It takes `pods/*` for `pods/exec`, which the API server's authorizer does not. */
const DIFFERENT: ReadonlySet<string> = new Set(['exec-into-container-v1/test/clusterrole']);

describe.runIf(isThere)('subjects that the regolibrary expects', () => {
  const folders = filesIn('regolibrary')
    .filter((file) => file.endsWith('expected.json') && Object.hasOwn(PROBES, file.split('/')[0] as string))
    .map((file) => path.dirname(file));

  it.each(folders)('%s', (folder) => {
    const expected = JSON.parse(readFileSync(path.join(FOLDER, 'regolibrary', folder, 'expected.json'), 'utf8')) as {
      alertMessage: string;
    }[];
    const subjects = DIFFERENT.has(folder)
      ? []
      : expected.map(({ alertMessage }) => /^Subject: (\S+)/.exec(alertMessage)?.[1] ?? '').sort();
    const objects = rbacIn(`regolibrary/${folder}/input`);
    expect(objects.length).toBeGreaterThan(1);
    expect(allowed(objects, PROBES[folder.split('/')[0] as string] ?? [])).toEqual(subjects);
  });
});

describe.runIf(isThere)('bindings that checkov fails and passes', () => {
  const resources = 'checkov-rbac/tests/kubernetes/graph/checks/resources';
  const reads = ['get', 'list', 'watch', 'create', 'update'].map((verb) => ({ verb, resource: 'secrets' }));
  const acts = ['users', 'groups', 'serviceaccounts'].map((resource) => ({ verb: 'impersonate', resource }));

  it.each([
    ['ReadAllSecrets', reads],
    ['ImpersonatePermissions', acts],
  ])('%s', (check, requests) => {
    const text = readFileSync(path.join(FOLDER, resources, check, 'expected.yaml'), 'utf8');
    const { pass, fail } = parse(text) as { pass: string[]; fail: string[] };
    for (const [names, expected] of [
      [fail, true],
      [pass, false],
    ] as const)
      for (const name of names)
        expect({ name, grants: grantsAny(rbacIn(`${resources}/${check}`), name, requests) }).toEqual({ name, grants: expected });
  });
});

/** Whether the binding `Kind.namespace.name` grants one of the requests on all names. */
function grantsAny(
  objects: readonly (RoleObject | BindingObject)[],
  id: string,
  requests: readonly Partial<AccessAttributes>[],
): boolean {
  const [kind, namespace = '', name] = id.split('.');
  const authorizer = new Authorizer(objects);
  const binding = authorizer.bindings.find(
    (one) => one.kind === kind && one.name === name && (one.namespace || 'default') === namespace,
  );
  if (!binding) throw new Error(`${id} is not there`);
  const rules = authorizer.rulesOf(binding) ?? [];
  return requests.some((request) =>
    rules.some((rule) => ['', 'v1'].some((apiGroup) => ruleAllows(rule, { ...BLANK, apiGroup, ...request }))),
  );
}
