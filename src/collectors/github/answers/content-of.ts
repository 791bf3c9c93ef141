/** What an answer is, told by what it holds. */
import { isObject } from './is-object.ts';

export interface Likeness {
  /** Of the endpoint, with its parameters. */
  readonly template: string;
  /** The path with every parameter filled in, where the content tells them. */
  readonly path?: string | undefined;
}

type Item = Readonly<Record<string, unknown>>;

interface Form {
  readonly template: string;
  /** The key of the list that the answer counts. */
  readonly list?: string;
  /** Keys that every item has. */
  readonly keys: readonly string[];
  readonly but?: (item: Item) => boolean;
  /** The path, as far as an item says it. */
  readonly says?: (item: Item) => string | undefined;
  /** The whole answer is one object. */
  readonly single?: boolean;
}

const REPO = '/repos/{owner}/{repo}';
const ORG = '/orgs/{org}';

const textAt = (item: Item, ...path: readonly string[]): string | undefined => {
  const found = path.reduce<unknown>((inner, key) => (isObject(inner) ? inner[key] : undefined), item);
  return typeof found === 'string' ? found : undefined;
};
/** The API path of an address that an item carries, cut after `depth` parts. */
const pathIn = (address: string | undefined, depth?: number): string | undefined => {
  const found = /^https?:\/\/[^/]+(?:\/api\/v3)?(\/(?:repos|orgs)\/[^?{]+)/.exec(address ?? '')?.[1];
  return found
    ?.split('/')
    .slice(0, depth === undefined ? undefined : depth + 1)
    .join('/');
};
const inRepo = (address: string | undefined, rest: string): string | undefined => {
  const path = pathIn(address, 3);
  return path?.startsWith('/repos/') ? `${path}${rest}` : undefined;
};
const inOrg = (login: string | undefined, rest: string): string | undefined => (login ? `/orgs/${login}${rest}` : undefined);

/** In the order in which they are tried: the more particular first. */
const FORMS: readonly Form[] = [
  {
    template: `${REPO}/branches/{branch}/protection`,
    keys: ['url', 'enforce_admins'],
    single: true,
    says: (item) => pathIn(textAt(item, 'url')),
  },
  { template: `${REPO}/branch-protection-rules`, list: 'nodes', keys: ['pattern', 'isAdminEnforced'] },
  {
    template: ORG,
    keys: ['login', 'default_repository_permission'],
    single: true,
    says: (item) => inOrg(textAt(item, 'login'), ''),
  },
  {
    template: `${ORG}/custom-repository-roles`,
    list: 'custom_roles',
    keys: ['name', 'permissions'],
    says: (item) => inOrg(textAt(item, 'organization', 'login'), '/custom-repository-roles'),
  },
  {
    template: `${ORG}/organization-roles`,
    list: 'roles',
    keys: ['name', 'permissions'],
    says: (item) => inOrg(textAt(item, 'organization', 'login'), '/organization-roles'),
  },
  {
    template: `${ORG}/installations`,
    list: 'installations',
    keys: ['app_slug', 'permissions'],
    says: (item) =>
      textAt(item, 'account', 'type') === 'User' ? undefined : inOrg(textAt(item, 'account', 'login'), '/installations'),
  },
  {
    template: `${REPO}/environments`,
    list: 'environments',
    keys: ['name', 'protection_rules'],
    says: (item) => inRepo(textAt(item, 'url'), '/environments'),
  },
  { template: `${REPO}/environments/{environment}/deployment-branch-policies`, list: 'branch_policies', keys: ['name'] },
  { template: `${ORG}/actions/runner-groups`, list: 'runner_groups', keys: ['name', 'visibility'] },
  { template: `${ORG}/actions/runners`, list: 'runners', keys: ['name', 'os', 'labels'] },
  {
    template: `${ORG}/actions/secrets`,
    list: 'secrets',
    keys: ['name', 'visibility'],
    but: (item) => Object.hasOwn(item, 'value'),
    says: (item) => pathIn(textAt(item, 'selected_repositories_url'), 2)?.concat('/actions/secrets'),
  },
  { template: `${ORG}/actions/variables`, list: 'variables', keys: ['name', 'visibility'] },
  {
    template: `${REPO}/actions/secrets`,
    list: 'secrets',
    keys: ['name', 'created_at'],
    but: (item) => Object.hasOwn(item, 'value'),
  },
  { template: `${REPO}/actions/variables`, list: 'variables', keys: ['name', 'value'] },
  { template: `${ORG}/personal-access-tokens`, keys: ['owner', 'token_id', 'permissions', 'access_granted_at'] },
  { template: `${ORG}/personal-access-token-requests`, keys: ['owner', 'token_id', 'permissions', 'reason'] },
  { template: `${ORG}/credential-authorizations`, keys: ['login', 'credential_id', 'credential_type'] },
  { template: `${REPO}/collaborators`, keys: ['login', 'permissions', 'role_name'] },
  {
    template: `${REPO}/teams`,
    keys: ['slug', 'members_url', 'permissions'],
  },
  {
    template: `${ORG}/teams`,
    keys: ['slug', 'members_url', 'repositories_url'],
    says: (item) => inOrg(/\/orgs\/([^/]+)\/teams\//.exec(textAt(item, 'html_url') ?? '')?.[1], '/teams'),
  },
  {
    template: `${REPO}/branches`,
    keys: ['name', 'commit', 'protected'],
    says: (item) => inRepo(textAt(item, 'commit', 'url'), '/branches'),
  },
  {
    template: `${REPO}/keys`,
    keys: ['id', 'key', 'read_only'],
    says: (item) => inRepo(textAt(item, 'url'), '/keys'),
  },
  {
    template: `${REPO}/hooks`,
    keys: ['id', 'config', 'events'],
    says: (item) => inRepo(textAt(item, 'url'), '/hooks') ?? pathIn(textAt(item, 'url'), 3),
  },
  {
    template: `${REPO}/secret-scanning/alerts`,
    keys: ['number', 'secret_type', 'state'],
    says: (item) => {
      const repository = textAt(item, 'repository', 'full_name');
      return repository ? `/repos/${repository}/secret-scanning/alerts` : inRepo(textAt(item, 'url'), '/secret-scanning/alerts');
    },
  },
  { template: `${REPO}/rulesets/{ruleset}`, keys: ['id', 'name', 'enforcement', 'rules'], single: true, says: rulesetPath },
  {
    template: `${REPO}/rulesets`,
    keys: ['id', 'name', 'enforcement', 'source'],
    says: (item) => rulesetPath(item)?.replace(/\/\d+$/, ''),
  },
  { template: REPO, keys: ['full_name', 'default_branch'], single: true, says: (item) => `/repos/${textAt(item, 'full_name')}` },
  {
    template: `${ORG}/repos`,
    keys: ['full_name', 'owner'],
    says: (item) => inOrg(textAt(item, 'owner', 'login'), '/repos'),
  },
  { template: `${ORG}/audit-log`, keys: ['action', '@timestamp'], says: auditPath },
  { template: `${ORG}/audit-log`, keys: ['action', 'actor', 'created_at'], says: auditPath },
];

function rulesetPath(item: Item): string | undefined {
  const source = textAt(item, 'source');
  if (!source) return undefined;
  return textAt(item, 'source_type') === 'Repository'
    ? `/repos/${source}/rulesets/${Number(item['id'])}`
    : `/orgs/${source}/rulesets/${Number(item['id'])}`;
}

function auditPath(item: Item): string | undefined {
  return inOrg(textAt(item, 'org'), '/audit-log');
}

/** Undefined for JSON that has none of the forms; empty lists have none. */
export function contentOf(value: unknown): Likeness | undefined {
  for (const form of FORMS) {
    const item = firstItem(value, form);
    if (!item || !form.keys.every((key) => Object.hasOwn(item, key)) || form.but?.(item)) continue;
    return { template: form.template, path: form.says?.(item) };
  }
  return emptyList(value);
}

/** An empty list under a key that one endpoint alone has. */
function emptyList(value: unknown): Likeness | undefined {
  if (!isObject(value) || value['total_count'] !== 0) return undefined;
  const named = FORMS.filter(({ list }) => list !== undefined && Array.isArray(value[list]));
  return named.length === 1 && named[0] ? { template: named[0].template } : undefined;
}

function firstItem(value: unknown, { list, single }: Form): Item | undefined {
  if (single) return isObject(value) ? value : undefined;
  const pages = Array.isArray(value) ? value : [value];
  const [first] = pages;
  if (list === undefined) {
    if (!Array.isArray(value)) return undefined;
    const item: unknown = Array.isArray(first) ? first[0] : first;
    return isObject(item) ? item : undefined;
  }
  const found = listBelow(first, list);
  return found && isObject(found[0]) ? found[0] : undefined;
}

function listBelow(value: unknown, list: string): readonly unknown[] | undefined {
  if (!isObject(value)) return undefined;
  if (Array.isArray(value[list])) return value[list];
  for (const wrapping of ['data', 'repository', 'branchProtectionRules']) {
    const inner = listBelow(value[wrapping], list);
    if (inner) return inner;
  }
  return undefined;
}
