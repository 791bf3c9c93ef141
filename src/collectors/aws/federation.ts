/**
 * Federated trust: which subjects of an identity provider may become a role.
 *
 *     External (subject pattern, and what else is asked of the token) ──CAN_ASSUME──► role
 *     external:anyone ──MEMBER_OF──► External, where anybody can get such a token
 *
 * One External for each subject pattern of a statement. Its key is `external:oidc/<issuer>/<pattern>`, with `;<claim>=<patterns>`
 * behind it where the statement asks for other claims too; its properties say the same to the join with presented subjects
 * (`issuer`, `subject`, `claims`: see `model/subject-pattern.ts`). The relationship's properties are what a detector of insecure
 * federation (NHI6) needs: see `FederatedTrust`.
 */
import type { ConditionTest, Residue } from '../../iam/aws/condition.ts';
import { coversAction, type Policy, type Statement } from '../../iam/aws/document.ts';
import { awsArn, oidcSubject } from '../../model/keys.ts';
import { EXTERNAL_ANYONE } from '../../model/kinds.ts';
import { type ClaimTest, claimTestsJson, claimTestsText } from '../../model/subject-pattern.ts';
import { type Held, heldBy } from './held.ts';
import { COGNITO, isSharedIssuer, type Width, widthOf } from './oidc-issuers.ts';
import type { Principal } from './principals.ts';
import { deniedTests, isClaimTest, residueOf, tokenTests } from './token-tests.ts';
import type { Assumption } from './trust.ts';

/** Properties of `CAN_ASSUME` from a federated External. */
export interface FederatedTrust {
  readonly trust: 'oidc' | 'saml';
  /** Host and path, or the ARN of the SAML provider. */
  readonly issuer: string;
  /** Id of the statement in the role's trust policy. */
  readonly statement: string;
  /** How many may meet the subject pattern; `open-name` and `issuer` are over-wide. Absent for SAML. */
  readonly width?: Width;
  /** Whether anybody can get a token of this issuer. */
  readonly shared?: boolean;
  /** What a sound trust would ask and this one does not: `sub`, `aud`. */
  readonly missing?: readonly string[];
}

/** A token that meets this much is everybody's for the asking. */
export interface OpenSubject {
  readonly key: string;
  readonly certainty: 'definite' | 'possible';
  readonly reason: string;
}

export function* federatedSubjects(role: Principal, trust: Policy): Generator<Assumption> {
  for (const statement of trust.statements) {
    if (statement.effect !== 'Allow' || statement.principals?.not) continue;
    for (const provider of new Set(statement.principals?.federated)) {
      const issuer = issuerOf(provider);
      if (issuer === undefined) yield* samlSubject({ role, trust, statement, provider });
      else yield* oidcSubjects({ role, trust, statement, provider, issuer });
    }
  }
}

interface Asked {
  readonly role: Principal;
  readonly trust: Policy;
  readonly statement: Statement;
  readonly provider: string;
}

const WEB_IDENTITY = 'sts:assumerolewithwebidentity';
const SAML = 'sts:assumerolewithsaml';

/** Deny statements that take the action from the provider's callers. */
const denials = ({ trust, provider }: Asked, action: string): Statement[] =>
  trust.statements
    .filter(({ effect, principals }) => effect === 'Deny' && principals !== undefined && means(principals, provider))
    .filter((statement) => coversAction(statement, action));

/** A NotPrincipal of a Deny spares those it names. */
const means = ({ anyone, federated, not }: NonNullable<Statement['principals']>, provider: string): boolean =>
  (anyone || federated.includes(provider)) !== not;

function* oidcSubjects(asked: Asked & { readonly issuer: string }): Generator<Assumption> {
  const { role, statement, provider, issuer } = asked;
  if (!coversAction(statement, WEB_IDENTITY)) return;
  const tests = tokenTests(
    issuer,
    statement.conditions.filter((test) => !saysProvider(test, provider)),
  );
  const left = tests && leftBy(denials(asked, WEB_IDENTITY), issuer);
  if (!left) return;
  const claims = [...tests.claims, ...left.claims];
  const held = heldUnder([...tests.residues, ...left.residues]);
  if (!held) return;
  for (const subject of tests.subjects) {
    const width = claims.some(namesTenant) ? 'tenant' : widthOf(issuer, subject);
    const missing = [...(subject === '*' && width === 'issuer' ? ['sub'] : []), ...(tests.audience ? [] : ['aud'])];
    const from = oidcSubject(issuer, subject) + claimTestsText(claims);
    const shared = isSharedIssuer(issuer);
    const properties: FederatedTrust = { trust: 'oidc', issuer, statement: statement.id, width, shared, missing };
    yield {
      from,
      external: true,
      role,
      held,
      reason: `trust policy of ${role.name}, statement ${statement.id}`,
      properties: { ...properties },
      entity: { issuer, subject, ...(claims.length > 0 && { claims: claimTestsJson(claims) }) },
      ...(shared && openTo({ key: from, issuer, width, audience: tests.audience })),
    };
  }
}

