/**
 * GitHub Apps that are installed, and tokens that people let loose on the organisation: rights with a ceiling.
 *
 *     app ───────HAS_GRANT─► its installation ─CAN_…─► repositories
 *     token ─ACTS_FOR─► user
 *       └────HAS_GRANT─► what the user may do and the token too ─CAN_…─► repositories
 */
import {
  capped,
  type RepositoryRight,
  rightsOfPermissions,
  rightsOfScopes,
  type TokenRights,
} from '../../../iam/github/token-rights.ts';
import type { EntityFact } from '../../../model/entity.ts';
import type { Certainty, State } from '../../../model/kinds.ts';
import { eventTime } from '../../files/event-time.ts';
import * as shapes from '../answers/shapes.ts';
import { addUser, grantControl, type OrganisationFacts } from './people.ts';
import type { RepositoryView } from './repository-view.ts';

const ORG = '/orgs/{org}';

export interface TokenHolders extends OrganisationFacts {
  readonly repositories: readonly RepositoryView[];
  readonly now: Date;
}

export function addApplications(to: TokenHolders): void {
  const { answers, login } = to.organisation;
  for (const installation of answers.all(shapes.installation, `${ORG}/installations`, login) ?? [])
    addInstallation(to, installation);
  for (const grant of answers.all(shapes.tokenGrant, `${ORG}/personal-access-tokens`, login) ?? []) addFineGrained(to, grant);
  for (const request of answers.all(shapes.tokenGrant, `${ORG}/personal-access-token-requests`, login) ?? [])
    addToken(to, request, 'requested');
  for (const one of answers.all(shapes.credentialAuthorization, `${ORG}/credential-authorizations`, login) ?? [])
    addAuthorization(to, one);
}

/** An app is an identity of its own: its installation is a right, not a proof. */
function addInstallation(to: TokenHolders, answer: shapes.InstallationAnswer): void {
  const { facts, keys, organisation } = to;
  const isSuspended = answer.suspended_at != null;
  const app = facts.entity({
    key: keys.app(answer.app_slug),
    kind: 'ServiceAccount',
    name: answer.app_slug,
    provider: 'github',
    state: isSuspended ? 'inactive' : 'active',
    properties: {
      installation: String(answer.id),
      permissions: answer.permissions ?? {},
      repositorySelection: answer.repository_selection ?? 'unknown',
    },
  });
  const permission = facts.entity({
    key: keys.installation(organisation.login, String(answer.id)),
    kind: 'Permission',
    name: `${answer.app_slug} in ${organisation.login}`,
    provider: 'github',
    properties: { permissions: answer.permissions ?? {} },
  });
  const reason = `${answer.app_slug} is installed in ${organisation.login}`;
  facts.relationship({ source: app, kind: 'HAS_GRANT', target: permission, basis: 'entitled', certainty: 'definite', reason });
  const rights = rightsOfPermissions(answer.permissions ?? {});
  // Which repositories were selected, only the app itself is told.
  const isSure = answer.repository_selection === 'all';
  for (const repository of to.repositories) {
    const right =
      repository.about.archived && rights.repository !== 'none' ? 'read' : capped(to.organisation.role('admin'), rights);
    addRight(to, { permission, repository, right, because: rights.because, certainty: isSure ? 'definite' : 'possible' });
  }
  if (rights.managesMembers) addMemberPower(to, permission, rights);
}

/** Whoever may change memberships may make an account of their own an owner. */
function addMemberPower({ facts, keys, organisation }: TokenHolders, permission: string, { because }: TokenRights): void {
  facts.entity({ key: keys.org(organisation.login), kind: 'Scope', name: organisation.login, provider: 'github', stub: true });
  facts.relationship({
    source: permission,
    kind: 'CAN_CONTROL',
    target: keys.org(organisation.login),
    basis: 'inferred',
    certainty: 'possible',
    reason: `members: write may make another account an owner (${because})`,
  });
}

