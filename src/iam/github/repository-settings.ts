/** Settings that GitHub keeps beside a repository's files. Absent is unknown. */
export interface RepositorySettings {
  readonly id?: string;
  readonly ownerId?: string;
  readonly visibility?: 'public' | 'private' | 'internal';
  readonly defaultBranch?: string;
  /** The claims that its OIDC subjects are made of; absent: GitHub's default template. */
  readonly subjectClaims?: readonly string[];
  /** Its subjects name owner and repository with their ids, as those of repositories made since July 15, 2026 do. */
  readonly immutableSubject?: boolean;
  /** What a job's own token may do where its workflow says nothing. */
  readonly tokenDefault?: 'read' | 'write';
}

/** The answers of `/orgs/{org}/actions/oidc/customization/sub` and `/repos/{owner}/{repo}/actions/oidc/customization/sub`. */
export interface SubjectCustomization {
  readonly use_default?: boolean;
  readonly include_claim_keys?: readonly string[];
}

/** A repository takes its organisation's template only if it opted out of the default and has none of its own. */
export function subjectClaimsOf(
  repository: SubjectCustomization | undefined,
  organization: SubjectCustomization | undefined,
): readonly string[] | undefined {
  if (repository?.use_default !== false) return undefined;
  const own = repository.include_claim_keys ?? [];
  const claims = own.length > 0 ? own : (organization?.include_claim_keys ?? []);
  return claims.length > 0 ? claims : undefined;
}
