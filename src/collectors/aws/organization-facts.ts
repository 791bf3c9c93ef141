/**
 * Organizations → facts: scopes, and who of the organization may enter its accounts.
 *
 *     management account ──CONTAINS──► organization ──CONTAINS──► root ──CONTAINS──► units
 *     organization ──CAN_ASSUME──► the access role of an account; the account itself, where root sessions are switched on
 *     account of a delegated administrator ──CAN_ASSUME──► account, for services that can act with an administrator's rights there
 *
 * A unit contains no account: to administer the organization is to enter its accounts only by such a way.
 * https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_access.html
 */
import { allowEverything } from '../../iam/aws/document.ts';
import { evaluate } from '../../iam/aws/evaluate.ts';
import { unknown, values } from '../../iam/aws/facts.ts';
import { keyClass } from '../../iam/aws/keys.ts';
import type { EntityFact, RelationshipFact } from '../../model/entity.ts';
import { distinctRelationships } from '../../model/fact-text.ts';
import { awsAccount, awsArn } from '../../model/keys.ts';
import { strangerOf } from './assumption-facts.ts';
import type { Estate } from './estate.ts';
import { type Held, heldBy, SURE } from './held.ts';
import { emptyFacts, type Facts } from './identities.ts';
import type { Organization, OrganizationPlace } from './inventory.ts';
import type { Principal } from './principals.ts';

/** The scope of a collection that an organization's facts belong to. */
export const organizationScope = ({ id }: Organization): string => `organization/${id}`;

export function organizationFacts(estate: Estate, organization: Organization): Facts {
  const facts = emptyFacts();
  const { managementAccount } = organization;
  facts.entities.push(...scopesOf(organization));
  const contain = (source: string, target: string, reason: string): void => {
    facts.relationships.push({ source, kind: 'CONTAINS', target, basis: 'declared', certainty: 'definite', reason });
  };
  const top = organizationKey(organization);
  if (managementAccount) contain(awsAccount(managementAccount), top, 'it is the management account');
  for (const place of distinctPlaces(organization)) {
    const parent = organization.parents.get(place.id);
    const above = parent && distinctPlaces(organization).find(({ id }) => id === parent);
    contain(above ? placeKey(organization, above) : top, placeKey(organization, place), 'part of the organization');
  }
  facts.entities.push(...accessRoles(estate, organization).map(({ role }) => strangerOf(role)));
  facts.relationships.push(
    ...accessRoles(estate, organization).map(({ role, held }) => entry(top, role.key, held, `trust policy of ${role.name}`)),
    ...rootSessions(organization, top),
    ...delegatedEntries(organization),
  );
  return { entities: facts.entities, relationships: distinctRelationships(facts.relationships) };
}

const organizationArn = ({ id, arn, managementAccount }: Organization): string =>
  arn ?? `arn:aws:organizations::${managementAccount ?? ''}:organization/${id}`;

const organizationKey = (organization: Organization): string => awsArn(organizationArn(organization));

function placeKey(organization: Organization, { id, arn }: OrganizationPlace): string {
  const kind = id.startsWith('r-') ? 'root' : 'ou';
  return awsArn(arn ?? `arn:aws:organizations::${organization.managementAccount ?? ''}:${kind}/${organization.id}/${id}`);
}

/** Several files of one organization may name a unit. */
const distinctPlaces = ({ places = [] }: Organization): OrganizationPlace[] => [
  ...new Map(places.map((place) => [place.id, place])).values(),
];

function scopesOf(organization: Organization): EntityFact[] {
  const { id, managementAccount, accounts, suspended } = organization;
  const scope = (key: string, name: string, properties: EntityFact['properties']): EntityFact => ({
    key,
    kind: 'Scope',
    name,
    provider: 'aws',
    ...(properties && { properties }),
  });
  return [
    scope(organizationKey(organization), id, { type: 'organization', ...(managementAccount && { managementAccount }) }),
    ...distinctPlaces(organization).map((place) =>
      scope(placeKey(organization, place), place.name, {
        type: place.id.startsWith('r-') ? 'organization-root' : 'organizational-unit',
        organization: id,
      }),
    ),
    ...[...new Set([...accounts.keys(), ...(managementAccount ? [managementAccount] : [])])].map((account) => {
      const parent = organization.parents.get(account);
      const delegated = organization.delegated?.get(account);
      return scope(awsAccount(account), accounts.get(account) ?? account, {
        type: 'account',
        account,
        organization: id,
        management: account === managementAccount,
        ...(parent && { parent }),
        ...(delegated && { delegatedAdministratorOf: [...delegated].sort() }),
        ...(suspended?.has(account) && { suspended: true }),
      });
    }),
  ];
}

