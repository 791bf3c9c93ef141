/**
 * One rule of a role, and whether it allows a request: as the API server's own RBAC authorizer decides it. There is no deny.
 * https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources
 */
export interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  /** `pods`, `pods/exec`, or `*` + `/scale` for a subresource of whatever has it. `pods/*` stands for nothing. */
  readonly resources: readonly string[];
  /** Empty: any name, and requests without one. */
  readonly resourceNames: readonly string[];
  /** Paths; a `*` counts only at the end. */
  readonly nonResourceURLs: readonly string[];
}

/** What is done to what. An empty namespace is cluster-wide; `path` instead of a resource for what is none. */
export interface AccessAttributes {
  readonly verb: string;
  readonly apiGroup: string;
  readonly resource: string;
  readonly subresource: string;
  readonly name: string;
  readonly namespace: string;
  readonly path: string;
}

export const isResourceRequest = ({ resource, path }: Pick<AccessAttributes, 'resource' | 'path'>): boolean =>
  resource !== '' || path === '';

export function ruleAllows(rule: PolicyRule, request: AccessAttributes): boolean {
  if (!has(rule.verbs, request.verb)) return false;
  if (!isResourceRequest(request)) return rule.nonResourceURLs.some((url) => coversPath(url, request.path));
  return coversResource(rule, request) && (rule.resourceNames.length === 0 || rule.resourceNames.includes(request.name));
}

/** Whether the rule is about this resource at all, whatever verb and name. */
export function coversResource(
  { apiGroups, resources }: PolicyRule,
  { apiGroup, resource, subresource }: Pick<AccessAttributes, 'apiGroup' | 'resource' | 'subresource'>,
): boolean {
  if (!has(apiGroups, apiGroup)) return false;
  const whole = subresource === '' ? resource : `${resource}/${subresource}`;
  return has(resources, whole) || (subresource !== '' && resources.includes(`*/${subresource}`));
}

export const has = (words: readonly string[], word: string): boolean => words.includes('*') || words.includes(word);

const coversPath = (url: string, path: string): boolean =>
  url === '*' || url === path || (url.endsWith('*') && path.startsWith(url.replace(/\*+$/, '')));
