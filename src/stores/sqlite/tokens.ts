import type { Token, TokenStore } from '../../ports/store.ts';
import type { Access } from './access.ts';
import type { Connection } from './connection.ts';
import { append } from './ledger.ts';

export const readTokens = (db: Connection): Token[] =>
  db.all<[string]>('SELECT body FROM token ORDER BY id').map(([body]) => JSON.parse(body) as Token);

export function writeToken(db: Connection, token: Token): void {
  db.run('INSERT INTO token VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING', [token.id, token.hash, JSON.stringify(token)]);
}

function tokenByHash(db: Connection, hash: string): Token | undefined {
  const row = db.get<[string]>('SELECT body FROM token WHERE hash = ?', [hash]);
  return row && (JSON.parse(row[0]) as Token);
}

export const createTokenStore = (access: Access): TokenStore => ({
  addToken: (token, draft) =>
    access.write((db) => {
      writeToken(db, token);
      append(db, draft);
    }),
  tokenByHash: (hash) => access.read((db) => tokenByHash(db, hash)),
  tokens: () => access.read(readTokens),
  removeToken: (id, draft) =>
    access.write((db) => {
      const removed = db.run('DELETE FROM token WHERE id = ?', [id]) === 1;
      if (removed) append(db, draft);
      return removed;
    }),
});
