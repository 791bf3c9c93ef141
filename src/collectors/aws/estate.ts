/**
 * Everything that was collected, ready to be asked: may this principal do this to that? Conjunctions are decided here, where the
 * documents are; the graph has no AND.
 */
import { compilePolicy, coversAction, type Policy, RESOURCE_POLICY, statementsFor } from '../../iam/aws/document.ts';
import { type AccessRequest, evaluate, type PolicyLayers, type Verdict } from '../../iam/aws/evaluate.ts';
import { ABSENT, type KeyFact, type KeyFacts, layeredFacts, unknown, values } from '../../iam/aws/facts.ts';
import { ANY, instanceOf } from '../../iam/aws/glob.ts';
import { keyClass } from '../../iam/aws/keys.ts';
import { HOUR_MS } from '../../model/durations.ts';
import type { Inventory } from './inventory.ts';
import { type People, PolicyBook, type Principal, peopleOf } from './principals.ts';
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
}

/** Principals whose facts are kept ready: questions come principal by principal. */
const MOST_FACTS = 500;

/** The longest life of a session token. */
const LONGEST_SESSION_MS = 36 * HOUR_MS;

export class Estate {
  readonly inventory: Inventory;
  readonly book: PolicyBook;
  readonly people: People;
  readonly now: Date;
  readonly byArn: ReadonlyMap<string, Principal>;
  readonly things: ReadonlyMap<string, Thing>;
  /** Role ARN, by the ARN of an instance profile that holds it. */
  readonly profiles: ReadonlyMap<string, string>;
  readonly #facts = new Map<Principal, KeyFacts>();
  #last: { readonly resource: string; readonly thing: Thing | undefined } = { resource: '', thing: undefined };

  constructor(inventory: Inventory, now: Date) {
    this.inventory = inventory;
    this.now = now;
    this.book = new PolicyBook(inventory);
    this.people = peopleOf(inventory, this.book);
    this.byArn = new Map(this.people.principals.map((principal) => [principal.arn, principal]));
    const things = [...inventory.accounts.values()].flatMap((account) => [...account.items.values()].map(thingOf));
    this.things = new Map(things.filter((thing) => thing !== undefined).map((thing) => [thing.arn, thing]));
    this.profiles = new Map(
      this.people.principals.flatMap(({ arn, record }) =>
        'trust' in record ? record.instanceProfiles.map((profile) => [profile, arn] as const) : [],
      ),
    );
  }

  /** The role that a thing's `runsAs` ARN stands for. */
  roleBehind(arn: string): Principal | undefined {
    return this.byArn.get(this.profiles.get(arn) ?? arn);
  }

  ask(question: Question): Verdict {
    const { principal, resource, extra } = question;
    const request: AccessRequest = {
      who: principal.requester,
      action: question.action,
      resource,
      ...this.#resourceAccount(question),
      facts: layeredFacts(question.facts ?? NO_FACTS, this.factsOf(principal, resource)),
    };
    return evaluate(request, { ...this.layersOf(principal, resource), ...this.#changed(question, extra) });
  }

  /** Objects and buckets name no account in their ARN. */
  #resourceAccount({ principal, resource }: Question): { resourceAccount: string } {
    const known = this.thingAt(resource)?.item.account ?? this.byArn.get(resource)?.account;
    if (known) return { resourceAccount: known };
    const named = resource === '*' ? undefined : resource.split(':', 6)[4];
    return { resourceAccount: named && /^\d{12}$/.test(named) ? named : principal.account };
  }

  #changed(question: Question, extra: readonly Policy[] | undefined): Partial<PolicyLayers> {
    const { principal, resourcePolicy } = question;
    return {
      ...(extra && { identity: [...principal.identity, ...extra] }),
      ...(resourcePolicy !== undefined && { resource: resourcePolicy }),
    };
  }

  layersOf(principal: Principal, resource: string): PolicyLayers {
    const { guardrails } = principal;
    const thing = this.thingAt(resource);
    return {
      identity: principal.identity,
      boundary: principal.boundary,
      resource: this.resourcePolicy(resource, thing),
      serviceControl: guardrails.serviceControl ?? [],
      resourceControl: guardrails.resourceControl ?? [],
    };
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
    return slash < 0 ? exact : this.things.get(resource.slice(0, slash));
  }

