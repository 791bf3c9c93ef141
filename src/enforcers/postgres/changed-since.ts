import type { PostgresRoleBefore, PostgresStep } from '../../model/postgres-actions.ts';
import { postgresTime } from '../../model/postgres-time.ts';
import { handedOut } from '../hand-out/hand-out.ts';
import { type RoleNow, readRole, readVerifier } from './role.ts';
import { isOurVerifier, isVerifierOf } from './rotation.ts';
import type { PostgresSession } from './session.ts';

/** What somebody set after the step, which its inverse would undo; undefined where nothing is to be seen. */
export async function changedSince(
  session: PostgresSession,
  step: PostgresStep,
  before: PostgresRoleBefore,
): Promise<string | undefined> {
  const now = await readRole(session, step.parameters.role);
  if (!now) return undefined;
  switch (step.action) {
    case 'reduce':
      return isAsLeft(now.connectionLimit, before.connectionLimit, step.parameters.connectionLimit)
        ? undefined
        : `the connection limit of "${step.parameters.role}" (${now.connectionLimit})`;
    case 'shorten':
      return isAsLeft(timeOf(now.validUntil), timeOf(before.validUntil), Date.parse(step.parameters.validUntil))
        ? undefined
        : `the end of the password of "${step.parameters.role}" (${now.validUntil ?? 'none'})`;
    case 'rotate':
      return (await isPasswordAsLeft(await readVerifier(session, step.parameters.role), step, before))
        ? undefined
        : `the password of "${step.parameters.role}"`;
    default:
      return undefined;
  }
}

const timeOf = (text: RoleNow['validUntil'] | undefined): number => (text ? postgresTime(text) : Infinity);

const isAsLeft = (now: number, ...known: readonly (number | undefined)[]): boolean => known.includes(now);

/** Also one that another step of ours made since: they share a hold. */
async function isPasswordAsLeft(
  now: string | null,
  { parameters: { handTo } }: PostgresStep & { action: 'rotate' },
  { verifier }: PostgresRoleBefore,
): Promise<boolean> {
  if (now === verifier) return true;
  if (now === null) return false;
  if (isOurVerifier(now)) return true;
  const handed = handTo === undefined ? undefined : await handedOut(handTo);
  return handed !== undefined && isVerifierOf(now, handed);
}
