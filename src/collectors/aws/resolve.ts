/** The whole source → facts: everything that needs several documents at once is decided here. Pure. */
import type { Catalogue } from '../../iam/aws/catalogue.ts';
import { allowEverything } from '../../iam/aws/document.ts';
import type { DocumentFact, EntityFact, RelationshipFact } from '../../model/entity.ts';
import { distinctRelationships } from '../../model/fact-text.ts';
import { grouped } from '../../model/grouped.ts';
import { arnOf, awsAccount, awsArn } from '../../model/keys.ts';
import type { Level } from '../../model/kinds.ts';
import { assumptionFacts, strangerOf } from './assumption-facts.ts';
import { configuredFacts } from './configured-facts.ts';
import { distinctEntities, shownSecrets } from './distinct.ts';
import { documentsOf } from './documents.ts';
import { Board, type Escalation } from './escalation/path.ts';
import { Powers } from './escalation/powers.ts';
import type { Estate } from './estate.ts';
import { type GrantEdge, GrantFinder } from './grants.ts';
import { guardrailsOf } from './guardrails.ts';
import { rankOf, surer } from './held.ts';
import { emptyFacts, type Facts, groupFact, identityFacts, otherCredentialKey, othersOf, tagList } from './identities.ts';
import type { Account, UserRecord } from './inventory.ts';
import { PermissionBook, type RightEdge } from './permissions.ts';
import type { Principal } from './principals.ts';
import { rootFacts } from './root-user.ts';
import { Strangers } from './strangers.ts';
import type { Thing } from './things.ts';
import { assumptions } from './trust.ts';

export interface AccountFacts extends Facts {
  readonly account: string;
  readonly documents: DocumentFact[];
}

/** Facts by account, in batches; the principals' rights last. */
export function* accountFacts(estate: Estate, catalogue: Catalogue): Generator<AccountFacts> {
  const finder = new GrantFinder(estate, catalogue);
  const found = [...assumptions(estate)];
  const powers = new Powers(new Board(estate, found), finder, found);
  const byAccount = grouped(found, (one) => one.role.account);
  const people = grouped(estate.people.principals, (one) => one.account);
  for (const account of [...estate.inventory.accounts.values()].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    const hung = hangs(estate, finder, account.id);
    yield { account: account.id, ...inventoryFacts(estate, account, hung), documents: [] };
    for (const documents of documentsOf(estate, account)) yield { account: account.id, ...emptyFacts(), documents };
    yield { account: account.id, ...assumptionFacts(estate, account.id, byAccount.get(account.id) ?? []), documents: [] };
    yield* rightsFacts({
      account: account.id,
      principals: people.get(account.id) ?? [],
      finder,
      powers,
      hung,
      estate,
    });
  }
}

const CERTAIN = { basis: 'entitled', certainty: 'definite' } as const;

/** The levels at which a thing hangs from its account; undefined is all, empty is none. */
type Hangs = ReadonlyMap<string, readonly Level[] | undefined>;

/** What an administrator of the account can surely do to each thing: its own policy and the guardrails may take some of it. */
function hangs(estate: Estate, finder: GrantFinder, account: string): Hangs {
  const sure = finder.edgesOf(administratorOf(estate, account)).filter(({ held }) => rankOf(held) === 0);
  const rights = grouped(sure, (edge) => edge.target);
  const levels = new Map<string, readonly Level[] | undefined>();
  for (const thing of estate.things.values()) {
    if (thing.item.account !== account) continue;
    const possible = finder.levelsOf(thing);
    const got = new Set((rights.get(thing.key) ?? []).flatMap(levelsOfEdge));
    const all = got.has('control') || [...possible].every((level) => got.has(level));
    levels.set(thing.key, all ? undefined : [...got]);
  }
  return levels;
}