  resourcePolicy(resource: string, thing: Thing | undefined): Policy | null {
    const role = this.byArn.get(resource);
    if (role?.trust) return role.trust;
    if (thing && thing.policy !== undefined) return thing.policy;
    // A key whose policy was not collected: the default one delegates to its account (layer-missing says so).
    return resource.includes(':kms:') ? delegation(resource.split(':', 6)[4] ?? '') : null;
  }

  factsOf(principal: Principal, resource: string): KeyFacts {
    const base = this.#facts.get(principal) ?? this.#baseFacts(principal);
    const thing = this.thingAt(resource);
    const target = this.byArn.get(resource);
    const tags = thing?.item.tags ?? target?.record.tags;
    const account = thing?.item.account ?? target?.account;
    return (key) =>
      tagFact(key, tags) ?? (key === 'aws:resourceaccount' || key === 's3:resourceaccount' ? accountFact(account) : base(key));
  }

  #baseFacts(principal: Principal): KeyFacts {
    const known = principalFacts(principal, this.now);
    const facts: KeyFacts = (key) =>
      known.get(key) ?? (key.startsWith('aws:principaltag/') ? tagOf(principal.record.tags, key) : unknown(keyClass(key)));
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

const NO_FACTS: ReadonlyMap<string, KeyFact> = new Map();

/** Wildcards before the resource part take the template's; those in it take a plain name. */
function addFilled(names: Set<string>, glob: string, template: readonly string[]): void {
  if (!glob.startsWith('arn:') || glob.split(':').length < 6) return;
  const parts = glob.split(':');
  const filled = parts.map((part, i) => (i < 5 ? (part.includes(ANY) ? (template[i] ?? '') : part) : instanceOf(part, 'probe')));
  if (filled[2] === template[2]) names.add(filled.join(':'));
}

function principalFacts(principal: Principal, now: Date): Map<string, KeyFact> {
  const { guardrails, kind, record } = principal;
  const issued = now.getTime() - LONGEST_SESSION_MS;
  const time: KeyFact = { kind: 'unknown', class: 'time', notBefore: now.getTime(), present: true };
  const facts = new Map<string, KeyFact>([
    ['aws:principalarn', values(principal.arn)],
    ['aws:principalaccount', values(principal.account)],
    ['aws:principaltype', values(kind === 'user' ? 'User' : 'AssumedRole')],
    ['aws:principalisawsservice', values('false')],
    ['aws:viaawsservice', values('false')],
    ['aws:principalservicename', ABSENT],
    ['aws:currenttime', time],
    ['aws:epochtime', time],
    // A user may ask for a session token; whether one is used is the caller's choice.
    [
      'aws:tokenissuetime',
      { kind: 'unknown', class: kind === 'role' ? 'time' : 'unknown', notBefore: issued, present: kind === 'role' },
    ],
    ['aws:principalorgid', guardrails.organization ? values(guardrails.organization) : unknown('unknown')],
  ]);
  if (kind === 'user') {
    facts.set('aws:username', values(principal.name));
    if (record.uniqueId) facts.set('aws:userid', values(record.uniqueId));
  } else facts.set('aws:username', ABSENT);
  return facts;
}

const RESOURCE_TAG = /^(?:aws|iam|ec2|s3|ssm|secretsmanager|kms|lambda|dynamodb|rds|ecs|codebuild):resourcetag\/(.+)$/;

/** A collected thing's tags are facts; of anything else they are not known. */
function tagFact(key: string, tags: ReadonlyMap<string, string> | undefined): KeyFact | undefined {
  const name = key.includes('resourcetag/') ? RESOURCE_TAG.exec(key)?.[1] : undefined;
  return name === undefined ? undefined : tags ? tagOf(tags, key) : unknown('unknown');
}

/** Tag keys ignore case in conditions. */
function tagOf(tags: ReadonlyMap<string, string>, key: string): KeyFact {
  const name = key.slice(key.indexOf('/') + 1);
  for (const [tag, value] of tags) if (tag.toLowerCase() === name) return values(value);
  return ABSENT;
}

const accountFact = (account: string | undefined): KeyFact => (account ? values(account) : unknown('unknown'));

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
