/** YAML text → nodes that know their line. */
import { type Document, isAlias, isMap, isScalar, isSeq, type LineCounter, type Pair, type Scalar } from 'yaml';
import type { YamlMap, YamlNode, YamlScalar } from '../../iam/github/node.ts';
import { InputError } from '../../model/errors.ts';
import { composeYaml } from '../files/yaml.ts';
import { plainYaml } from './plain-yaml.ts';

export interface YamlTree {
  readonly root: YamlNode;
  /** Where a map takes over another with `<<`: YAML 1.1 has that, GitHub does not. */
  readonly mergeLines: readonly number[];
}

/** The document; undefined when there is none. Broken, too deep or too much aliased YAML is an InputError that begins with `place`. */
export function yamlTree(text: string, place: string): YamlTree | undefined {
  const root = plainYaml(text);
  return root ? { root, mergeLines: [] } : composedTree(text, place);
}

/** As `yamlTree`, whether the text is plain or not. */
export function composedTree(text: string, place: string): YamlTree | undefined {
  const { documents, lines } = composeYaml(text, place);
  const [document] = documents;
  if (!document) return undefined;
  if (documents.length > 1) throw new InputError(`${place}: expected one YAML document`);
  const mergeLines: number[] = [];
  const root = nodeOf(document.contents, { place, document, lines, mergeLines, within: new Set() }, 1);
  return { root, mergeLines };
}

interface Reading {
  readonly place: string;
  readonly document: Document;
  readonly lines: LineCounter;
  readonly mergeLines: number[];
  /** What aliases on the way here stand for. */
  readonly within: ReadonlySet<unknown>;
}

/** `above`: the line of the parent, for nodes that are nowhere in the text. */
function nodeOf(node: unknown, reading: Reading, above: number): YamlNode {
  const line = lineOf(node, reading, above);
  if (isAlias(node)) {
    const meant = node.resolve(reading.document);
    if (reading.within.has(meant)) throw new InputError(`${reading.place}: line ${line}: an alias within what it stands for`);
    return nodeOf(meant, { ...reading, within: new Set(reading.within).add(meant) }, line);
  }
  if (isMap(node)) return { type: 'map', line, entries: entriesOf(node.items, reading, line) };
  if (isSeq(node)) return { type: 'list', line, items: node.items.map((item) => nodeOf(item, reading, line)) };
  return { type: 'scalar', line, value: isScalar(node) ? plainValue(node) : null };
}

/** What a map says itself stands over what it takes over, and the first that it takes over stands over the next. */
function entriesOf(pairs: readonly Pair[], reading: Reading, above: number): YamlMap['entries'] {
  const own: [string, YamlNode][] = [];
  const merged: YamlNode[] = [];
  for (const { key, value } of pairs) {
    const line = lineOf(key, reading, above);
    const node = nodeOf(value, reading, line);
    if (keyText(key) !== '<<') own.push([keyText(key), node]);
    else {
      reading.mergeLines.push(line);
      merged.push(...(node.type === 'list' ? node.items : [node]));
    }
  }
  // A list that grew keeps room for more: of thousands of workflows that is most of what is held.
  if (merged.length === 0) return own.slice();
  const entries = new Map(own);
  for (const node of merged) {
    for (const [key, value] of node.type === 'map' ? node.entries : []) if (!entries.has(key)) entries.set(key, value);
  }
  return [...entries];
}

function lineOf(node: unknown, { lines }: Reading, above: number): number {
  const start = (node as { range?: readonly number[] | null } | null | undefined)?.range?.[0];
  return start === undefined ? above : lines.linePos(start).line;
}

const keyText = (key: unknown): string => (isScalar(key) ? String(plainValue(key)) : '');

/** A number beyond all numbers is its text: no JSON holds it. */
function plainValue({ value, source }: Scalar): YamlScalar['value'] {
  if (typeof value === 'number') return Number.isFinite(value) ? value : (source ?? null);
  return typeof value === 'string' || typeof value === 'boolean' ? value : null;
}
