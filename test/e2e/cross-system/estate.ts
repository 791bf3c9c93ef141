/** One estate in the formats of five sources, made at run time; whole, or without one of its facts. */

import { cloudFiles } from './cloud-files.ts';
import { codeFiles } from './code-files.ts';
import type { Fact } from './facts.ts';

const configuration = ({ live }: Database): string => `clock: "2026-03-14T18:00:00Z"
store: sqlite:./interlock.db
sources:
  - { name: leaks, type: scanner, files: ./reports }
  - { name: code, type: github, files: ./github }
  - { name: cloud, type: aws, files: ./aws }
  - { name: prod, type: kubernetes, files: ./k8s }
  - { name: facts, type: declared, files: ./facts }
${live ? '  - { name: orders-db, type: postgres, live: { url: "${PG_URL}" } }\n' : ''}window: { days: 30 }
`;

export interface Database {
  readonly role: string;
  /** PG_URL is a server that is asked; else what people say of it is all. */
  readonly live: boolean;
}

export const databaseUser = (role: string): string => `postgres:orders-db/roles/${role}`;
export const DATABASE_USER = databaseUser('orders_app');
export const DATABASE_PLACE = 'k8s:prod/data/secrets/orders-db';
export const ACTIONS_SECRET = 'github:northwind/storefront/actions/secrets/PLATFORM_DEPLOY_KEY';
export const DEPLOY_KEY = 'github:northwind/platform/keys/17';

export function estateFiles(missing?: Fact, database: Database = { role: 'orders_app', live: false }): Record<string, string> {
  const user = databaseUser(database.role);
  const lacks = (fact: Fact): boolean => fact === missing;
  const copies = [
    ...(lacks('the secret is a copy of the deploy key') ? [] : [{ place: ACTIONS_SECRET, credential: DEPLOY_KEY }]),
    ...(lacks('the secret is a copy of the password') ? [] : [{ place: DATABASE_PLACE, credential: `${user}/password` }]),
  ];
  const facts = {
    entities: [
      { key: user, owner: 'team/orders', tier: 0 },
      { key: 'owner:team/orders', kind: 'Owner', contact: 'orders@northwind.example' },
    ],
    copies,
  };
  return {
    'interlock.yaml': configuration(database),
    ...codeFiles(lacks),
    ...cloudFiles(lacks),
    'facts/copies.json': JSON.stringify(facts),
  };
}
