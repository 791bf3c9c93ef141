import { expect, it } from 'vitest';
import type { MembershipRow, RoleRow } from '../../../src/collectors/postgres/catalogue.ts';
import { postgresCollector } from '../../../src/collectors/postgres/collector.ts';
import { powerFacts } from '../../../src/collectors/postgres/powers.ts';
import { type RoleCatalogue, roleFacts, serverTime } from '../../../src/collectors/postgres/roles.ts';
import { clientFamily } from '../../../src/collectors/postgres/sessions.ts';
import { EVERY_SCOPE } from '../../../src/model/collection.ts';
import { collecting } from '../../contracts/collecting.ts';

const plain: RoleRow = {
  oid: 0,
  name: '',
  super: false,
  inherit: true,
  create_role: false,
  create_db: false,
  login: true,
  replication: false,
  bypass_rls: false,
  limit: -1,
  until: null,
};

const maker = { ...plain, oid: 1, name: 'maker', create_role: true };
const app = { ...plain, oid: 2, name: 'app' };
const root = { ...plain, oid: 3, name: 'root', super: true };
const shell = { ...plain, oid: 4, name: 'pg_execute_server_program', login: false };

const catalogue = (version: number, memberships: readonly MembershipRow[] = []): RoleCatalogue => ({
  source: 'db',
  version,
  now: new Date('2026-01-15T12:00:00.000Z'),
  roles: [maker, app, root, shell],
  memberships,
  passwords: [],
});

const controlledBy = (facts: ReturnType<typeof powerFacts>, role: string): string[] => {
  const permissions = facts.relationships.filter((e) => e.kind === 'HAS_GRANT' && e.source === `postgres:db/roles/${role}`);
  return facts.relationships
    .filter((e) => e.kind === 'CAN_CONTROL' && permissions.some((p) => p.target === e.source))
    .map((e) => e.target)
    .sort();
};

it('lets CREATEROLE take every role but superusers before PostgreSQL 16, the server roles included', () => {
  expect(controlledBy(powerFacts(catalogue(150000)), 'maker')).toEqual([
    'postgres:db/roles/app',
    'postgres:db/roles/pg_execute_server_program',
  ]);
});

it('lets CREATEROLE take only what it administers from PostgreSQL 16 on', () => {
  const admin = { role: 2, member: 1, admin: true, inherit: false, set: false };
  expect(controlledBy(powerFacts(catalogue(160000)), 'maker')).toEqual([]);
  expect(controlledBy(powerFacts(catalogue(160000, [admin])), 'maker')).toEqual(['postgres:db/roles/app']);
});

it('gives superusers and the server roles control of the cluster, with a reason', () => {
  const facts = powerFacts(catalogue(150000));
  expect(controlledBy(facts, 'root')).toEqual(['postgres:db']);
  expect(controlledBy(facts, 'pg_execute_server_program')).toEqual(['postgres:db']);
  expect(facts.relationships.filter((e) => e.kind === 'CAN_CONTROL' && !e.reason)).toEqual([]);
});

it('draws no membership for one that gives neither rights nor SET ROLE', () => {
  const empty = { role: 4, member: 2, admin: true, inherit: false, set: false };
  const edges = roleFacts(catalogue(160000, [empty])).relationships.filter(
    (e) => e.target === 'postgres:db/roles/pg_execute_server_program',
  );
  expect(edges.map((e) => e.kind)).toEqual(['CONTAINS']);
});

it.each([
  ['2026-01-01 00:00:00+00', '2026-01-01T00:00:00.000Z'],
  ['2026-01-01 00:00:00.5+00', '2026-01-01T00:00:00.500Z'],
  ['infinity', undefined],
  [null, undefined],
])('reads the server time %s', (text, time) => {
  expect(serverTime(text)).toBe(time);
});

it('tells tools and nameless clients from applications', () => {
  expect(['psql', 'DBeaver 24 - Main', 'PostgreSQL JDBC Driver', '', 'invoicing'].map(clientFamily)).toEqual([
    'psql',
    'dbeaver',
    'driver',
    'unknown',
    undefined,
  ]);
});

it('names the server and the database that cannot be reached, never the password, and calls every scope partial', async () => {
  const password = ['not', 'for', 'logs'].join('-');
  const settings = { live: { url: `postgres://app:${password}@127.0.0.1:1/shop` } };
  const found = await collecting(postgresCollector, settings);
  expect(found.errors[0]).toContain('127.0.0.1:1/shop');
  expect(found.scopes).toMatchObject([{ scope: EVERY_SCOPE, coverage: 'partial' }]);
  expect(JSON.stringify(found.said)).not.toContain(password);
});
