/** YAML text → nodes that know their line. */
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { YamlNode } from '../../iam/github/node.ts';
import { InputError } from '../../model/errors.ts';
import { parseYaml } from '../files/yaml.ts';

/** The document; undefined when there is none. Broken, too deep or too much aliased YAML is an InputError that begins with `place`. */
export function yamlTree(text: string, place: string): YamlNode | undefined {
  // Limits and messages are those of every YAML file; the second reading keeps the positions.
  const documents = parseYaml(text, place).length;
  if (documents === 0) return undefined;
  if (documents > 1) throw new InputError(`${place}: expected one YAML document`);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, logLevel: 'silent' });
  return nodeOf(document.contents, { document, lines, line: 1 });
}

interface Reading {
  readonly document: Document;
  readonly lines: LineCounter;
  /** Of the parent, for nodes that are nowhere in the text. */
  readonly line: number;
}

function nodeOf(node: unknown, reading: Reading): YamlNode {
  const line = lineOf(node, reading);
  const inner = { ...reading, line };
  if (isAlias(node)) return nodeOf(node.resolve(reading.document), inner);
  if (isMap(node)) {
    return {
      type: 'map',
      line,
      entries: node.items.map(({ key, value }) => [keyText(key), nodeOf(value, { ...inner, line: lineOf(key, inner) })]),
    };
  }
  if (isSeq(node)) return { type: 'list', line, items: node.items.map((item) => nodeOf(item, inner)) };
  return { type: 'scalar', line, value: isScalar(node) ? plainValue(node.value) : null };
}

function lineOf(node: unknown, { lines, line }: Reading): number {
  const start = (node as { range?: readonly number[] | null } | null | undefined)?.range?.[0];
  return start === undefined ? line : lines.linePos(start).line;
}

const keyText = (key: unknown): string => (isScalar(key) ? String(key.value) : '');

function plainValue(value: unknown): string | number | boolean | null {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}
