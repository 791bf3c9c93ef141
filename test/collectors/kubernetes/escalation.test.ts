import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { ESCALATION_PATHS } from '../../../src/collectors/kubernetes/escalation/index.ts';
import type { Outcome } from '../../contracts/collecting.ts';
import { collectingObjects, granted, object, type Rule, sampleObjects, yieldsOf } from './sample-cluster.ts';

interface Case {
  readonly name: string;
  /** Granted to the service account shop/app. */
  readonly rules: readonly Rule[];
  /** Granted to the group of all service accounts. */
  readonly groupRules?: readonly Rule[];
  /** In roles that nobody is bound to. */
  readonly looseRules?: readonly Rule[];
  /** Pod Security level by namespace, empty for a namespace without the label; the others were not collected. */
  readonly podSecurity?: Readonly<Record<string, string>>;
  /** Only targets whose key ends so. */
  readonly only?: string;
  readonly yields: readonly string[];
}

const folder = path.join(import.meta.dirname, '../../cases/kubernetes');
const cases: Case[] = JSON.parse(readFileSync(path.join(folder, 'escalation.json'), 'utf8'));
const APP = { kind: 'ServiceAccount', name: 'app', namespace: 'shop' };
const ACCOUNTS = { kind: 'Group', name: 'system:serviceaccounts' };

it.each(cases)('$name', async ({ rules, groupRules = [], looseRules = [], podSecurity = {}, only, yields }) => {
  const namespaces = Object.entries(podSecurity).map(([name, level]) => ({
    ...object('Namespace', name),
    metadata: { name, ...(level && { labels: { 'pod-security.kubernetes.io/enforce': level } }) },
  }));
  const loose = granted(looseRules, APP, 'loose').filter((one) => !('subjects' in one));
  const bound = [...granted(rules, APP, 'own'), ...granted(groupRules, ACCOUNTS, 'group')];
  const objects = [...sampleObjects(), ...namespaces, ...loose, ...bound];
  const found = await collectingObjects(objects);
  expect(found.errors).toEqual([]);
  const said = yieldsOf(found, 'k8s:test/shop/serviceaccounts/app');
  expect(only ? said.filter((one) => one.split(' ')[1]?.endsWith(only)) : said).toEqual([...yields].sort());
});

it('says by which binding and role a grant is had, and why it gives what it gives', async () => {
  const rules = [{ in: 'shop', verbs: ['get'], apiGroups: [''], resources: ['secrets'] }];
  const { relationships } = await collectingObjects([...sampleObjects(), ...granted(rules, APP, 'own')]);
  const [grant] = relationships.filter(({ kind, source }) => kind === 'HAS_GRANT' && source.endsWith('/app'));
  expect(grant?.reason).toBe('RoleBinding shop/own-0 (Role own-0)');
  expect(relationships.find(({ source }) => source === grant?.target)?.reason).toBe('may get, list or watch Secrets');
});

it('shares a Permission among all who have the same power, and leaves to a group what is the group’s', async () => {
  const rules = [{ in: 'shop', verbs: ['get'], apiGroups: [''], resources: ['secrets'] }];
  const other = { kind: 'ServiceAccount', name: 'other', namespace: 'shop' };
  const objects = [
    ...sampleObjects(),
    ...granted(rules, APP, 'a'),
    ...granted(rules, other, 'b'),
    ...granted(rules, { kind: 'User', name: 'eve' }, 'c'),
  ];
  const alone = await collectingObjects(objects);
  const byRoles = ({ relationships }: Outcome) =>
    relationships.filter(({ kind, source }) => kind === 'HAS_GRANT' && !/system:(masters$|node:)/.test(source));
  const grants = byRoles(alone);
  expect(grants.map(({ source }) => source.slice(source.lastIndexOf('/') + 1)).sort()).toEqual(['app', 'eve', 'other']);
  expect(new Set(grants.map(({ target }) => target)).size).toBe(1);
  const inGroup = await collectingObjects([...objects, ...granted(rules, ACCOUNTS, 'd')]);
  const left = byRoles(inGroup);
  expect(left.map(({ source }) => source.slice(source.lastIndexOf('/') + 1)).sort()).toEqual(['eve', 'system:serviceaccounts']);
});

it('registers every path that is written, once, under a name of its own', async () => {
  const written = path.join(import.meta.dirname, '../../../src/collectors/kubernetes/escalation');
  const files = readdirSync(written).filter((file) => /^[a-z-]+\.ts$/.test(file) && file !== 'index.ts');
  const modules = await Promise.all(files.map((file) => import(path.join(written, file)) as Promise<object>));
  const paths = modules
    .flatMap((module) => Object.values(module) as unknown[])
    .filter((value) => Object.hasOwn(Object(value), 'powers'));
  expect(new Set(ESCALATION_PATHS)).toEqual(new Set(paths));
  expect(new Set(ESCALATION_PATHS.map(({ id }) => id)).size).toBe(paths.length);
});