/** A test that only one tenant's tokens meet. */
const namesTenant = ({ claim, not, patterns }: ClaimTest): boolean =>
  !not &&
  ['sub', 'repository', 'repository_owner', 'repository_id', 'enterprise_id', 'job_workflow_ref', 'email', 'aud'].includes(
    claim,
  ) &&
  patterns.every((pattern) => /^[^*?]{3}/.test(pattern));

/** Anybody's identity pool gives tokens of Cognito; anybody may have a repository, a project, a workspace. */
function openTo({ key, issuer, width, audience }: { key: string; issuer: string; width: Width; audience: boolean }): {
  open?: OpenSubject;
} {
  if (issuer === COGNITO && audience) return {};
  if (width === 'issuer') return { open: { key, certainty: 'definite', reason: `anybody can get a token of ${issuer}` } };
  if (width !== 'open-name') return {};
  return { open: { key, certainty: 'possible', reason: `anybody can register a name at ${issuer} that the pattern accepts` } };
}

export const openMembership = ({ key, certainty, reason }: OpenSubject) =>
  ({ source: EXTERNAL_ANYONE, kind: 'MEMBER_OF', target: key, basis: 'inferred', certainty, reason }) as const;

interface Left {
  readonly claims: readonly ClaimTest[];
  readonly residues: readonly Residue[];
}

/** What the denials leave; undefined when nothing. */
function leftBy(statements: readonly Statement[], issuer: string): Left | undefined {
  const claims: ClaimTest[] = [];
  const residues: Residue[] = [];
  for (const { conditions } of statements) {
    const left = deniedTests(issuer, conditions);
    if (left === 'nothing') return undefined;
    if (left === 'everything') continue;
    if (isClaimTest(left)) claims.push(left);
    else residues.push(left);
  }
  return { claims, residues };
}

function* samlSubject(asked: Asked): Generator<Assumption> {
  const { role, statement, provider } = asked;
  if (!coversAction(statement, SAML)) return;
  const left = leftBy(denials(asked, SAML), provider);
  const residues = statement.conditions.filter((test) => !isSignIn(test) && !saysProvider(test, provider)).map(residueOf);
  const held = left && heldUnder([...residues, ...left.residues]);
  if (!held) return;
  const properties: FederatedTrust = { trust: 'saml', issuer: provider, statement: statement.id };
  yield {
    from: awsArn(provider),
    external: true,
    role,
    held,
    reason: `trust policy of ${role.name}, statement ${statement.id}`,
    properties: { ...properties },
  };
}

const heldUnder = (residues: readonly Residue[]): Held | undefined =>
  heldBy([{ verdict: residues.length > 0 ? 'conditional' : 'allowed', because: [], conditions: residues }], false);

/** Every assertion that AWS takes is meant for its own sign-in. https://docs.aws.amazon.com/general/latest/gr/signin-service.html */
const isSignIn = ({ key, operator, texts }: ConditionTest): boolean =>
  key === 'saml:aud' &&
  operator?.negated === false &&
  texts.some((text) =>
    /^https:\/\/(?:[a-z0-9-]+\.)?signin\.(?:aws\.amazon\.com|amazonaws\.cn|amazonaws-us-gov\.com)\/saml/.test(text),
  );

/** `aws:FederatedProvider` is the provider that the statement names. */
const saysProvider = ({ key, operator, texts }: ConditionTest, provider: string): boolean =>
  key === 'aws:federatedprovider' && operator?.negated === false && texts.includes(provider);

/** `arn:aws:iam::<account>:oidc-provider/<host and path>`, or the host itself; undefined for SAML. */
function issuerOf(provider: string): string | undefined {
  if (provider.includes(':saml-provider/')) return undefined;
  const mark = provider.indexOf(':oidc-provider/');
  return mark < 0 ? provider : provider.slice(mark + ':oidc-provider/'.length);
}
