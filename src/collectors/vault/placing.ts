/**
 * Which call a saved answer is of. An answer that says it (`{"path": …, "data": …}`, as `collect --save` writes them) is taken at its
 * word; of the others the content tells what they are, and where it names no mount and no role, the folders that the file lies in.
 */
import type { Answer } from './answer.ts';

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string';
const has = (data: Fields, ...names: readonly string[]): boolean => names.every((name) => Object.hasOwn(data, name));

/** Undefined for what is none. `file`: path below the source's folder. */
export function answerIn(value: unknown, file: string): Answer | undefined {
  if (!isFields(value)) return undefined;
  const inner = value['data'];
  if (isText(value['path']) && isFields(inner))
    return { path: value['path'], isList: value['operation'] === 'list', data: inner, place: file };
  const data = has(value, 'request_id') && isFields(inner) ? inner : value;
  const isList = Array.isArray(data['keys']) && data['keys'].every(isText);
  const path = pathByContent(data) ?? pathByPlace(data, file, isList);
  return path === undefined ? undefined : { path, isList, data, place: file };
}

/** What names itself. */
function pathByContent(data: Fields): string | undefined {
  if (isMounts(data))
    return Object.values(data).some((mount) => accessorOf(mount).startsWith('auth_')) ? 'sys/auth' : 'sys/mounts';
  if (isText(data['name']) && (isText(data['policy']) || isText(data['rules']))) return `sys/policies/acl/${data['name']}`;
  if (isText(data['id']) && Array.isArray(data['aliases'])) return `identity/entity/id/${data['id']}`;
  if (isText(data['id']) && has(data, 'member_entity_ids')) return `identity/group/id/${data['id']}`;
  if (isText(data['accessor']) && has(data, 'policies', 'creation_time')) return 'auth/token/lookup-accessor';
  if (isText(data['id']) && has(data, 'issue_time', 'renewable')) return 'sys/leases/lookup';
  return undefined;
}

const accessorOf = (mount: unknown): string => (isFields(mount) && isText(mount['accessor']) ? mount['accessor'] : '');

function isMounts(data: Fields): boolean {
  const entries = Object.entries(data);
  return entries.length > 0 && entries.every(([path, mount]) => path.endsWith('/') && isFields(mount) && isText(mount['type']));
}

/** Forms of paths, and what their answers hold. */
const PLACED: readonly (readonly [RegExp, (data: Fields, isList: boolean) => boolean])[] = [
  [/(?:^|\/)(auth\/.+\/role\/[^/]+\/role-id)$/, (data) => isText(data['role_id'])],
  [/(?:^|\/)(auth\/.+\/role\/[^/]+\/secret-id)$/, (_, isList) => isList],
  [/(?:^|\/)(auth\/.+\/role\/[^/]+\/secret-id(?:-accessor)?\/lookup)(?:\/[^/]+)?$/, (data) => isText(data['secret_id_accessor'])],
  [/(?:^|\/)(auth\/token\/roles\/[^/]+)$/, (data) => has(data, 'allowed_policies')],
  [/(?:^|\/)(auth\/.+\/role\/[^/]+)$/, (data) => ROLE_FIELDS.some((name) => has(data, name))],
  [/(?:^|\/)(auth\/.+\/config)$/, (data) => CONFIG_FIELDS.some((name) => has(data, name))],
  [/(?:^|\/)(auth\/.+\/roles?|auth\/token\/accessors|identity\/(?:entity|group)\/(?:id|name))$/, (_, isList) => isList],
  [/(?:^|\/)(sys\/(?:policies\/acl|policy|leases\/lookup\/.+))$/, (_, isList) => isList],
  [/^(.+\/metadata(?:\/.+)?)$/, (data, isList) => isList || has(data, 'current_version', 'versions')],
  [/^(.+\/static-roles\/[^/]+)$/, (data) => has(data, 'username')],
  [/^(.+\/roles\/[^/]+)$/, (data) => has(data, 'creation_statements') || has(data, 'db_name')],
  [/^(.+\/(?:static-)?roles)$/, (_, isList) => isList],
];
const ROLE_FIELDS = [
  'token_policies',
  'bound_service_account_names',
  'bound_claims',
  'bound_iam_principal_arn',
  'bind_secret_id',
];
const CONFIG_FIELDS = ['kubernetes_host', 'bound_issuer', 'oidc_discovery_url', 'jwks_url'];

function pathByPlace(data: Fields, file: string, isList: boolean): string | undefined {
  const place = file
    .replace(/\.gz$/, '')
    .replace(/\.(?:json|txt)$/, '')
    .replace(/\/(?:index|list|keys)$/, '');
  for (const [form, holds] of PLACED) {
    const path = form.exec(place)?.[1];
    if (path !== undefined && holds(data, isList)) return path;
  }
  return undefined;
}

/** An ACL policy as JSON: `{"path": {"secret/*": {…}}}`. */
export const isJsonPolicy = (value: unknown): boolean => isFields(value) && isFields(value['path']);

/** A text that may be an ACL policy: it has a block of a path. */
export const isHclPolicy = (head: string): boolean => /^[^\S\n]*path\s*(?:"[^"\n]*"\s*[={]|=?\s*\{)/m.test(head);
