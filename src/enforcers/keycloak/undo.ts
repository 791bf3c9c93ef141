import { RefusedError } from '../../model/errors.ts';
import { deedOf, LIFESPAN } from '../../model/keycloak-actions.ts';
import { handedOut, takeBack } from '../hand-out/hand-out.ts';
import { type Doing, update } from './apply.ts';
import type { Before } from './before.ts';
import { fingerprintOf } from './fingerprint.ts';
import { changeMappings } from './role-mappings.ts';
import { accountOf } from './thing.ts';

export interface Undoing extends Doing {
  /** What the step's calls left. */
  readonly traces: readonly string[];
}

/** Brings back what `before` says. */
export async function undoStep(parts: Undoing, before: Before): Promise<string[]> {
  const { step, thing, admin, signal } = parts;
  const deed = deedOf(step);
  if (deed.does === 'delete') throw new RefusedError(`${thing.words}: a deleted client cannot be brought back`);
  if (deed.does === 'cut' && thing.kind === 'client')
    throw new RefusedError(
      `the not-before of ${thing.words} stays: an earlier one would give stolen tokens their force again, and nobody needs it: tokens issued since are taken`,
    );
  if (before.id !== undefined && before.id !== thing.now.id)
    throw new RefusedError(`${thing.words} was deleted and made anew by somebody since: what was saved is of another`);
  if (deed.does === 'unmap') {
    const account = await accountOf(parts, thing);
    const roles = before.roles ?? [];
    if (account !== undefined && roles.length > 0) await changeMappings(parts, 'POST', { account, realm: thing.realm, roles });
    return roles.map((key) => `${thing.words} has ${key} again`);
  }
  const { enabled, secret, attributes } = before;
  const change = {
    ...(enabled !== undefined && { enabled }),
    ...(secret !== undefined && { secret }),
    // An empty attribute is none.
    ...(attributes && { attributes: Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, value ?? ''])) }),
  };
  if (Object.keys(change).length === 0) return ['nothing was there to bring back'];
  await mustBeOurs(parts, before);
  await update({ admin, signal, thing }, change);
  if (deed.does === 'rotate' && deed.handTo !== undefined) await takeBack(deed.handTo);
  return [`${thing.words}: ${Object.keys(change).sort().join(', ')} as before`];
}

/** What somebody set after the step is not undone with it, where it can be told from what the step set. */
async function mustBeOurs({ step, thing, traces }: Undoing, before: Before): Promise<void> {
  if (thing.kind !== 'client') return;
  const deed = deedOf(step);
  const { secret } = thing.now;
  const attribute = (name: string): string | null => thing.now.attributes?.[name] || null;
  const changed = (what: string): RefusedError =>
    new RefusedError(`${what} of ${thing.words} was changed by somebody since: what was saved is not put over it`);
  switch (deed.does) {
    case 'shorten':
      if (![String(deed.seconds), before.attributes?.[LIFESPAN] ?? null].includes(attribute(LIFESPAN)))
        throw changed('the access token lifespan');
      return;
    case 'rotate': {
      const handed = deed.handTo === undefined ? undefined : await handedOut(deed.handTo);
      const isOurs = secret === before.secret || secret === handed || (secret && traces.includes(fingerprintOf(secret)));
      if (!isOurs) throw changed('the secret');
      return;
    }
    // The former secret is the one that was saved: exactly one was made since, and that by the step.
    case 'issue':
      if (secret !== before.secret && attribute(ROTATED) !== before.secret) throw changed('the secret');
      return;
    case 'end-rotated':
      if (![null, before.attributes?.[ROTATED] ?? null].includes(attribute(ROTATED))) throw changed('the former secret');
      return;
    default:
  }
}

const ROTATED = 'client.secret.rotated';
