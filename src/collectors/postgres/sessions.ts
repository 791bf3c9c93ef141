import type { EntityFact, RelationshipFact } from '../../model/entity.ts';
import type { Facts } from '../../model/facts.ts';
import { origin, postgresPassword, postgresRole, postgresSession } from '../../model/keys.ts';
import type { SessionRow } from './catalogue.ts';
import type { RoleCatalogue } from './roles.ts';

export interface SessionCatalogue extends Pick<RoleCatalogue, 'source' | 'roles' | 'passwords'> {
  readonly sessions: readonly SessionRow[];
  readonly seesAddresses: boolean;
  /** Everybody who comes over the network gives a password; undefined when that cannot be read. */
  readonly isPasswordOnly: boolean | undefined;
}

/** Clients that people and scripts use by hand: they name a tool, not a consumer. */
const TOOLS: readonly (readonly [RegExp, string])[] = [
  [/^psql$/i, 'psql'],
  [/^pg_(dump|dumpall|restore|basebackup)$/i, 'pg-tools'],
  [/^pgadmin/i, 'pgadmin'],
  [/^dbeaver/i, 'dbeaver'],
  [/^datagrip/i, 'datagrip'],
  [/^(postgresql jdbc driver|npgsql|pgx|node-postgres)/i, 'driver'],
  [/^$/, 'unknown'],
];

/** The tool's family, or undefined when the name is an application's own. */
export const clientFamily = (application: string): string | undefined =>
  TOOLS.find(([pattern]) => pattern.test(application))?.[1];

/**
 * Sessions as consumers: all sessions of one application, role and address are one Workload. What only names a tool is an Origin: a
 * place of use that no workload explains.
 */
export function sessionFacts(catalogue: SessionCatalogue): Facts {
  const names = new Map(catalogue.roles.map((role) => [role.oid, role.name]));
  const entities = new Map<string, EntityFact>();
  const relationships: RelationshipFact[] = [];
  for (const row of catalogue.sessions) {
    const role = names.get(row.role);
    if (role === undefined) continue;
    const family = clientFamily(row.application);
    const address = addressOf(row, catalogue.seesAddresses);
    const consumer: EntityFact = family === undefined ? workload(catalogue.source, role, row, address) : place(address, family);
    const proof = useOfPassword(catalogue, { consumer: consumer.key, role, row });
    // An Origin is told by what it uses; a Workload also by whom it runs as.
    if (!proof && family !== undefined) continue;
    entities.set(consumer.key, consumer);
    if (proof) relationships.push(proof);
    if (family === undefined) relationships.push(runsAs(catalogue.source, { consumer: consumer.key, role, row }));
  }
  return { entities: [...entities.values()], relationships };
}

function addressOf({ address, over_socket }: SessionRow, seesAddresses: boolean): string {
  if (!seesAddresses) return 'unknown';
  return address ?? (over_socket ? 'local' : 'unknown');
}

const workload = (source: string, role: string, { application }: SessionRow, address: string): EntityFact => ({
  key: postgresSession(source, role, application, address),
  kind: 'Workload',
  name: `${application} at ${address}`,
  provider: 'postgres',
  state: 'active',
  properties: { application, address, role },
});

const place = (address: string, family: string): EntityFact => ({
  key: origin(address, family),
  kind: 'Origin',
  name: `${family} at ${address}`,
  provider: 'postgres',
});

interface Use {
  readonly consumer: string;
  readonly role: string;
  readonly row: SessionRow;
}

const seen = ({ sessions, first, last }: SessionRow): Pick<RelationshipFact, 'uses' | 'firstSeen' | 'lastUsed'> => ({
  uses: sessions,
  ...(first !== null && { firstSeen: first }),
  ...(last !== null && { lastUsed: last }),
});

const runsAs = (source: string, { consumer, role, row }: Use): RelationshipFact => ({
  source: consumer,
  kind: 'RUNS_AS',
  target: postgresRole(source, role),
  basis: 'observed',
  certainty: 'definite',
  reason: `${row.sessions === 1 ? 'a session was' : 'sessions were'} open as ${role}`,
  ...seen(row),
});

/** A session over the network gave the password when pg_hba.conf knows no other way; else it may have come by certificate or trust. */
function useOfPassword(catalogue: SessionCatalogue, { consumer, role, row }: Use): RelationshipFact | undefined {
  const oid = row.role;
  if (catalogue.passwords && !catalogue.passwords.some((password) => password.oid === oid)) return undefined;
  const isSure = catalogue.passwords !== undefined && catalogue.isPasswordOnly === true && row.address !== null;
  return {
    source: consumer,
    kind: 'USES',
    target: postgresPassword(catalogue.source, role),
    basis: 'observed',
    certainty: isSure ? 'definite' : 'possible',
    reason: isSure
      ? 'a session was open, and only a password opens one'
      : 'a session was open; how it proved itself is not visible',
    ...seen(row),
  };
}
