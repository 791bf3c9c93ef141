/**
 * Stands in for a policy that is there and cannot be read: whatever others allow hangs on what it says. So it is neither taken for
 * a policy that denies, nor left out as one that does not.
 */
import type { Json } from '../../model/entity.ts';

/** `name` ends up in the condition that people read. */
export const unreadPolicy = (name: string) =>
  ({
    Version: '2012-10-17',
    Statement: [{ Sid: 'unread', Effect: 'Deny', Principal: '*', Action: '*', Resource: '*', Condition: isDenied(name) }],
  }) satisfies Json;

/** The same for a control policy, which must allow, too. */
export function unreadControl(name: string, { ofResources }: { ofResources: boolean }): Json {
  const all = { Action: '*', Resource: '*', ...(ofResources && { Principal: '*' }) };
  return {
    Version: '2012-10-17',
    Statement: [
      { Sid: 'unread', Effect: 'Allow', ...all },
      { Sid: 'unread-deny', Effect: 'Deny', ...all, Condition: isDenied(name) },
    ],
  };
}

const isDenied = (name: string) => ({ Bool: { [`${name}, which could not be read, denies it:`]: 'true' } });
