/**
 * Everything that was collected, ready to be asked: may this principal do this to that? Conjunctions are decided here, where the
 * documents are; the graph has no AND.
 */
import { compilePolicy, coversAction, type Policy, RESOURCE_POLICY, statementsFor } from '../../iam/aws/document.ts';
import { type AccessRequest, evaluate, type PolicyLayers, type Verdict } from '../../iam/aws/evaluate.ts';
import { type KeyFact, type KeyFacts, layeredFacts, unknown, values } from '../../iam/aws/facts.ts';
import { ANY, instanceOf } from '../../iam/aws/glob.ts';
import { keyClass } from '../../iam/aws/keys.ts';
import type { Requester } from '../../iam/aws/principal.ts';
import { disputed, disputesOf } from './disputed.ts';
import { type Guardrails, guardrailsOf } from './guardrails.ts';
import type { Inventory } from './inventory.ts';
import { type People, PolicyBook, type Principal, peopleOf } from './principals.ts';
import { organizationFacts, outsideFacts, principalFacts, resourceTagFact, tagValue } from './request-facts.ts';
import { type Thing, thingOf } from './things.ts';

/** What one question changes about the principal or the request. */
export interface Question {
  readonly principal: Principal;
  /** `service:Action`. */
  readonly action: string;
  readonly resource: string;
  /** Facts of this request, by lower-case key. */
  readonly facts?: ReadonlyMap<string, KeyFact>;
  /** Policies that are asked about as if attached. */
  readonly extra?: readonly Policy[];
  /** The policy on the resource, when it is not that of a collected thing. */
  readonly resourcePolicy?: Policy | null;
  /** The account that owns the resource, when neither a collected thing nor the ARN tells. */
  readonly resourceAccount?: string;
}

/** Principals whose facts are kept ready: questions come principal by principal. */
const MOST_FACTS = 500;

export class Estate {
  readonly inventory: Inventory;
  readonly book: PolicyBook;
  readonly people: People;
  readonly now: Date;
  readonly byArn: ReadonlyMap<string, Principal>;
  readonly things: ReadonlyMap<string, Thing>;
  /** Role ARN, by the ARN of an instance profile that holds it. */
  readonly profiles: ReadonlyMap<string, string>;
  /** Things that files claim for several accounts, with these. */
  readonly disputes: ReadonlyMap<string, readonly string[]>;
  readonly #facts = new Map<Principal, KeyFacts>();
  readonly #guardrails = new Map<string, Guardrails>();
  #last: { readonly resource: string; readonly thing: Thing | undefined } = { resource: '', thing: undefined };

  constructor(inventory: Inventory, now: Date) {
    this.inventory = inventory;
    this.now = now;
    this.book = new PolicyBook(inventory);
    this.people = peopleOf(inventory, this.book);
    this.byArn = new Map(this.people.principals.map((principal) => [principal.arn, principal]));
    const things = [...inventory.accounts.values()].flatMap((account) => [...account.items.values()].map(thingOf));
    this.things = new Map(things.filter((thing) => thing !== undefined).map((thing) => [thing.arn, thing]));
    this.disputes = disputesOf(inventory);
    this.profiles = new Map(
      this.people.principals.flatMap(({ arn, record }) =>
        'trust' in record ? record.instanceProfiles.map((profile) => [profile, arn] as const) : [],
      ),
    );
  }

  /** Whether users or roles of an account were collected: then one that is not there does not exist. */
  hasPeople(account: string): boolean {
    const known = this.inventory.accounts.get(account);
    return known !== undefined && known.users.size + known.roles.size > 0;
  }

  /** The role that a thing's `runsAs` ARN stands for. */
  roleBehind(arn: string): Principal | undefined {
    return this.byArn.get(this.profiles.get(arn) ?? arn);
  }