const EDGE_LEVELS: Readonly<Record<GrantEdge['kind'], readonly Level[]>> = {
  CAN_READ: ['read'],
  CAN_PUT: ['put'],
  CAN_WRITE: ['read', 'put', 'write'],
  CAN_CONTROL: ['read', 'put', 'write', 'control'],
};
const levelsOfEdge = (edge: GrantEdge): readonly Level[] => EDGE_LEVELS[edge.kind];

function administratorOf(estate: Estate, account: string): Principal {
  const arn = `arn:aws:iam::${account}:role/interlock-probe-administrator`;
  return {
    key: awsArn(arn),
    arn,
    name: 'administrator',
    account,
    kind: 'role',
    record: {
      arn,
      name: 'administrator',
      path: '/',
      uniqueId: '',
      inline: [],
      attached: [],
      tags: new Map(),
      trust: null,
      instanceProfiles: [],
    },
    requester: { arn, type: 'iam', account },
    groups: [],
    attached: [],
    identity: [allowEverything],
    boundary: null,
    trust: null,
    guardrails: guardrailsOf(estate.inventory, account),
    absent: [],
    unsure: false,
    serviceLinked: false,
  };
}

function inventoryFacts(estate: Estate, account: Account, hung: Hangs): Facts {
  const facts = emptyFacts();
  const scope = awsAccount(account.id);
  facts.entities.push(scopeFact(estate, account.id));
  const contain = (target: string, levels?: readonly Level[]): void => {
    facts.relationships.push({ source: scope, kind: 'CONTAINS', target, ...CERTAIN, ...(levels && { levels }) });
  };
  for (const principal of estate.people.principals) {
    if (principal.account !== account.id) continue;
    const identity = identityFacts(principal, account);
    facts.entities.push(...identity.entities);
    facts.relationships.push(...identity.relationships);
    contain(principal.key);
  }
  const root = rootFacts(estate, account);
  facts.entities.push(...root.entities);
  facts.relationships.push(...root.relationships);
  for (const group of estate.people.groups.filter((one) => one.account === account.id)) {
    facts.entities.push(groupFact(group));
    contain(group.key);
  }
  for (const thing of estate.things.values()) {
    if (thing.item.account !== account.id) continue;
    addThing(facts, estate, thing);
    const configured = configuredFacts(estate, thing);
    facts.entities.push(...configured.entities);
    facts.relationships.push(...configured.relationships);
    const levels = levelsFor(thing, hung.get(thing.key));
    if (levels === undefined || levels.length > 0) contain(thing.key, levels);
  }
  return {
    entities: distinctEntities(facts.entities, shownSecrets(estate)),
    relationships: distinctRelationships(facts.relationships),
  };
}

/** Places of secret values hang at control only. */
function levelsFor(thing: Thing, levels: readonly Level[] | undefined): readonly Level[] | undefined {
  return thing.kind !== 'Secret' ? levels : levels === undefined ? ['control'] : [];
}

function scopeFact(estate: Estate, account: string): EntityFact {
  const organization = [...estate.inventory.organizations.values()].find((one) => one.accounts.has(account));
  return {
    key: awsAccount(account),
    kind: 'Scope',
    name: organization?.accounts.get(account) ?? account,
    provider: 'aws',
    properties: { type: 'account', account, ...(organization && { organization: organization.id }) },
  };
}

function addThing(facts: Facts, estate: Estate, thing: Thing): void {
  const { item, key, kind } = thing;
  facts.entities.push({
    key,
    kind,
    name: item.name,
    provider: 'aws',
    properties: {
      type: item.type,
      account: item.account,
      ...(item.region && { region: item.region }),
      ...(item.createdAt && { createdAt: item.createdAt }),
      ...(item.tags.size > 0 && { tags: tagList(item.tags) }),
    },
  });
  if (kind !== 'Workload') return;
  const roles = new Set(thing.runsAs.map((arn) => estate.roleBehind(arn)?.arn ?? arn).filter((arn) => arn.includes(':role/')));
  for (const arn of roles) {
    const target = awsArn(arn);
    const role = estate.byArn.get(arn);
    if (role?.account !== item.account) facts.entities.push(role ? strangerOf(role) : strangeRole(arn));
    facts.relationships.push({
      source: key,
      kind: 'RUNS_AS',
      target,
      basis: 'declared',
      certainty: 'definite',
      reason: `${item.type} configuration`,
    });
  }
}

