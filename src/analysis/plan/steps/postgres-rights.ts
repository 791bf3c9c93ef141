import { grantText, type PostgresTableRights, privilegesOf } from '../../../model/postgres-issue.ts';
import type { SeenUse } from './subject.ts';

interface OwnRights {
  /** Absent: all that the role may. */
  readonly grants?: readonly string[];
  /** For the step's explanation. */
  readonly text: string;
}

const TABLE = /^postgres:[^/]+\/databases\/([^/]+)\/schemas\/([^/]+)\/tables\/([^/]+)$/;

/**
 * Tables and the kind of their use, if all that was seen of the consumers is that. PostgreSQL itself logs no use of tables: without such
 * a log, or with a use that no right of a table covers, the rights stay those of the role.
 */
export function ownRights(role: string, seen: readonly SeenUse[] | undefined): OwnRights {
  const same = (why: string): OwnRights => ({ text: `those of role "${role}", as a member of it: ${why}` });
  if (seen === undefined) return same('which tables each consumer uses was not seen of it alone');
  const uses = seen.filter(({ thing }) => thing.startsWith('postgres:'));
  if (uses.length === 0) return same('no use of a table was seen of it');
  const tables = new Map<string, PostgresTableRights>();
  for (const { thing, actions } of uses) {
    const [, database, schema, table] = TABLE.exec(thing) ?? [];
    const privileges = privilegesOf(actions);
    if (database === undefined || schema === undefined || table === undefined || privileges === undefined)
      return same(`the use of ${thing} (${actions.join(', ') || 'of no known kind'}) is not told by rights on tables`);
    const known = tables.get(thing)?.privileges ?? [];
    tables.set(thing, { database, schema, table, privileges: [...new Set([...known, ...privileges])] });
  }
  const grants = [...tables.values()].map(grantText).sort();
  return { grants, text: `only what was seen used: ${grants.join('; ')}` };
}
