/** Who changed something last: an owner where nobody is named as one. */
import type { CodeOwner } from './codeowners.ts';

export interface Commit {
  readonly name: string;
  readonly email: string;
  /** Of the account, where GitHub knows it. */
  readonly login?: string;
  /** ISO 8601. */
  readonly at: string;
}

export interface LastChange {
  readonly by: CodeOwner;
  readonly at: string;
}

/** Addresses that GitHub makes up for accounts that hide theirs. https://docs.github.com/account-and-profile/reference/email-addresses-reference */
const HIDDEN_ADDRESS = /^(?:\d+\+)?([\w-]+)@users\.noreply\.github\.com$/i;
const PROGRAM = /\[bot\]|^(?:noreply|no-reply|action|actions)@github\.com$|^(?:renovate|dependabot)\b/i;

/** Of commits, newest first; those of programs tell of no person. Undefined when none is a person's. */
export function lastChange(commits: Iterable<Commit>): LastChange | undefined {
  for (const { name, email, login, at } of commits) {
    if ([name, email, login ?? ''].some((text) => PROGRAM.test(text))) continue;
    const account = login ?? HIDDEN_ADDRESS.exec(email)?.[1];
    if (account !== undefined) return { by: { kind: 'user', name: account }, at };
    if (/^[^@\s]+@[^@\s]+$/.test(email)) return { by: { kind: 'email', name: email.toLowerCase() }, at };
  }
  return undefined;
}
