/** What a job's own token may do. https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#permissions */
import { entriesOf, textOf, type YamlNode } from './node.ts';

export type TokenAccess = 'none' | 'read' | 'write';

export interface TokenPermissions {
  /** `read-all` and `write-all`; `none` where single ones are given. */
  readonly everything: TokenAccess;
  readonly single: ReadonlyMap<string, TokenAccess>;
}

/** Undefined where nothing is stated: then a setting of the repository decides, which never includes `id-token`. */
export function tokenPermissions(node: YamlNode | undefined): TokenPermissions | undefined {
  if (!node) return undefined;
  const word = textOf(node);
  const everything = word === 'write-all' ? 'write' : word === 'read-all' ? 'read' : 'none';
  return { everything, single: new Map(entriesOf(node).map(([scope, value]) => [scope, accessOf(textOf(value))])) };
}

const accessOf = (word: string | undefined): TokenAccess => (word === 'write' || word === 'read' ? word : 'none');

/** What is not named beside others is `none`. */
export const accessTo = (permissions: TokenPermissions, scope: string): TokenAccess =>
  permissions.single.get(scope) ?? permissions.everything;

/** May ask for an OIDC token; `read-all` has no such right. */
export const mayWriteIdToken = (permissions: TokenPermissions | undefined): boolean =>
  permissions !== undefined && accessTo(permissions, 'id-token') === 'write';
