/** One estate in the formats of five sources, made at run time; whole, or without one of its facts. */

import { cloudFiles } from './cloud-files.ts';
import { codeFiles } from './code-files.ts';
import type { Fact } from './facts.ts';

const CONFIGURATION = `clock: "2026-03-14T18:00:00Z"
store: sqlite:./interlock.db
sources:
  - { name: leaks, type: scanner, files: ./reports }
  - { name: code, type: github, files: ./github }
  - { name: cloud, type: aws, files: ./aws }
  - { name: prod, type: kubernetes, files: ./k8s }
  - { name: facts, type: declared, files: ./facts }
window: { days: 30 }
`;

export const DATABASE_USER = 'postgres:orders-db/roles/orders_app';
export const DATABASE_PLACE = 'k8s:prod/data/secrets/orders-db';
export const ACTIONS_SECRET = 'github:northwind/storefront/actions/secrets/PLATFORM_DEPLOY_KEY';
export const DEPLOY_KEY = 'github:northwind/platform/keys/17';

export function estateFiles(missing?: Fact): Record<string, string> {
  const lacks = (fact: Fact): boolean => fact === missing;
  const copies = [
    ...(lacks('the secret is a copy of the deploy key') ? [] : [{ place: ACTIONS_SECRET, credential: DEPLOY_KEY }]),
    ...(lacks('the secret is a copy of the password')
      ? []
      : [{ place: DATABASE_PLACE, credential: `${DATABASE_USER}/password` }]),
  ];
  const facts = {
    entities: [
      { key: DATABASE_USER, owner: 'team/orders', tier: 0 },
      { key: 'owner:team/orders', kind: 'Owner', contact: 'orders@northwind.example' },
    ],
    copies,
  };
  return {
    'interlock.yaml': CONFIGURATION,
    ...codeFiles(lacks),
    ...cloudFiles(lacks),
    'facts/copies.json': JSON.stringify(facts),
  };
}
