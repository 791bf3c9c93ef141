/** `can` and `who-can` on the collected AWS estate. */
import type { Residue } from '../../iam/aws/condition.ts';
import type { Policy } from '../../iam/aws/document.ts';
import type { Verdict } from '../../iam/aws/evaluate.ts';
import { type KeyFact, values } from '../../iam/aws/facts.ts';
import { accountOfArn, sessionOf } from '../../iam/aws/principal.ts';
import { UsageError } from '../../model/errors.ts';
import { awsAccount, awsExternalAccount, awsService } from '../../model/keys.ts';
import { EXTERNAL_ANYONE } from '../../model/kinds.ts';
import type {
  AccessQuestions,
  AccessRequest,
  AccessVerdict,
  CanAnswer,
  PrincipalVerdict,
  WhoCanAnswer,
} from '../../ports/access-questions.ts';
import { type Asker, askerOf, insider, rootOf, stranger, type Wish } from './askers.ts';
import type { Estate } from './estate.ts';
import { federatedAskers } from './federated-askers.ts';
import { isOpen, isUnknownKey, isUnknownRole } from './judgement.ts';
import { PrincipalIndex } from './principal-index.ts';
import type { Principal } from './principals.ts';
import { STRANGER } from './request-facts.ts';
import { scrubbedText } from './scrub.ts';

const ACCOUNT = /^\d{12}$/;

export class AwsQuestions implements AccessQuestions {
  readonly #estate: Estate;
  readonly #index: PrincipalIndex;

  constructor(estate: Estate) {
    this.#estate = estate;
    this.#index = new PrincipalIndex(estate.people.principals);
  }

