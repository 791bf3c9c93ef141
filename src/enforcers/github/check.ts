/** Which permissions steps would be refused for. */
import { counted } from '../../model/counted.ts';
import type { Checked } from '../../ports/checked.ts';
import type { GithubCalls } from './calls.ts';
import { lacking } from './handling.ts';

/** What each is for. */
const PERMISSIONS: Readonly<Record<string, string>> = {
  'administration=write': 'deploy keys, runners and workflow permissions of repositories',
  'secrets=write': 'secrets of repositories',
  'environments=write': 'secrets of environments',
  'repository_hooks=write': 'webhooks of repositories',
  'organization_secrets=write': 'secrets of the organisation',
  'organization_hooks=write': 'webhooks of the organisation',
  'organization_administration=write': 'single sign-on authorisations and workflow permissions of the organisation',
  'organization_personal_access_tokens=write': 'fine-grained tokens',
  'organization_self_hosted_runners=write': 'runners of the organisation',
};

export async function* checkGithub(github: GithubCalls): AsyncGenerator<Checked> {
  const { org, appId } = github.login;
  if (!github.isApp) {
    await github.send({ path: `/orgs/${encodeURIComponent(org)}`, permission: 'metadata=read' });
    yield {
      type: 'missing',
      text: `${org}: a token does not say what it may, and some steps are for apps alone; use a GitHub App`,
    };
    yield { type: 'works', text: `${org}: with a token` };
    return;
  }
  let missing = 0;
  for (const [permission, use] of Object.entries(PERMISSIONS))
    for (const text of await lacking({ github }, permission)) {
      missing++;
      yield { type: 'missing', text: `${use}: ${text}` };
    }
  const all = Object.keys(PERMISSIONS).length;
  yield { type: 'works', text: `${org}: as app ${appId}, ${counted(all - missing, 'permission')} of ${all}` };
}
