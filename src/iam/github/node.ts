/** A YAML document as the rules of GitHub read it: plain values that remember their line, aliases already written out. */
export type YamlNode = YamlScalar | YamlMap | YamlList;

export interface YamlScalar {
  readonly type: 'scalar';
  readonly value: string | number | boolean | null;
  /** 1-based. */
  readonly line: number;
}

export interface YamlMap {
  readonly type: 'map';
  readonly entries: readonly (readonly [key: string, value: YamlNode])[];
  readonly line: number;
}

export interface YamlList {
  readonly type: 'list';
  readonly items: readonly YamlNode[];
  readonly line: number;
}

/** The value under a key; undefined when the node is no map or has no such key. Keys are compared as written. */
export function valueAt(node: YamlNode | undefined, key: string): YamlNode | undefined {
  return node?.type === 'map' ? node.entries.find(([name]) => name === key)?.[1] : undefined;
}

export function entriesOf(node: YamlNode | undefined): YamlMap['entries'] {
  return node?.type === 'map' ? node.entries : [];
}

export function itemsOf(node: YamlNode | undefined): readonly YamlNode[] {
  return node?.type === 'list' ? node.items : [];
}

/** The text of a scalar; undefined for null, maps and lists. */
export function textOf(node: YamlNode | undefined): string | undefined {
  return node?.type === 'scalar' && node.value !== null ? String(node.value) : undefined;
}

/** The texts of a list, or of a single scalar, which GitHub takes for a list of one. */
export function textsOf(node: YamlNode | undefined): string[] {
  const nodes = node?.type === 'list' ? node.items : node ? [node] : [];
  return nodes.map(textOf).filter((text) => text !== undefined);
}

/** All scalars at and below a node, in order. */
export function* scalarsOf(node: YamlNode | undefined): Generator<YamlScalar> {
  if (!node) return;
  if (node.type === 'scalar') yield node;
  else if (node.type === 'list') for (const item of node.items) yield* scalarsOf(item);
  else for (const [, value] of node.entries) yield* scalarsOf(value);
}