interface NewRight {
  readonly permission: string;
  readonly repository: RepositoryView;
  readonly right: RepositoryRight;
  readonly because: string;
  readonly certainty: Certainty;
}

const KINDS = { read: 'CAN_READ', write: 'CAN_WRITE', control: 'CAN_CONTROL' } as const;

/** Without the permission to change workflows, what is written is everything else; jobs may run it all the same. */
function addRight({ facts, keys }: TokenHolders, { permission, repository, right, because, certainty }: NewRight): void {
  if (right === 'none') return;
  const { name } = repository;
  const target = facts.entity({ key: keys.repository(name), kind: 'Repository', name, provider: 'github', stub: true });
  const said = { basis: 'entitled', certainty, reason: because } as const;
  if (right !== 'content') {
    facts.relationship({ source: permission, kind: KINDS[right], target, ...said });
    return;
  }
  facts.relationship({ source: permission, kind: 'CAN_READ', target, ...said });
  const contents = facts.entity({
    key: keys.contents(name),
    kind: 'Resource',
    name: `${name} without its workflow files`,
    provider: 'github',
    stub: true,
  });
  facts.relationship({ source: permission, kind: 'CAN_WRITE', target: contents, ...said });
}

function addToken(to: TokenHolders, answer: shapes.TokenGrantAnswer, access: 'granted' | 'requested'): string {
  const { facts, keys, now } = to;
  const expiresAt = eventTime(answer.token_expires_at);
  const lastUsed = eventTime(answer.token_last_used_at);
  const key = facts.entity({
    key:
      answer.token_id === undefined
        ? keys.credentialAuthorization(to.organisation.login, `grant-${answer.id}`)
        : keys.token(String(answer.token_id)),
    kind: 'Credential',
    name: answer.token_name || `token of ${answer.owner.login}`,
    provider: 'github',
    state: stateAt(expiresAt, now, answer.token_expired === true),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    properties: {
      type: 'fine-grained personal access token',
      access,
      ...(lastUsed === undefined ? {} : { lastUsed }),
      permissions: answer.permissions?.repository ?? {},
      organisationPermissions: answer.permissions?.organization ?? {},
    },
  });
  actsFor(to, key, answer.owner.login, 'the token acts for its owner, within its own permissions');
  return key;
}

function stateAt(expiresAt: string | undefined, now: Date, isExpired: boolean): State {
  return isExpired || (expiresAt !== undefined && Date.parse(expiresAt) <= now.getTime()) ? 'expired' : 'active';
}

function actsFor(to: TokenHolders, credential: string, login: string, reason: string): void {
  to.facts.relationship({
    source: credential,
    kind: 'ACTS_FOR',
    target: addUser(to, login),
    basis: 'declared',
    certainty: 'definite',
    reason,
  });
}

function addFineGrained(to: TokenHolders, answer: shapes.TokenGrantAnswer): void {
  const credential = addToken(to, answer, 'granted');
  const rights = rightsOfPermissions(answer.permissions?.repository ?? {});
  const organisation = rightsOfPermissions(answer.permissions?.organization ?? {});
  const selection = answer.repository_selection ?? 'unknown';
  const selected = selectedRepositories(to, String(answer.id));
  addCeiling(to, credential, answer.owner.login, {
    rightsIn: () => rights,
    covers: (name) =>
      selection === 'all'
        ? 'definite'
        : selection === 'none'
          ? undefined
          : selected
            ? selected.has(name.toLowerCase())
              ? 'definite'
              : undefined
            : 'possible',
    overOrganisation: organisation.managesMembers ? { ...organisation, administersOrganisation: false } : undefined,
  });
}

