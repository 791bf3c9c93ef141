/**
 * The verdict on one request of somebody, as people are told it: what a missing document might say is a condition, never a silent yes or no.
 */
import { allowEverything, compilePolicy, RESOURCE_POLICY } from '../../iam/aws/document.ts';
import type { Verdict } from '../../iam/aws/evaluate.ts';
import { VERDICTS } from '../../iam/aws/evaluate.ts';
import { type KeyFact, values } from '../../iam/aws/facts.ts';
import type { Estate, Question } from './estate.ts';
import { mayDeny } from './principals.ts';

/** Where the documents are, and what was not collected is said. */
export function judgement(estate: Estate, question: Question): Verdict {
  return withoutTrust(estate, question) ?? unsureKey(estate, question, withAbsent(estate, question));
}

export const isOpen = ({ verdict }: Verdict): boolean => verdict === 'allowed' || verdict === 'conditional';

/** What the service may be is decided by the role's trust policy: whoever passes it chooses one of these. */
function passed(estate: Estate, question: Question): Verdict {
  const verdict = estate.ask(question);
  if (!verdict.conditions.some(({ key }) => key === PASSED_TO)) return verdict;
  const trust = estate.byArn.get(question.resource)?.trust;
  const services = new Set(
    trust?.statements.flatMap(({ effect, principals }) => (effect === 'Allow' && principals ? principals.services : [])),
  );
  const verdicts = [...services].map((service) => {
    const facts = new Map<string, KeyFact>([...(question.facts ?? []), [PASSED_TO, values(service)]]);
    return estate.ask({ ...question, facts });
  });
  return verdicts.sort((a, b) => VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict))[0] ?? verdict;
}

const PASSED_TO = 'iam:passedtoservice';

function withAbsent(estate: Estate, question: Question): Verdict {
  const verdict = passed(estate, question);
  const { absent, absentBoundary } = question.principal;
  if (absent.length === 0 || verdict.verdict === 'explicit-deny') return verdict;
  const identity = absentBoundary === undefined ? absent : absent.slice(0, -1);
  if (isOpen(verdict)) {
    const limits = identity.filter(mayDeny).map((arn) => `${arn}, which was not collected, does not deny it`);
    return onCondition(verdict, [...(absentBoundary ? [allows(absentBoundary)] : []), ...limits]);
  }
  if (identity.length === 0) return verdict;
  const opened = passed(estate, { ...question, extra: [allowEverything] });
  if (!isOpen(opened)) return verdict;
  const because = opened.because.filter(({ policy }) => policy !== allowEverything.name);
  return onCondition({ ...opened, because }, [
    `${identity.join(' or ')}, which ${identity.length > 1 ? 'were' : 'was'} not collected, allows it`,
    ...(absentBoundary ? [allows(absentBoundary)] : []),
  ]);
}

const allows = (arn: string): string => `${arn}, which was not collected, allows it`;

/** A role that was not collected has a trust policy all the same. */
function withoutTrust(estate: Estate, question: Question): Verdict | undefined {
  const { action, resource, principal } = question;
  if (!action.toLowerCase().startsWith('sts:assumerole') || !isUnknownRole(estate, resource)) return undefined;
  const verdict = withAbsent(estate, { ...question, resourcePolicy: TRUSTS_ALL });
  if (!isOpen(verdict)) return verdict;
  const because = verdict.because.filter(({ policy }) => policy !== TRUSTS_ALL.name);
  return onCondition({ ...verdict, because }, [
    `the trust policy of ${resource}, which was not collected, lets ${principal.arn} in`,
  ]);
}

/** Of a collected account, a role that is not there does not exist. */
export function isUnknownRole(estate: Estate, resource: string): boolean {
  const account = resource.includes(':role/') ? (resource.split(':', 6)[4] ?? '') : '';
  return /^\d{12}$/.test(account) && !estate.byArn.has(resource) && !estate.hasPeople(account);
}

const TRUSTS_ALL = compilePolicy(
  'a trust policy that was not collected',
  { Version: '2012-10-17', Statement: { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:*' } },
  RESOURCE_POLICY,
);

/** A key always has a policy; without it, only the default one can be assumed. */
function unsureKey(estate: Estate, { resource, resourcePolicy }: Question, verdict: Verdict): Verdict {
  if (resourcePolicy !== undefined || !isUnknownKey(estate, resource) || !isOpen(verdict)) return verdict;
  return onCondition(verdict, [`the policy of ${resource}, which was not collected, leaves it to the policies of its account`]);
}

export function isUnknownKey(estate: Estate, resource: string): boolean {
  return /^arn:aws[a-z-]*:kms:[^:]*:\d{12}:key\//.test(resource) && (estate.thingAt(resource)?.policy ?? undefined) === undefined;
}

function onCondition(verdict: Verdict, texts: readonly string[]): Verdict {
  if (texts.length === 0) return verdict;
  const conditions = texts.map((text) => ({ text, key: '', class: 'unknown' as const }));
  return { verdict: 'conditional', because: verdict.because, conditions: [...verdict.conditions, ...conditions] };
}
