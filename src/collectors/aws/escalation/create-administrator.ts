import { ABSENT, type KeyFact, values } from '../../../iam/aws/facts.ts';
import { awsAccount } from '../../../model/keys.ts';
import { both, type Held, rankOf, surer } from '../held.ts';
import type { Principal } from '../principals.ts';
import { anyOf, type Board, type EscalationPath } from './path.ts';

const ADMINISTRATOR = 'arn:aws:iam::aws:policy/AdministratorAccess';

/** The request that an attacker makes: the strongest policy, and no boundary. */
export const STRONGEST: ReadonlyMap<string, KeyFact> = new Map([
  ['iam:policyarn', values(ADMINISTRATOR)],
  ['iam:permissionsboundary', ABSENT],
]);

interface NewIdentity {
  readonly path: string;
  readonly create: string;
  readonly empower: readonly string[];
  /** One of these, to act as it. Empty: a role whose trust policy is chosen when it is made. */
  readonly use: readonly string[];
}

const USER: NewIdentity = {
  path: 'user/probe',
  create: 'iam:CreateUser',
  empower: ['iam:AttachUserPolicy', 'iam:PutUserPolicy'],
  use: ['iam:CreateAccessKey', 'iam:CreateLoginProfile'],
};
const ROLE: NewIdentity = {
  path: 'role/probe',
  create: 'iam:CreateRole',
  empower: ['iam:AttachRolePolicy', 'iam:PutRolePolicy'],
  use: [],
};

/** A new identity with every right and no boundary: the account itself. */
export const createAdministrator: EscalationPath = {
  id: 'create-administrator',
  source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_users_create.html',
  actions: [USER, ROLE].flatMap(({ create, empower, use }) => [create, ...empower, ...use]),
  *find(board, principal) {
    const held = canCreateAdministrator(board, principal);
    if (held) yield { target: awsAccount(principal.account), held, reason: 'a new identity can be made and given every right' };
  },
};

export function canCreateAdministrator(board: Board, principal: Principal): Held | undefined {
  return anyOf([USER, ROLE].map((identity) => canMake(board, principal, identity)));
}

function canMake(board: Board, principal: Principal, { path, create, empower, use }: NewIdentity): Held | undefined {
  if (!board.estate.mentions(principal, create)) return undefined;
  const template = `arn:aws:iam::${principal.account}:${path}`;
  const names = new Set([create, ...empower, ...use].flatMap((action) => board.estate.namesFor(principal, action, template)));
  let found: Held | undefined;
  for (const resource of names) {
    const can = (action: string) => board.can(principal, { action, resource, facts: STRONGEST });
    const parts = [can(create), anyOf(empower.map(can)), use.length > 0 ? anyOf(use.map(can)) : can(create)];
    if (parts.some((part) => part === undefined)) continue;
    found = surer(found, (parts as Held[]).reduce(both));
    if (found && rankOf(found) === 0) break;
  }
  return found;
}
