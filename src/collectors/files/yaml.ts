/** YAML from files that nobody vouches for: aliases, nesting and size are limited, and messages never quote content. */
import { isMap, isSeq, type Node, parseAllDocuments, type YAMLError } from 'yaml';
import { InputError } from '../../model/errors.ts';
import { MAX_NESTING } from './json-scan.ts';

const MAX_ALIASES = 100;
const MAX_YAML_LENGTH = 16 * 1024 * 1024;

/** All documents of the text as plain values, empty ones left out. `place` begins messages, which name line and column. */
export function parseYaml(text: string, place: string): unknown[] {
  if (text.length > MAX_YAML_LENGTH) throw new InputError(`${place}: more than ${MAX_YAML_LENGTH / 1024 / 1024} MB of YAML`);
  try {
    const documents = parseAllDocuments(text, { prettyErrors: true, logLevel: 'silent', uniqueKeys: true });
    const values: unknown[] = [];
    for (const document of Array.isArray(documents) ? documents : []) {
      const [error] = document.errors;
      if (error) throw new InputError(`${place}: not YAML: ${ERRORS[error.code] ?? wordsOf(error.code)}${positionOf(error)}`);
      refuseNesting(document.contents, place);
      const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
      if (value !== null && value !== undefined) values.push(value);
    }
    return values;
  } catch (error) {
    if (error instanceof ReferenceError)
      throw new InputError(`${place}: aliases that expand more than ${MAX_ALIASES}-fold, or name nothing`);
    if (error instanceof RangeError) throw new InputError(`${place}: nested too deeply`);
    throw error;
  }
}

const ERRORS: Readonly<Record<string, string>> = {
  RESOURCE_EXHAUSTION: 'nested too deeply',
  DUPLICATE_KEY: 'a key stands twice in one map',
  TAB_AS_INDENT: 'a tab as indentation',
  BAD_INDENT: 'wrong indentation',
  MISSING_CHAR: 'a character is missing, such as a closing quote or bracket',
};

/** `BLOCK_AS_IMPLICIT_KEY` → `block as implicit key`. */
const wordsOf = (code: string): string => code.toLowerCase().replaceAll('_', ' ');

function positionOf(error: YAMLError): string {
  const at = error.linePos?.[0];
  return at ? ` (line ${at.line}, column ${at.col})` : '';
}

function refuseNesting(contents: unknown, place: string): void {
  let level: unknown[] = [contents];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_NESTING) throw new InputError(`${place}: nested deeper than ${MAX_NESTING}`);
    level = level.flatMap((node) => childrenOf(node as Node));
  }
}

function childrenOf(node: Node): unknown[] {
  if (isMap(node)) return node.items.flatMap((pair) => [pair.key, pair.value]);
  return isSeq(node) ? node.items : [];
}
