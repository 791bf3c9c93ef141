/**
 * What each role may do, decided where everything that must hold together is known: a table is read by whom SELECT on it, USAGE on its
 * schema and CONNECT to its database come together, be it from the role itself, from what it inherits, or from PUBLIC.
 * https://www.postgresql.org/docs/current/ddl-priv.html
 *
 *     role ──HAS_GRANT──► Permission (one for all roles with the same rights) ──CAN_READ──► table
 *
 * A role's own Permission holds what none of those that it is a member of gives already. Cost: roles × things granted.
 */
import type { EntityFact, RelationshipFact } from '../../model/entity.ts';
import { entitled, type Facts } from '../../model/facts.ts';
import {
  postgresCluster,
  postgresDatabase,
  postgresPublic,
  postgresRole,
  postgresSchema,
  postgresTable,
} from '../../model/keys.ts';
import type { Level } from '../../model/kinds.ts';
import { canonicalJson, sha256 } from '../../model/ledger.ts';
import type { DatabaseRow, Grant, SchemaRow, TableRow } from './catalogue.ts';
import { givesRights, type RoleCatalogue } from './roles.ts';

export interface DataCatalogue extends RoleCatalogue {
  /** The connected one: its schemas and tables are known. */
  readonly database: string;
  readonly databases: readonly DatabaseRow[];
  readonly schemas: readonly SchemaRow[];
  readonly tables: readonly TableRow[];
}

export interface Right {
  readonly target: string;
  readonly level: Level;
  /** Required for `control`. */
  readonly reason?: string;
  /** A gate that only a caller's place or request decides; such a right is `conditional`. */
  readonly condition?: string;
}

const PUBLIC = 0;
const CAN = { read: 'CAN_READ', put: 'CAN_PUT', write: 'CAN_WRITE', control: 'CAN_CONTROL' } as const;

/** Databases, schemas and tables as Resources, and who may do what with them. */
export function dataFacts(catalogue: DataCatalogue): Facts {
  const holders = inheritedBy(catalogue);
  const rights = new Map([...holders].map(([oid, closure]) => [oid, dataRights(catalogue, closure)]));
  const own = new Map([...rights].map(([oid, all]) => [oid, withoutInherited(all, oid, { catalogue, rights })]));
  const granted = grantFacts(catalogue, own);
  return {
    entities: [...resources(catalogue), ...granted.entities],
    relationships: [...contains(catalogue), ...granted.relationships],
  };
}

function resources({ source, database, databases, schemas, tables }: DataCatalogue): EntityFact[] {
  const resource = (key: string, name: string, properties: EntityFact['properties']): EntityFact => ({
    key,
    kind: 'Resource',
    name,
    provider: 'postgres',
    state: 'active',
    ...(properties && { properties }),
  });
  return [
    ...databases.map(({ name }) => resource(postgresDatabase(source, name), name, { type: 'database' })),
    ...schemas.map(({ name }) => resource(postgresSchema(source, database, name), `${database}.${name}`, { type: 'schema' })),
    ...tables.map(({ schema, name, type, row_security }) =>
      resource(postgresTable(source, database, schema, name), `${database}.${schema}.${name}`, {
        type,
        rowSecurity: row_security,
      }),
    ),
  ];
}

function contains({ source, database, databases, schemas, tables }: DataCatalogue): RelationshipFact[] {
  const cluster = postgresCluster(source);
  return [
    ...databases.map(({ name }) => postgresDatabase(source, name)),
    ...schemas.map(({ name }) => postgresSchema(source, database, name)),
    ...tables.map(({ schema, name }) => postgresTable(source, database, schema, name)),
  ].map((key) => entitled(cluster, 'CONTAINS', key));
}

/** Each role with all whose rights it has without SET ROLE, itself and PUBLIC among them. */
function inheritedBy({ roles, memberships, databases, database }: DataCatalogue): Map<number, ReadonlySet<number>> {
  const byOid = new Map(roles.map((role) => [role.oid, role]));
  const parents = new Map<number, number[]>();
  const add = (member: number, role: number): void => void parents.set(member, [...(parents.get(member) ?? []), role]);
  for (const { role, member, inherit } of memberships) if (inherit ?? byOid.get(member)?.inherit) add(member, role);
  // The owner of the connected database is a member of pg_database_owner without being listed as one.
  const owner = databases.find(({ name }) => name === database)?.owner;
  const ownerRole = roles.find(({ name }) => name === 'pg_database_owner');
  if (owner !== undefined && ownerRole) add(owner, ownerRole.oid);
  const closures = new Map<number, ReadonlySet<number>>([[PUBLIC, new Set([PUBLIC])]]);
  for (const { oid } of roles) {
    const seen = new Set([oid, PUBLIC]);
    const queue = [oid];
    for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
      for (const parent of parents.get(at) ?? []) {
        if (seen.has(parent)) continue;
        seen.add(parent);
        queue.push(parent);
      }
    }
    closures.set(oid, seen);
  }
  return closures;
}

