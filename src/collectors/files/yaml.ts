/** YAML from files that nobody vouches for: aliases, nesting and size are limited, and messages never quote content. */
import { Lexer, Parser, parseAllDocuments, type YAMLError } from 'yaml';
import { InputError } from '../../model/errors.ts';
import { MAX_NESTING } from './json-scan.ts';

const MAX_ALIASES = 100;
const MAX_YAML_LENGTH = 16 * 1024 * 1024;

/** All documents of the text as plain values, empty ones left out. `place` begins messages, which name line and column. */
export function parseYaml(text: string, place: string): unknown[] {
  if (text.length > MAX_YAML_LENGTH) throw new InputError(`${place}: more than ${MAX_YAML_LENGTH / 1024 / 1024} MB of YAML`);
  refuseDepth(text, place);
  try {
    const documents = parseAllDocuments(text, { prettyErrors: true, logLevel: 'silent', uniqueKeys: true });
    const values: unknown[] = [];
    for (const document of Array.isArray(documents) ? documents : []) {
      const [error] = document.errors;
      if (error) throw new InputError(`${place}: not YAML: ${ERRORS[error.code] ?? wordsOf(error.code)}${positionOf(error)}`);
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

/**
 * Before anything is composed: the composer recurses, and V8 ends the whole process when a regular expression is first compiled near
 * the end of the stack. The parser keeps a stack of its own, so depth is known without recursion.
 */
function refuseDepth(text: string, place: string): void {
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    for (const _done of parser.next(lexeme));
    if (parser.stack.length > MAX_NESTING + OUTERMOST) throw new InputError(`${place}: nested deeper than ${MAX_NESTING}`);
  }
}

/** The document, and the scalar that is being read. */
const OUTERMOST = 2;
