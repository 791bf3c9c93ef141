import type { Time } from '../../model/entity.ts';
import type { LedgerDraft } from '../../model/ledger.ts';

export const ROLES = ['viewer', 'analyst', 'responder', 'approver', 'admin'] as const;
export type RoleName = (typeof ROLES)[number];

export interface Token {
  readonly id: string;
  readonly name: string;
  readonly role: RoleName;
  /** SHA-256 of the token, hex. The token itself is shown once and never kept. */
  readonly hash: string;
  readonly createdAt: Time;
  readonly expiresAt: Time | null;
}

/** Bearer tokens, by their hashes. */
export interface TokenStore {
  addToken(token: Token, ledger: LedgerDraft): Promise<void>;
  tokenByHash(hash: string): Promise<Token | undefined>;
  tokens(): Promise<Token[]>;
  removeToken(id: string, ledger: LedgerDraft): Promise<boolean>;
}