const entry = (source: string, target: string, held: Held, reason: string): RelationshipFact => ({
  source,
  kind: 'CAN_ASSUME',
  target,
  basis: 'entitled',
  certainty: held.certainty,
  reason,
  ...(held.condition !== undefined && { condition: held.condition }),
  ...(held.conditionClass !== undefined && { conditionClass: held.conditionClass }),
});

interface AccessRole {
  readonly role: Principal;
  readonly held: Held;
}

const ROLES = new WeakMap<Organization, readonly AccessRole[]>();

/** Roles of member accounts, `OrganizationAccountAccessRole` by name or not, that trust the management account as a whole. */
function accessRoles(estate: Estate, organization: Organization): readonly AccessRole[] {
  const known = ROLES.get(organization);
  if (known) return known;
  const { managementAccount: management, accounts } = organization;
  const found = estate.people.principals.flatMap((role) => {
    if (!management || !role.trust || role.account === management || !accounts.has(role.account)) return [];
    const held = trusts(role, management);
    return held ? [{ role, held }] : [];
  });
  ROLES.set(organization, found);
  return found;
}

function trusts(role: Principal, management: string): Held | undefined {
  const root = new RegExp(`^(?:${management}|arn:[a-z-]+:iam::${management}:root)$`);
  const { trust } = role;
  if (!trust?.statements.some(({ effect, principals }) => effect === 'Allow' && principals?.aws.some((text) => root.test(text))))
    return undefined;
  const arn = `arn:aws:iam::${management}:role/interlock-probe-administrator`;
  const known = new Map([
    ['aws:principalaccount', values(management)],
    ['aws:principalarn', values(arn)],
    ['aws:resourceaccount', values(role.account)],
    ...(role.guardrails.organization ? [['aws:principalorgid', values(role.guardrails.organization)] as const] : []),
  ]);
  const verdict = evaluate(
    {
      who: { arn, type: 'iam', account: management },
      action: 'sts:AssumeRole',
      resource: role.arn,
      resourceAccount: role.account,
      facts: (key) => known.get(key) ?? unknown(keyClass(key)),
    },
    { identity: [allowEverything], resource: trust, resourceControl: role.guardrails.resourceControl ?? [] },
  );
  return heldBy([verdict], false);
}

/** `sts:AssumeRoot` can give an account's root user a new password. https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user-access-management.html */
function rootSessions(organization: Organization, top: string): RelationshipFact[] {
  if (!organization.features?.includes('RootSessions')) return [];
  return members(organization).map((account) =>
    entry(
      top,
      awsAccount(account),
      SURE,
      'root sessions are switched on: sts:AssumeRoot recovers the root user of a member account',
    ),
  );
}

/** Closed accounts let nobody in. */
const members = ({ accounts, managementAccount, suspended }: Organization): string[] =>
  [...accounts.keys()].filter((account) => account !== managementAccount && !suspended?.has(account));

/** Services whose delegated administrator acts with an administrator's rights in every member account. */
const ADMINISTERING: Readonly<Record<string, string>> = {
  'member.org.stacksets.cloudformation.amazonaws.com': 'deploys any stack there',
  'sso.amazonaws.com': 'gives anybody any permission set there',
};

function delegatedEntries(organization: Organization): RelationshipFact[] {
  return [...(organization.delegated ?? [])].flatMap(([account, services]) =>
    services.flatMap((service) => {
      const what = Object.hasOwn(ADMINISTERING, service) ? ADMINISTERING[service] : undefined;
      if (what === undefined || !organization.accounts.has(account)) return [];
      const reason = `delegated administrator of ${service}: ${what}`;
      return members(organization)
        .filter((member) => member !== account)
        .map((member) => entry(awsAccount(account), awsAccount(member), SURE, reason));
    }),
  );
}