function selectedRepositories({ organisation }: TokenHolders, grant: string): Set<string> | undefined {
  const pages = organisation.answers.pages(
    shapes.repository,
    `${ORG}/personal-access-tokens/{grant}/repositories`,
    organisation.login,
  );
  const own = pages.filter(({ parameters }) => parameters['grant'] === grant);
  return own.length === 0 ? undefined : new Set(own.flatMap(({ items }) => items.map((item) => item.full_name.toLowerCase())));
}

interface Ceiling {
  readonly rightsIn: (repository: RepositoryView) => TokenRights;
  /** How surely the token is for a repository. */
  readonly covers: (repository: string) => Certainty | undefined;
  readonly overOrganisation: TokenRights | undefined;
}

/** What the owner may do and the token lets them: a right of its own, computed anew at each collection. */
function addCeiling(to: TokenHolders, credential: string, login: string, ceiling: Ceiling): void {
  const { facts, keys, organisation } = to;
  const permission = facts.entity({
    key: keys.grantOf(credential),
    kind: 'Permission',
    name: `what a token of ${login} may do`,
    provider: 'github',
  });
  facts.relationship({
    source: credential,
    kind: 'HAS_GRANT',
    target: permission,
    basis: 'entitled',
    certainty: 'definite',
    reason: `the rights of ${login} within the token's own`,
  });
  for (const repository of to.repositories) {
    const certainty = ceiling.covers(repository.name);
    if (!certainty) continue;
    const rights = ceiling.rightsIn(repository);
    const right = capped(repository.roleOfUser(login), rights);
    addRight(to, {
      permission,
      repository,
      right: repository.about.archived && right !== 'none' ? 'read' : right,
      because: `${rights.because}; ${login} has the role ${repository.roleOfUser(login).name}`,
      certainty,
    });
  }
  const over = ceiling.overOrganisation;
  if (!over || !organisation.isOwner(login)) return;
  if (over.administersOrganisation) grantControl(to, credential, `${over.because}; ${login} owns ${organisation.login}`);
  else addMemberPower(to, permission, over);
}

/** Of SAML single sign-on: classic tokens, SSH keys, and what OAuth and GitHub Apps were authorised with. */
function addAuthorization(to: TokenHolders, answer: shapes.CredentialAuthorizationAnswer): void {
  const { facts, keys, organisation, now } = to;
  const expiresAt = eventTime(answer.authorized_credential_expires_at);
  const lastUsed = eventTime(answer.credential_accessed_at);
  const type = answer.credential_type.toLowerCase();
  const scopes = answer.scopes ?? [];
  const properties: EntityFact['properties'] = {
    type: type === 'personal access token' ? 'classic personal access token' : answer.credential_type,
    scopes,
    ...(answer.fingerprint ? { sshFingerprint: answer.fingerprint.replace(/^SHA256:/, '').replace(/=+$/, '') } : {}),
    ...(lastUsed === undefined ? {} : { lastUsed }),
  };
  const credential = facts.entity({
    key: keys.credentialAuthorization(organisation.login, String(answer.credential_id)),
    kind: 'Credential',
    name:
      answer.authorized_credential_note || answer.authorized_credential_title || `${answer.credential_type} of ${answer.login}`,
    provider: 'github',
    state: stateAt(expiresAt, now, false),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    properties,
  });
  actsFor(to, credential, answer.login, `${answer.credential_type} of ${answer.login}, authorised for ${organisation.login}`);
  const isKey = type.includes('ssh');
  // Git over SSH asks for no scope, and reaches nothing but repositories.
  const rightsIn = ({ isPublic }: RepositoryView): TokenRights => (isKey ? SSH_KEY : rightsOfScopes(scopes, isPublic));
  const over = rightsOfScopes(scopes, false);
  const overOrganisation = isKey || !over.managesMembers ? undefined : over;
  addCeiling(to, credential, answer.login, { rightsIn, covers: () => 'definite', overOrganisation });
}

const SSH_KEY: TokenRights = {
  repository: 'write',
  writesWorkflows: true,
  because: 'git over SSH',
  administersOrganisation: false,
  managesMembers: false,
};
