/**
 * What can be done to GitHub secrets, deploy keys, tokens and apps, and the literal command of it. Pure text.
 *
 * Overwriting an Actions secret is irreversible (its value cannot be read back), and it leaves the credential that was inside alive:
 * that one is ended at its issuer. `POST /credentials/revoke` takes no authorization; it works for `ghp_`, `github_pat_`,
 * `gho_`, `ghu_` and `ghr_` tokens, 60 calls an hour, and "cannot be undone".
 *
 * Sources: GitHub REST API: "Actions secrets", "Deploy keys", "Revocation", "Apps" (suspend an installation).
 */
import type { StepCommands } from './plan.ts';
import { shellQuote as q } from './shell.ts';

/** Where a secret is kept: a repository, one of its environments, or an organisation. */
export interface GithubSecretPlace {
  readonly name: string;
  readonly repository?: string;
  readonly environment?: string;
  readonly organization?: string;
}

/** `github:acme/shop/actions/secrets/TOKEN`, `github:acme/shop/environments/prod/secrets/TOKEN`, `github:org/acme/actions/secrets/TOKEN`. */
export function githubSecretOf(key: string): GithubSecretPlace | undefined {
  const org = /^github(?:@[^:]+)?:org\/([^/]+)\/actions\/secrets\/([^/]+)$/.exec(key);
  if (org) return { organization: org[1]!, name: org[2]! };
  const environment = /^github(?:@[^:]+)?:([^/]+\/[^/]+)\/environments\/(.+)\/secrets\/([^/]+)$/.exec(key);
  if (environment) return { repository: environment[1]!, environment: environment[2]!, name: environment[3]! };
  const plain = /^github(?:@[^:]+)?:([^/]+\/[^/]+)\/actions\/secrets\/([^/]+)$/.exec(key);
  return plain ? { repository: plain[1]!, name: plain[2]! } : undefined;
}

/** `github:acme/shop/keys/17` */
export function githubDeployKeyOf(key: string): { readonly repository: string; readonly id: string } | undefined {
  const found = /^github(?:@[^:]+)?:([^/]+\/[^/]+)\/keys\/(\d+)$/.exec(key);
  return found ? { repository: found[1]!, id: found[2]! } : undefined;
}

const secretWords = ({ name, repository, environment, organization }: GithubSecretPlace): string =>
  organization === undefined
    ? `${q(name)} --repo ${q(repository ?? '')}${environment === undefined ? '' : ` --env ${q(environment)}`}`
    : `${q(name)} --org ${q(organization)}`;

/** Puts a new value into a place. `value`: the command that prints it, so that it is never shown or typed. */
export const githubSetSecret = (place: GithubSecretPlace, value: string): string =>
  `${value} | gh secret set ${secretWords(place)}`;

/** Title, public key and read_only are saved first: with them the same key can be added again, under a new id. */
export function githubDeleteDeployKey(repository: string, id: string): StepCommands {
  const path = `repos/${repository}/keys`;
  const file = q(`deploy-key-${id}.json`);
  return {
    apply: `gh api ${q(`${path}/${id}`)} > ${file} && gh api -X DELETE ${q(`${path}/${id}`)}`,
    inverse: `jq '{title, key, read_only}' ${file} | gh api -X POST ${q(path)} --input -`,
    probe: `gh api ${q(path)} --jq '.[].id'`,
  };
}

/** The leaked value is typed in once and goes nowhere else. */
export const githubRevokeToken = (): StepCommands => ({
  apply:
    'read -rs TOKEN && printf \'{"credentials":["%s"]}\' "$TOKEN" | curl -sS -X POST https://api.github.com/credentials/revoke -H \'Content-Type: application/json\' --data-binary @-; unset TOKEN',
  inverse: '',
  probe:
    'read -rs TOKEN && curl -sS -o /dev/null -w \'%{http_code}\\n\' -H "Authorization: Bearer $TOKEN" https://api.github.com/user; unset TOKEN',
});

/** By the owner of the app, with the app's own JWT in `$APP_JWT`. */
export const githubSuspendInstallation = (installation: string): StepCommands => {
  const call = (method: string): string =>
    `curl -sS -X ${method} -H "Authorization: Bearer $APP_JWT" ${q(`https://api.github.com/app/installations/${installation}/suspended`)}`;
  return {
    apply: call('PUT'),
    inverse: call('DELETE'),
    probe: `curl -sS -H "Authorization: Bearer $APP_JWT" ${q(`https://api.github.com/app/installations/${installation}`)}`,
  };
};
