/** Who may become a role: trust policy and permission, evaluated together. */
import type { ConditionTest, Residue } from '../../iam/aws/condition.ts';
import { allowEverything, type Policy } from '../../iam/aws/document.ts';
import { evaluate } from '../../iam/aws/evaluate.ts';
import { accountOfArn, type Requester, sessionOf } from '../../iam/aws/principal.ts';
import type { Properties } from '../../model/entity.ts';
import { grouped } from '../../model/grouped.ts';
import { awsExternalAccount, awsService } from '../../model/keys.ts';
import { EXTERNAL_ANYONE } from '../../model/kinds.ts';
import type { Estate } from './estate.ts';
import { federatedSubjects, type OpenSubject } from './federation.ts';
import { type Held, heldBy } from './held.ts';
import type { Principal } from './principals.ts';
import { STRANGER, unknownRole } from './request-facts.ts';

export interface Assumption {
  /** The key of a principal, or of an External. */
  readonly from: string;
  readonly external: boolean;
  readonly role: Principal;
  readonly held: Held;
  readonly reason: string;
  /** Of the relationship. */
  readonly properties?: Properties;
  /** Of the External. */
  readonly entity?: Properties;
  /** Whether anybody can become the External. */
  readonly open?: OpenSubject;
}

export function* assumptions(estate: Estate): Generator<Assumption> {
  const byAccount = grouped(estate.people.principals, ({ account }) => account);
  for (const role of estate.people.principals) {
    if (!role.trust) continue;
    yield* fromEstate(estate, role, byAccount);
    yield* fromOutside(estate, role, role.trust);
  }
}

const ASSUME = 'sts:AssumeRole';

function* fromEstate(
  estate: Estate,
  role: Principal,
  byAccount: ReadonlyMap<string, readonly Principal[]>,
): Generator<Assumption> {
  for (const principal of candidates(estate, role, byAccount)) {
    const verdict = estate.ask({ principal, action: ASSUME, resource: role.arn });
    const held = heldBy([verdict], principal.unsure);
    if (!held || principal === role) continue;
    const granted = verdict.because.filter((one) => one.effect === 'Allow').map((one) => `${one.policy} ${one.statement}`);
    yield { from: principal.key, external: false, role, held, reason: granted.join('; ') };
  }
}

/** Principals that the trust policy may mean. An account or everybody means those whose own policies speak of the action too. */
function candidates(estate: Estate, role: Principal, byAccount: ReadonlyMap<string, readonly Principal[]>): Set<Principal> {
  const found = new Set<Principal>();
  const whole = (account: string): void => {
    for (const one of byAccount.get(account) ?? []) if (estate.mentions(one, ASSUME)) found.add(one);
  };
  for (const { effect, principals } of (role.trust as Policy).statements) {
    if (effect !== 'Allow' || !principals) continue;
    if (principals.anyone || principals.not) {
      for (const account of byAccount.keys()) whole(account);
      for (const one of byAccount.get(role.account) ?? []) found.add(one);
    }
    for (const text of principals.aws) {
      const named = estate.byArn.get(text) ?? roleOfSession(estate, text) ?? byUniqueId(byAccount, text);
      if (named) found.add(named);
      if (/^\d{12}$/.test(text)) whole(text);
      else if (text.endsWith(':root')) whole(accountOfArn(text) ?? '');
    }
  }
  return found;
}

function roleOfSession(estate: Estate, arn: string): Principal | undefined {
  const session = sessionOf(arn);
  return (
    session &&
    estate.people.principals.find((one) => one.kind === 'role' && one.account === session.account && one.name === session.role)
  );
}

function byUniqueId(byAccount: ReadonlyMap<string, readonly Principal[]>, id: string): Principal | undefined {
  if (!/^A(IDA|ROA)/.test(id)) return undefined;
  return [...byAccount.values()].flat().find((one) => one.record.uniqueId === id);
}

function* fromOutside(estate: Estate, role: Principal, trust: Policy): Generator<Assumption> {
  const callers = new Map<string, Requester>();
  const services = new Set<string>();
  let anyone = false;
  for (const { effect, principals, conditions } of trust.statements) {
    if (effect !== 'Allow' || !principals) continue;
    anyone ||= principals.anyone || principals.not;
    for (const service of principals.services) services.add(service);
    const named = [...principals.aws, ...(principals.anyone ? namedBy(conditions) : [])];
    for (const text of named) {
      const caller = callerOf(text);
      if (caller?.account && !estate.hasPeople(caller.account)) callers.set(caller.arn as string, caller);
    }
  }
  for (const who of callers.values()) yield* outsider(estate, role, { key: awsExternalAccount(who.account as string), who });
  if (anyone) yield* outsider(estate, role, { key: EXTERNAL_ANYONE, who: STRANGER });
  for (const name of services)
    yield* outsider(estate, role, { key: awsService(name), who: { arn: null, type: 'service', name } });
  yield* federatedSubjects(role, trust);
}

/** An account that was not collected stands for each of its principals that the trust policy names, or for whichever it chooses. */
function callerOf(text: string): Requester | undefined {
  const account = /^\d{12}$/.test(text) ? text : accountOfArn(text);
  if (!account || !/^\d{12}$/.test(account)) return undefined;
  const whole = text === account || text.endsWith(':root') || /[*?]/.test(text);
  return { arn: whole ? unknownRole(account) : text, type: 'iam', account };
}

/** Whom a trust in everybody means after all. */
const namedBy = (conditions: readonly ConditionTest[]): readonly string[] =>
  conditions
    .filter(({ key, operator }) => (key === 'aws:principalarn' || key === 'aws:principalaccount') && operator?.negated === false)
    .flatMap(({ texts }) => texts);

function* outsider(estate: Estate, role: Principal, { key, who }: { key: string; who: Requester }): Generator<Assumption> {
  const { arn: resource, account: resourceAccount } = role;
  const facts = estate.aboutResource(resource, resourceAccount, estate.outsideFacts(who, resourceAccount));
  const verdict = evaluate(
    { who, action: ASSUME, resource, resourceAccount, facts },
    { identity: [allowEverything], resource: role.trust, resourceControl: role.guardrails.resourceControl ?? [] },
  );
  const held = heldBy([verdict], false);
  if (!held) return;
  const properties = who.type === 'service' ? { trust: 'service' } : outsideTrust(who, verdict.conditions);
  yield { from: key, external: true, role, held, reason: `trust policy of ${role.name}`, properties };
}

/** Properties of `CAN_ASSUME` from another account or from anybody: what tells a guarded trust in a third party (NHI3, NHI6). */
const outsideTrust = (who: Requester, conditions: readonly Residue[]): Properties => ({
  trust: who === STRANGER ? 'anyone' : 'account',
  externalId: conditions.some(({ key }) => key === 'sts:externalid'),
});