  can(key: string, request: AccessRequest): CanAnswer | undefined {
    const wish = this.#wishOf(request);
    const asker = askerOf(this.#estate, key);
    if (!asker) return undefined;
    const { touched, gaps } = this.#seen(wish, asker.principal ? [asker.principal] : []);
    return { ...told(asker.judge(wish)), touched, gaps: [...(asker.gap === undefined ? [] : [asker.gap]), ...gaps] };
  }

  whoCan(request: AccessRequest): WhoCanAnswer {
    const wish = this.#wishOf(request);
    const policy = this.#estate.resourcePolicy(wish.resource, this.#estate.thingAt(wish.resource));
    const insiders = [...this.#candidates(wish, policy)].map((principal) => insider(this.#estate, principal));
    const { services, strangers } = this.#outsiders(policy);
    return {
      items: opened([...insiders, ...services], wish),
      outside: opened([...strangers, ...federatedAskers(this.#estate, wish.resource)], wish),
      ...this.#seen(wish, this.#lacking()),
    };
  }

  #wishOf({ action, resource: text, context, account }: AccessRequest): Wish {
    if (!/^[a-z0-9-]+:[a-z0-9]+$/i.test(action))
      throw new UsageError(`${action}: expected one action of AWS, such as s3:GetObject`);
    const resource = text.startsWith('aws:arn:') ? text.slice('aws:'.length) : text;
    if (resource !== '*' && !resource.startsWith('arn:'))
      throw new UsageError(`${text}: expected the ARN of a resource, or * for an action without one`);
    if (account !== undefined && !ACCOUNT.test(account))
      throw new UsageError(`${account}: expected the twelve digits of an account`);
    const owner = this.#estate.ownerOf(resource);
    if (account !== undefined && owner !== undefined && owner !== account && !this.#estate.disputes.has(resource))
      throw new UsageError(`${resource} is of account ${owner}, not of ${account}: leave the account out, or correct it`);
    const facts = new Map<string, KeyFact>([...context].map(([key, list]) => [key.toLowerCase(), values(...list)]));
    return { action, resource, facts, ...(account !== undefined && { resourceAccount: account }) };
  }

  /** Principals for whom the answer may be yes. */
  #candidates(wish: Wish, policy: Policy | null): Set<Principal> {
    const { action, resource } = wish;
    const owner = this.#estate.ownerOf(resource) ?? wish.resourceAccount;
    const found = this.#index.mayAllow(action, resource);
    if (owner !== undefined && !policy && !isUnknownRole(this.#estate, resource) && !this.#estate.disputes.has(resource))
      for (const principal of found) if (principal.account !== owner) found.delete(principal);
    for (const { effect, principals } of policy?.statements ?? []) {
      if (effect !== 'Allow' || !principals) continue;
      if (principals.anyone || principals.not) for (const one of this.#index.byAccount.get(owner ?? '') ?? []) found.add(one);
      for (const text of principals.aws) {
        const named = this.#named(text);
        if (named) found.add(named);
      }
    }
    return found;
  }

  #named(text: string): Principal | undefined {
    const session = sessionOf(text);
    if (session) return this.#index.byRoleName.get(`${session.account}/${session.role}`);
    return this.#estate.byArn.get(text) ?? this.#index.byUniqueId.get(text);
  }

  /** Whom a resource's own policy names beyond the estate. */
  #outsiders(policy: Policy | null): { services: Asker[]; strangers: Asker[] } {
    const services = new Set<string>();
    const accounts = new Set<string>();
    let anyone = false;
    for (const { effect, principals } of policy?.statements ?? []) {
      if (effect !== 'Allow' || !principals) continue;
      anyone ||= principals.anyone || principals.not;
      for (const service of principals.services) services.add(service);
      for (const text of principals.aws) {
        const account = ACCOUNT.test(text) ? text : (accountOfArn(text) ?? '');
        if (ACCOUNT.test(account) && !this.#estate.hasPeople(account)) accounts.add(account);
      }
    }
    const estate = this.#estate;
    return {
      services: [...services].map((name) => stranger(estate, awsService(name), { arn: null, type: 'service', name })),
      strangers: [
        ...[...accounts].map((account) => stranger(estate, awsExternalAccount(account), outsiderOf(account, policy))),
        ...(anyone ? [stranger(estate, EXTERNAL_ANYONE, STRANGER)] : []),
      ],
    };
  }

  #lacking(): Principal[] {
    return this.#estate.people.principals.filter(({ absent }) => absent.length > 0);
  }

  #seen(wish: Wish, principals: readonly Principal[]): Pick<CanAnswer, 'touched' | 'gaps'> {
    const { resource, resourceAccount } = wish;
    const owner = this.#estate.ownerOf(resource) ?? resourceAccount;
    const thing = this.#estate.thingAt(resource);
    const accounts = new Set([...principals.map(({ account }) => account), ...(owner === undefined ? [] : [owner])]);
    if (principals.length === 0) for (const account of this.#estate.inventory.accounts.keys()) accounts.add(account);
    const touched = [...principals.map(({ key }) => key), ...[...accounts].map(awsAccount), ...(thing ? [thing.key] : [])];
    return { touched, gaps: [...this.#gaps(resource, owner), ...absentOf(principals)] };
  }

  *#gaps(resource: string, owner: string | undefined): Generator<string> {
    const known = owner === undefined ? undefined : this.#estate.inventory.accounts.get(owner);
    if (isUnknownKey(this.#estate, resource)) yield `the policy of ${resource} was not collected`;
    else if (owner !== undefined && !known)
      yield `account ${owner} was not collected: a policy on ${resource === '*' ? 'its resources' : resource} is not known`;
  }
}

function absentOf(principals: readonly Principal[]): string[] {
  const arns = new Set(principals.flatMap(({ absent }) => absent));
  return [...arns].sort().map((arn) => `${arn} was not collected, and is set on a principal`);
}

/** The one that the policy names stands for its account, which was not collected. */
function outsiderOf(account: string, policy: Policy | null) {
  const named = policy?.statements
    .flatMap(({ effect, principals }) => (effect === 'Allow' && principals ? principals.aws : []))
    .find((text) => accountOfArn(text) === account && !text.endsWith(':root'));
  return named === undefined ? rootOf(account) : { ...rootOf(account), arn: named };
}

function opened(askers: readonly Asker[], wish: Wish): PrincipalVerdict[] {
  return askers
    .map((asker) => ({ asker, verdict: asker.judge(wish) }))
    .filter(({ verdict }) => isOpen(verdict))
    .map(({ asker, verdict }) => ({ key: asker.key, ...told(verdict) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}

const told = ({ verdict, because, conditions }: Verdict): AccessVerdict => ({
  verdict,
  conditions: [...new Set(conditions.map(inWords))],
  because,
});

const inWords = ({ text }: Residue): string => scrubbedText(text);