function dataRights(catalogue: DataCatalogue, holders: ReadonlySet<number>): Right[] {
  const { source, database, databases, schemas, tables, roles } = catalogue;
  const has = (grants: readonly Grant[], privilege: string): boolean =>
    grants.some(({ grantee, privileges }) => holders.has(Number(grantee)) && privileges.includes(privilege));
  const named = (name: string): boolean => roles.some((role) => role.name === name && holders.has(role.oid));
  const ownerName = (oid: number): string => roles.find((role) => role.oid === oid)?.name ?? String(oid);
  const rights: Right[] = [];
  const owned = (target: string, what: string, owner: number): void => {
    if (holders.has(owner)) rights.push({ target, level: 'control', reason: `owner of ${what}: ${ownerName(owner)}` });
  };
  for (const { name, owner, grants } of databases) {
    const target = postgresDatabase(source, name);
    owned(target, `database ${name}`, owner);
    if (has(grants, 'CREATE') && !holders.has(owner)) rights.push({ target, level: 'put' });
  }
  const connected = databases.find(({ name }) => name === database);
  if (!connected || !has(connected.grants, 'CONNECT')) return rights;
  const readsAll = named('pg_read_all_data');
  const writesAll = named('pg_write_all_data');
  const usable = new Set<string>();
  for (const { name, owner, grants } of schemas) {
    if (has(grants, 'USAGE') || readsAll || writesAll) usable.add(name);
    const target = postgresSchema(source, database, name);
    owned(target, `schema ${name}`, owner);
    if (has(grants, 'CREATE') && !holders.has(owner)) rights.push({ target, level: 'put' });
  }
  for (const table of tables) {
    if (!usable.has(table.schema)) continue;
    const target = postgresTable(source, database, table.schema, table.name);
    owned(target, `${table.type} ${table.schema}.${table.name}`, table.owner);
    const may = (privilege: string): boolean => has(table.grants, privilege) || has(table.column_grants, privilege);
    const reads = readsAll || may('SELECT');
    const puts = writesAll || ['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE'].some(may);
    const level = reads && puts ? 'write' : puts ? 'put' : reads ? 'read' : undefined;
    if (level && !holders.has(table.owner)) rights.push({ target, level });
  }
  return rights;
}

interface Rights {
  readonly catalogue: DataCatalogue;
  readonly rights: ReadonlyMap<number, readonly Right[]>;
}

/** Without what PUBLIC and the roles that it is directly a member of have for themselves. */
function withoutInherited(all: readonly Right[], oid: number, { catalogue, rights }: Rights): Right[] {
  if (oid === PUBLIC) return [...all];
  const parents = catalogue.memberships.filter((m) => m.member === oid && givesRights(m)).map((m) => m.role);
  const given = new Set(
    [PUBLIC, ...parents].flatMap((parent) => (rights.get(parent) ?? []).map(({ target, level }) => `${level} ${target}`)),
  );
  return all.filter(({ target, level }) => !given.has(`${level} ${target}`));
}

/** One Permission for all holders of the same rights. */
export function grantFacts(
  { source, roles }: Pick<RoleCatalogue, 'source' | 'roles'>,
  rights: ReadonlyMap<number, readonly Right[]>,
): Facts {
  const names = new Map(roles.map((role) => [role.oid, postgresRole(source, role.name)]));
  names.set(PUBLIC, postgresPublic(source));
  const entities = new Map<string, EntityFact>();
  const relationships: RelationshipFact[] = [];
  for (const [oid, held] of rights) {
    const holder = names.get(oid);
    if (held.length === 0 || holder === undefined) continue;
    const key = `postgres:${source}/permissions/${sha256(canonicalJson([...held].sort(byTarget))).slice(0, 32)}`;
    if (!entities.has(key)) {
      entities.set(key, { key, kind: 'Permission', name: permissionName(held), provider: 'postgres' });
      for (const right of held) relationships.push(rightFact(key, right));
    }
    relationships.push(entitled(holder, 'HAS_GRANT', key));
  }
  return { entities: [...entities.values()], relationships };
}

function rightFact(permission: string, { target, level, reason, condition }: Right): RelationshipFact {
  return {
    ...entitled(permission, CAN[level], target),
    ...(reason !== undefined && { reason }),
    ...(condition !== undefined && { certainty: 'conditional', condition, conditionClass: 'position' }),
  };
}

const byTarget = (a: Right, b: Right): number =>
  a.target < b.target ? -1 : a.target > b.target ? 1 : a.level < b.level ? -1 : 1;

function permissionName(rights: readonly Right[]): string {
  const counts = (['control', 'write', 'put', 'read'] as const)
    .map((level) => [level, rights.filter((right) => right.level === level).length] as const)
    .filter(([, n]) => n > 0);
  return counts.map(([level, n]) => `${level} ${n}`).join(', ');
}
