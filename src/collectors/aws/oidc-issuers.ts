/**
 * What is known of identity providers that anybody may get a token of: without a test that tells one tenant from another, a trust in
 * them is a trust in everybody.
 *
 * The claims that STS passes on as condition keys, beside `sub`, `aud` and `amr`:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
 */
import { ANY_TEXT, type ClaimTest, ONE_CHARACTER, patternPlaces } from '../../model/subject-pattern.ts';

export const COGNITO = 'cognito-identity.amazonaws.com';

interface SharedIssuer {
  /** Claims of the token that STS offers to conditions. */
  readonly claims: readonly string[];
  /** Whether whoever asks for a token chooses its audience. */
  readonly choosesAudience: boolean;
}

const SHARED: Readonly<Record<string, SharedIssuer>> = {
  'token.actions.githubusercontent.com': {
    claims: [
      'actor',
      'actor_id',
      'job_workflow_ref',
      'repository',
      'repository_id',
      'workflow',
      'ref',
      'environment',
      'enterprise_id',
    ],
    choosesAudience: true,
  },
  'gitlab.com': { claims: [], choosesAudience: true },
  'app.terraform.io': { claims: [], choosesAudience: true },
  'accounts.google.com': { claims: ['email', 'oaud', 'google/organization_number'], choosesAudience: false },
  'agent.buildkite.com': { claims: [], choosesAudience: true },
  'oidc.vercel.com': { claims: [], choosesAudience: false },
  'graph.facebook.com': { claims: ['app_id', 'id'], choosesAudience: false },
  'www.amazon.com': { claims: ['app_id', 'user_id'], choosesAudience: false },
  [COGNITO]: { claims: [], choosesAudience: false },
};

/**
 * Whether a test of `aud` tells nothing, since whoever asks for the token chooses it. In an EKS cluster pods are handed tokens for
 * AWS STS, which whoever may create a pod has; another audience must be asked for, which not everybody may.
 * https://docs.aws.amazon.com/eks/latest/userguide/pod-configuration.html
 */
export const isFreeAudience = (issuer: string, { patterns, not }: ClaimTest): boolean =>
  SHARED[issuer]?.choosesAudience ??
  (/^oidc\.eks\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?\//.test(issuer) && (not === true || patterns.some(takesSts)));

const takesSts = (pattern: string): boolean => pattern === 'sts.amazonaws.com' || /[*?]/.test(pattern);

export const isSharedIssuer = (issuer: string): boolean => Object.hasOwn(SHARED, issuer);

/** Undefined: not known which claims the provider has. */
export function passesClaim(issuer: string, claim: string): boolean | undefined {
  if (claim === 'sub' || claim === 'aud' || claim === 'amr') return true;
  const known = SHARED[issuer];
  return known && known.claims.length > 0 ? known.claims.includes(claim) : undefined;
}

/** How many may meet a pattern of a subject. */
export const WIDTHS = ['exact', 'tenant', 'open-name', 'issuer'] as const;
export type Width = (typeof WIDTHS)[number];

/**
 * `issuer`: every token of the provider does. `open-name`: the tenant's name has a wildcard (`repo:acme*`), and names can be
 * registered. `tenant`: some of one tenant's. `exact`: one subject. Subjects of shared providers begin `<word>:<tenant>` and go on
 * with `/` or `:`.
 */
export function widthOf(issuer: string, pattern: string): Width {
  const places = patternPlaces(pattern);
  const wild = places.findIndex((place) => place === ANY_TEXT || place === ONE_CHARACTER);
  if (wild < 0) return 'exact';
  if (places.every((place) => place === ANY_TEXT)) return 'issuer';
  if (!isSharedIssuer(issuer)) return 'tenant';
  const before = places.slice(0, wild).join('');
  const name = /^[^:]*:(.*)$/.exec(before)?.[1];
  if (name === undefined) return namesPath(places.slice(wild)) ? 'tenant' : 'issuer';
  if (name === '') return 'issuer';
  return /[/:]/.test(name) ? 'tenant' : 'open-name';
}

/** Behind a leading wildcard, a path that is no git ref names somebody's repository. */
const namesPath = (places: readonly string[]): boolean =>
  places
    .join('')
    .replace(/:ref:refs\/.*$/, '')
    .includes('/');
