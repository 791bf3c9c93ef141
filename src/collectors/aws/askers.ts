/** Who can be asked about: users and roles, and by their keys also account roots, role sessions, services and strangers. */
import { allowEverything } from '../../iam/aws/document.ts';
import { evaluate, type Verdict } from '../../iam/aws/evaluate.ts';
import { type KeyFact, layeredFacts } from '../../iam/aws/facts.ts';
import { type Requester, sessionOf } from '../../iam/aws/principal.ts';
import { arnOf, awsArn, awsExternalAccount, awsService } from '../../model/keys.ts';
import { EXTERNAL_ANYONE } from '../../model/kinds.ts';
import type { Estate } from './estate.ts';
import { federatedAsker, isFederated } from './federated-askers.ts';
import { judgement } from './judgement.ts';
import type { Principal } from './principals.ts';
import { STRANGER, unknownRole } from './request-facts.ts';

/** A request without the one who makes it. */
export interface Wish {
  readonly action: string;
  readonly resource: string;
  readonly facts: ReadonlyMap<string, KeyFact>;
  readonly resourceAccount?: string;
}

export interface Asker {
  readonly key: string;
  /** Of the estate; undefined for services and strangers. */
  readonly principal?: Principal;
  /** What is not known of it. */
  readonly gap?: string;
  judge(wish: Wish): Verdict;
}

const ROOT = /^arn:aws[a-z-]*:iam::(\d{12}):root$/;
const UNKNOWN = /^arn:aws[a-z-]*:iam::(\d{12}):(user|role)\/[^*?]+$/;
const SERVICE = awsService('');
const OUTSIDE = awsExternalAccount('');

/** Undefined when the key is none of these. */
export function askerOf(estate: Estate, key: string): Asker | undefined {
  if (key === EXTERNAL_ANYONE) return stranger(estate, key, STRANGER);
  if (key.startsWith(SERVICE)) return stranger(estate, key, { arn: null, type: 'service', name: key.slice(SERVICE.length) });
  if (key.startsWith(OUTSIDE)) return stranger(estate, key, rootOf(key.slice(OUTSIDE.length)));
  if (isFederated(key)) return federatedAsker(estate, key);
  const arn = arnOf(key);
  const principal = estate.byArn.get(arn) ?? rootPrincipal(estate, arn) ?? sessionPrincipal(estate, arn);
  if (principal) return insider(estate, principal, key);
  const unknown = unknownPrincipal(estate, arn);
  return (
    unknown && { ...insider(estate, unknown, key), gap: `${arn} was not collected: what its own policies allow is not known` }
  );
}

export const insider = (estate: Estate, principal: Principal, key = principal.key): Asker => ({
  key,
  principal,
  judge: (wish) => judgement(estate, { principal, ...wish }),
});

/** Some principal of an account that was not collected; its own account may allow it anything. */
export const rootOf = (account: string): Requester => ({ arn: unknownRole(account), type: 'iam', account });

export function stranger(estate: Estate, key: string, who: Requester): Asker {
  return {
    key,
    judge({ action, resource, facts, resourceAccount }) {
      const account = estate.ownerOf(resource) ?? resourceAccount;
      const request = {
        who,
        action,
        resource,
        ...(account !== undefined && { resourceAccount: account }),
        facts: layeredFacts(facts, estate.aboutResource(resource, account, estate.outsideFacts(who, account ?? ''))),
      };
      return evaluate(request, {
        identity: [allowEverything],
        resource: estate.resourcePolicy(resource, estate.thingAt(resource)),
        resourceControl: account === undefined ? [] : (estate.guardrails(account).resourceControl ?? []),
      });
    },
  };
}

/** Held by no policies of its own, only by the organization's. */
function rootPrincipal(estate: Estate, arn: string): Principal | undefined {
  const account = ROOT.exec(arn)?.[1];
  return account !== undefined && estate.inventory.accounts.has(account)
    ? bare(estate, { arn, account, kind: 'user' })
    : undefined;
}

/** A user or role that was not collected: only what others' policies say of it is known. */
function unknownPrincipal(estate: Estate, arn: string): Principal | undefined {
  const [, account, kind] = UNKNOWN.exec(arn) ?? [];
  return account === undefined ? undefined : bare(estate, { arn, account, kind: kind as Principal['kind'] });
}

function bare(estate: Estate, { arn, account, kind }: Pick<Principal, 'arn' | 'account' | 'kind'>): Principal {
  const name = arn.slice(arn.search(/[/:][^/:]*$/) + 1);
  return {
    key: awsArn(arn),
    arn,
    name,
    account,
    kind,
    record: { arn, name, path: '/', uniqueId: '', inline: [], attached: [], groups: [], tags: new Map() },
    requester: { arn, type: 'iam', account },
    groups: [],
    attached: [],
    identity: [],
    boundary: null,
    trust: null,
    guardrails: estate.guardrails(account),
    absent: [],
    unsure: false,
    serviceLinked: false,
  };
}

/** A session is its role, and may be named by itself. */
function sessionPrincipal(estate: Estate, arn: string): Principal | undefined {
  const session = sessionOf(arn);
  const role =
    session &&
    estate.people.principals.find(
      ({ kind, account, name }) => kind === 'role' && account === session.account && name === session.role,
    );
  return role && { ...role, requester: { ...role.requester, arn, roleArn: role.arn } };
}
