/** A workflow file as a document: what it says, without comments and without literals that look like secrets. */
import type { YamlNode } from '../../iam/github/node.ts';
import type { DocumentFact, Json } from '../../model/entity.ts';
import { githubRepository } from '../../model/keys.ts';
import { scrubbedText } from './scrub.ts';
import type { TreeFile } from './trees.ts';

export const workflowDocument = ({ repository, path }: TreeFile, body: Json): DocumentFact => ({
  subject: githubRepository(repository),
  type: 'workflow',
  name: path,
  body,
});

export const workflowBody = (root: YamlNode): Json => bodyOf(root, '');

function bodyOf(node: YamlNode, name: string): Json {
  if (node.type === 'list') return node.items.map((item) => bodyOf(item, name));
  if (node.type === 'map') return Object.fromEntries(node.entries.map(([key, value]) => [ownKey(key), bodyOf(value, key)]));
  return typeof node.value === 'string' ? scrubbedText(node.value, name) : node.value;
}

/** `__proto__` is no key of a plain object. */
const ownKey = (key: string): string => (key === '__proto__' ? '(__proto__)' : key);
