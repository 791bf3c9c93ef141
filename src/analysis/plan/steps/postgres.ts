/** PostgreSQL roles. Statements: `model/postgres-actions.ts`, which the enforcer runs as they are shown. */
import { MINUTE_MS, SECOND_MS } from '../../../model/durations.ts';
import { postgresRole } from '../../../model/keys.ts';
import {
  POSTGRES_PARAMETERS,
  type PostgresAction,
  type PostgresStep,
  postgresCommands,
  quoteIdentifier,
} from '../../../model/postgres-actions.ts';
import { shellComment } from '../../../model/shell.ts';
import type { Control } from '../input.ts';
import { awaited, instructed, manual } from './manual.ts';
import { nextName } from './next-name.ts';
import { ownName } from './own-name.ts';
import { ownRights } from './postgres-rights.ts';
import type { OwnIssue, OwnProof, Subject, System } from './subject.ts';

const CALL = { callMs: 5 * SECOND_MS, settleMs: 10 * SECOND_MS };

/** The role itself, or the role that a password stands for. */
const roleOf = ({ key, identities }: Subject): string | undefined =>
  [key, ...identities].map((one) => /^postgres:[^/]+\/roles\/([^/]+)$/.exec(one)?.[1]).find((role) => role !== undefined);

function step(subject: Subject, action: PostgresAction, rest: Pick<Control, 'reversibility' | 'probe'>): Control | undefined {
  const role = roleOf(subject);
  const parsed = POSTGRES_PARAMETERS[action].safeParse({ role });
  if (!parsed.success) return undefined;
  const commands = postgresCommands({ action, parameters: parsed.data } as PostgresStep);
  return { ...CALL, action, parameters: parsed.data as Control['parameters'], commands, ...rest };
}

/** A role of its own, which may do what its consumers were seen doing, or works as the shared one. */
function ownRole(subject: Subject, { consumers, seen }: OwnProof): OwnIssue | undefined {
  const role = roleOf(subject);
  const source = [subject.key, ...subject.identities].map((key) => /^postgres:([^/]+)\//.exec(key)?.[1]).find(Boolean);
  if (role === undefined || source === undefined) return undefined;
  const newRole = ownName(role, consumers, MOST_BYTES);
  const { grants, text } = ownRights(role, seen);
  const parsed = POSTGRES_PARAMETERS.issue.safeParse({ role, newRole, ...(grants && { grants }) });
  if (!parsed.success) return undefined;
  const control: Control = {
    ...CALL,
    action: 'issue',
    parameters: parsed.data as Control['parameters'],
    commands: postgresCommands({ action: 'issue', parameters: parsed.data }),
    reversibility: 'R1',
    probe: `role "${newRole}" can log in, and the comment on it names this step`,
  };
  return { control, identity: postgresRole(source, newRole), rights: text, needsOld: grants === undefined, hasNewName: true };
}

const MOST_BYTES = 63;

const STOPPED = 'the role cannot log in (rolcanlogin is false), and two counts of its sessions are 0';

export const postgres: System = {
  ...manual,
  name: 'postgres',
  endsSessions: true,
  carriesRights: true,
  issuesNewName: true,
  save: (subject) =>
    step(subject, 'save', { reversibility: 'R0', probe: 'the sessions that the next step ends are kept with the incident' }),
  contain: (subject) => step(subject, 'quarantine', { reversibility: 'R0', probe: STOPPED }) ?? manual.contain(subject),
  issue(subject, replacement) {
    const role = roleOf(subject);
    if (role === undefined) return manual.issue(subject, replacement);
    const fresh = quoteIdentifier(nextName(role, 63));
    return {
      ...instructed({
        action: 'issue',
        reversibility: 'R0',
        text: '',
        look: 'the new role can log in',
        parameters: { role, newRole: nextName(role, 63) },
      }),
      commands: {
        apply: `CREATE ROLE ${fresh} LOGIN IN ROLE ${quoteIdentifier(role)};\n\\password ${fresh}`,
        inverse: `DROP ROLE ${fresh};`,
        probe: 'SELECT rolname, rolcanlogin FROM pg_roles ORDER BY rolname;',
      },
      callMs: MINUTE_MS,
      settleMs: CALL.settleMs,
    };
  },
  issueOwn: ownRole,
  confirm(subject, replacement) {
    const role = roleOf(subject);
    if (role === undefined) return manual.confirm(subject, replacement);
    const sql =
      'SELECT usename, application_name, client_addr, count(*) FROM pg_stat_activity WHERE usename IS NOT NULL GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;';
    return awaited(subject, replacement, { apply: sql, inverse: '', probe: sql });
  },
  disable: (subject) => step(subject, 'disable', { reversibility: 'R0', probe: STOPPED }) ?? manual.disable(subject),
  /** Who takes over what the role owns is for a person to say, so this is not the enforcer's step. */
  delete(subject) {
    const role = roleOf(subject);
    if (role === undefined) return manual.delete(subject);
    return {
      ...instructed({
        action: 'delete',
        reversibility: 'R2',
        text: '',
        look: 'pg_roles does not list it any more',
        parameters: { role },
      }),
      commands: {
        apply: [
          shellComment(
            'in every database where the role owns or was granted something, give that to another role first:',
          ).replace('#', '--'),
          `REASSIGN OWNED BY ${quoteIdentifier(role)} TO CURRENT_USER;`,
          `DROP OWNED BY ${quoteIdentifier(role)};`,
          `DROP ROLE ${quoteIdentifier(role)};`,
        ].join('\n'),
        inverse: '',
        probe: 'SELECT rolname FROM pg_roles ORDER BY rolname;',
      },
    };
  },
};
