import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const folder = new URL('../../../src/', import.meta.url);
const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));

it('calls libsql from the one file that checks what it binds', () => {
  const users = sources.filter((name) => /from 'libsql'|import\('libsql'\)/.test(readFileSync(new URL(name, folder), 'utf8')));
  expect(users.map((name) => name.replaceAll('\\', '/'))).toEqual(['stores/sqlite/connection.ts']);
});