const strangeRole = (arn: string): EntityFact => ({
  key: awsArn(arn),
  kind: 'Role',
  name: arn.slice(arn.lastIndexOf('/') + 1),
  provider: 'aws',
  stub: true,
});

interface Rights {
  readonly account: string;
  readonly principals: readonly Principal[];
  readonly finder: GrantFinder;
  readonly powers: Powers;
  readonly hung: Hangs;
  readonly estate: Estate;
}

const BATCH = 5_000;

/** Permissions are written once for each account that needs them, so that each account's facts stand alone. */
function* rightsFacts(rights: Rights): Generator<AccountFacts> {
  const { account, principals } = rights;
  const book = new PermissionBook();
  const strangers = new Strangers(rights.estate, account);
  let facts = emptyFacts();
  for (const principal of principals) {
    for (const { id, edges } of bundlesOf(principal, rights)) {
      const key = book.keyOf(id, edges, ({ entity, relationships }) => {
        facts.entities.push(entity, ...strangers.named(relationships));
        facts.relationships.push(...relationships);
      });
      if (key) facts.relationships.push(grant(principal.key, key));
    }
    for (const { source, id, edges } of boundRights(principal, rights)) {
      const key = book.keyOf(id, edges, ({ entity, relationships }) => {
        facts.entities.push(entity, ...strangers.named(relationships));
        facts.relationships.push(...relationships);
      });
      if (key) facts.relationships.push(grant(source, key));
    }
    if (facts.relationships.length < BATCH) continue;
    yield { account, ...facts, documents: [] };
    facts = emptyFacts();
  }
  yield { account, ...facts, documents: [] };
}

interface RightBundle {
  readonly id: string;
  readonly edges: readonly RightEdge[];
}

/** What principals of one signature share first; what only this one's surroundings give last. */
function bundlesOf(principal: Principal, { finder, powers, hung }: Rights): RightBundle[] {
  const { paths, escalations, grants } = powers.of(principal);
  const administrator = powers.isAdministrator(principal);
  const beyond = (thing: Thing): boolean => hung.get(thing.key) !== undefined;
  const shared = new Map(paths.escalations.map((one) => [one.target, one.held]));
  const own = [...escalations.values()].filter(
    ({ target, held }) => target !== principal.key && surer(shared.get(target), held) !== shared.get(target),
  );
  return [
    ...finder.bundlesOf(principal, administrator ? { beyond } : {}),
    { id: paths.id, edges: paths.escalations.map(control) },
    { id: `surroundings of ${principal.arn}`, edges: [...own.map(control), ...(administrator ? [] : grants)] },
  ];
}

const control = ({ target, held, reason }: Escalation): RightEdge => ({ kind: 'CAN_CONTROL', target, held, reason });

/** Credentials that one service takes: of the user's rights those in that service. */
function* boundRights(principal: Principal, { finder, estate }: Rights): Generator<RightBundle & { readonly source: string }> {
  const account = estate.inventory.accounts.get(principal.account);
  if (principal.kind !== 'user' || !account || account.credentials.size === 0) return;
  const user = principal.record as UserRecord;
  for (const credential of othersOf(account, user)) {
    const { service } = credential;
    const edges = service ? finder.edgesOf(principal).filter(({ target }) => arnOf(target).split(':', 3)[2] === service) : [];
    yield { source: otherCredentialKey(user, credential), id: `${service} of ${principal.arn}`, edges };
  }
}

const grant = (source: string, target: string): RelationshipFact => ({
  source,
  kind: 'HAS_GRANT',
  target,
  basis: 'entitled',
  certainty: 'definite',
  reason: 'effective rights: identity policies within boundary, service control and resource policies',
});