  ask(question: Question): Verdict {
    const owners = this.disputes.size > 0 ? this.disputes.get(this.thingAt(question.resource)?.arn ?? '') : undefined;
    if (!owners) return this.#judge(question, this.resourceAccount(question));
    return disputed(question.resource, new Map(owners.map((account) => [account, this.#judge(question, account)])));
  }

  #judge(question: Question, resourceAccount: string): Verdict {
    const { principal, resource, extra } = question;
    const request: AccessRequest = {
      who: principal.requester,
      action: question.action,
      resource,
      resourceAccount,
      facts: layeredFacts(question.facts ?? NO_FACTS, this.factsOf(principal, resource, resourceAccount)),
    };
    return evaluate(request, { ...this.layersOf(principal, resource, resourceAccount), ...this.#changed(question, extra) });
  }

  /** Objects and buckets name no account in their ARN; then it is the asker's, unless the question says. */
  resourceAccount({ principal, resource, resourceAccount }: Question): string {
    return this.ownerOf(resource) ?? resourceAccount ?? principal.account;
  }

  /** The account of a resource, as it was collected or as its ARN says. */
  ownerOf(resource: string): string | undefined {
    const known = this.thingAt(resource)?.item.account ?? this.byArn.get(resource)?.account;
    if (known) return known;
    const named = resource === '*' ? undefined : resource.split(':', 6)[4];
    return named && /^\d{12}$/.test(named) ? named : undefined;
  }

  #changed(question: Question, extra: readonly Policy[] | undefined): Partial<PolicyLayers> {
    const { principal, resourcePolicy } = question;
    return {
      ...(extra && { identity: [...principal.identity, ...extra] }),
      ...(resourcePolicy !== undefined && { resource: resourcePolicy }),
    };
  }

  layersOf(principal: Principal, resource: string, resourceAccount: string): PolicyLayers {
    return {
      identity: principal.identity,
      boundary: principal.boundary,
      resource: this.resourcePolicy(resource, this.thingAt(resource)),
      serviceControl: principal.guardrails.serviceControl ?? [],
      resourceControl: this.guardrails(resourceAccount).resourceControl ?? [],
    };
  }

  /** Of any account that an organization export names, collected or not. */
  guardrails(account: string): Guardrails {
    const known = this.#guardrails.get(account);
    if (known) return known;
    const found = guardrailsOf(this.inventory, account);
    this.#guardrails.set(account, found);
    return found;
  }

  /** The collected thing that an ARN is, or lies in. The last answer is kept: a question asks several times. */
  thingAt(resource: string): Thing | undefined {
    if (this.#last.resource !== resource) this.#last = { resource, thing: this.#find(resource) };
    return this.#last.thing;
  }

  #find(resource: string): Thing | undefined {
    if (resource === '*' || resource.includes(':iam:')) return undefined;
    const exact = this.things.get(resource);
    const slash = exact ? -1 : resource.indexOf('/');
    if (slash < 0) return exact;
    return this.things.get(resource.slice(0, slash)) ?? this.things.get(PARTED.exec(resource)?.[1] ?? '');
  }

  resourcePolicy(resource: string, thing: Thing | undefined): Policy | null {
    const role = this.byArn.get(resource);
    if (role?.trust) return role.trust;
    if (thing && thing.policy !== undefined) return thing.policy;
    // A key whose policy was not collected: the default one delegates to its account (layer-missing says so).
    return resource.includes(':kms:') ? delegation(resource.split(':', 6)[4] ?? '') : null;
  }

  factsOf(principal: Principal, resource: string, resourceAccount: string): KeyFacts {
    return this.aboutResource(resource, resourceAccount, this.#facts.get(principal) ?? this.#baseFacts(principal));
  }

  /** The facts of whoever asks, and those of the resource. `account`: whose it is taken to be. */
  aboutResource(resource: string, account: string | undefined, base: KeyFacts): KeyFacts {
    const thing = this.thingAt(resource);
    const target = thing ? undefined : this.byArn.get(resource);
    const tags = thing?.item.tags ?? target?.record.tags;
    return (key) =>
      (key.includes('resource') ? (resourceTagFact(key, tags) ?? this.#resourceFact(key, resource, account)) : undefined) ??
      base(key);
  }

  /** Of a request by a stranger, a service, or an account that was not collected. */
  outsideFacts(who: Requester, resourceAccount: string): KeyFacts {
    return outsideFacts(who, resourceAccount, this.guardrails(who.account ?? ''));
  }

  /** The ARN of a thing that was not collected may not tell whose it is: then its account is only taken to be the asker's. */
  #resourceFact(key: string, resource: string, account: string | undefined): KeyFact | undefined {
    if (key === 'aws:resourceaccount' || key === 's3:resourceaccount')
      return account !== undefined && this.ownerOf(resource) !== undefined ? values(account) : unknown('unknown');
    if (!key.startsWith('aws:resourceorg')) return undefined;
    if (account === undefined || this.ownerOf(resource) === undefined) return unknown('unknown');
    return organizationFacts('resource', this.guardrails(account)).find(([name]) => name === key)?.[1];
  }

  #baseFacts(principal: Principal): KeyFacts {
    const known = principalFacts(principal, this.now);
    const facts: KeyFacts = (key) =>
      known.get(key) ??
      (key.startsWith(PRINCIPAL_TAG) ? tagValue(principal.record.tags, key.slice(PRINCIPAL_TAG.length)) : unknown(keyClass(key)));
    if (this.#facts.size >= MOST_FACTS) this.#facts.clear();
    this.#facts.set(principal, facts);
    return facts;
  }

  /** Whether some Allow of the principal, or of an extra policy, takes in the action: a cheap no. */
  mentions(principal: Principal, action: string): boolean {
    const lower = action.toLowerCase();
    return principal.identity.some((policy) => statementsFor(policy, lower).some((statement) => statement.effect === 'Allow'));
  }

  /**
   * Names that a new thing may be given so that the principal's policies speak of it: each Allow's pattern, filled in, and the
   * template itself.
   */
  namesFor(principal: Principal, action: string, template: string): string[] {
    const lower = action.toLowerCase();
    const names = new Set([template]);
    const parts = template.split(':');
    for (const policy of principal.identity)
      for (const statement of policy.statements)
        if (statement.effect === 'Allow' && !statement.notResource && coversAction(statement, lower))
          for (const pattern of statement.resources ?? []) if (pattern.glob) addFilled(names, pattern.glob, parts);
    return [...names];
  }
}

/** What has parts with ARNs of their own under one policy: indexes of tables and domains, objects by access point. */
const PARTED = /^(arn:[^:]*:(?:dynamodb|es|s3):[^:]*:\d{12}:(?:table|domain|accesspoint)\/[^/]+)\//;

const NO_FACTS: ReadonlyMap<string, KeyFact> = new Map();
const PRINCIPAL_TAG = 'aws:principaltag/';

/** Wildcards before the resource part take the template's; those in it take a plain name. */
function addFilled(names: Set<string>, glob: string, template: readonly string[]): void {
  if (!glob.startsWith('arn:') || glob.split(':').length < 6) return;
  const parts = glob.split(':');
  const filled = parts.map((part, i) => (i < 5 ? (part.includes(ANY) ? (template[i] ?? '') : part) : instanceOf(part, 'probe')));
  if (filled[2] === template[2]) names.add(filled.join(':'));
}

const DELEGATIONS = new Map<string, Policy>();

function delegation(account: string): Policy {
  const known = DELEGATIONS.get(account);
  if (known) return known;
  const policy = compilePolicy(
    'default key policy',
    {
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: 'kms:*', Resource: '*' },
    },
    RESOURCE_POLICY,
  );
  DELEGATIONS.set(account, policy);
  return policy;
}
