/** YAML from files that nobody vouches for: aliases, nesting and size are limited, and messages never quote content. */
import {
  Composer,
  type CST,
  type Document,
  isScalar,
  Lexer,
  LineCounter,
  Parser,
  type SchemaOptions,
  type YAMLError,
} from 'yaml';
import { InputError } from '../../model/errors.ts';
import { MAX_NESTING } from './json-scan.ts';

const MAX_ALIASES = 100;
const MAX_YAML_LENGTH = 16 * 1024 * 1024;

/** All documents of the text as plain values, empty ones left out. `place` begins messages, which name line and column. */
export function parseYaml(text: string, place: string): unknown[] {
  return soundDocuments(text, place, new LineCounter()).map(({ value }) => value());
}

export interface YamlText {
  /** Of what is not empty. */
  readonly documents: readonly Document.Parsed[];
  /** Tells the line of a position. */
  readonly lines: LineCounter;
}

/** As `parseYaml`, as nodes that know where they stand. */
export function composeYaml(text: string, place: string): YamlText {
  const lines = new LineCounter();
  return { documents: soundDocuments(text, place, lines).map(({ document }) => document), lines };
}

const soundDocuments = (text: string, place: string, lines: LineCounter): Sound[] =>
  [...composed(text, place, lines)].flatMap((one) => {
    if ('problem' in one) throw new InputError(one.problem);
    return isEmpty(one.document) ? [] : [one];
  });

/** A document that is an alias is broken: there is nothing before it to stand for. */
const isEmpty = ({ contents }: Document.Parsed): boolean =>
  contents === null || (isScalar(contents) && (contents.value === null || contents.value === undefined));

/** A document's value with the line where it begins, or what is wrong with it. */
export type YamlDocument =
  | { readonly line: number; readonly value: unknown }
  | { readonly line: number; readonly problem: string };

/**
 * Each document for itself: a broken one is a problem of its own, the rest goes on. Text that is too deep or too long throws. `<<` takes
 * over another map, as where Kubernetes reads YAML.
 */
export function* yamlDocuments(text: string, place: string): Generator<YamlDocument> {
  const lines = new LineCounter();
  for (const one of composed(text, place, lines, { merge: true })) {
    const start = one.document.contents?.range[0] ?? one.document.range[0];
    const line = Math.max(lines.linePos(start).line, 1);
    if ('problem' in one) yield { line, problem: one.problem };
    else if (!isEmpty(one.document)) yield { line, value: one.value() };
  }
}

interface Sound {
  readonly document: Document.Parsed;
  readonly value: () => unknown;
}

type Composed = Sound | { readonly document: Document.Parsed; readonly problem: string };

function* composed(text: string, place: string, lines: LineCounter, options: SchemaOptions = {}): Generator<Composed> {
  if (text.length > MAX_YAML_LENGTH) throw new InputError(`${place}: more than ${MAX_YAML_LENGTH / 1024 / 1024} MB of YAML`);
  const composer = new Composer({ prettyErrors: true, logLevel: 'silent', uniqueKeys: true, ...options });
  const { tokens, mayExpand } = tokensOf(text, place, lines);
  for (const document of composer.compose(tokens)) {
    const [error] = document.errors;
    if (error) {
      yield { document, problem: `${place}: not YAML: ${ERRORS[error.code] ?? wordsOf(error.code)}${positionOf(error, lines)}` };
    } else if (mayExpand) yield { document, ...valueOrProblem(document, place) };
    else yield { document, value: () => plainOf(document) };
  }
}

const plainOf = (document: Document.Parsed): unknown => document.toJS({ maxAliasCount: MAX_ALIASES });

/** What aliases and `<<` take over may be too much, or nothing; that is known once it was done. */
function valueOrProblem(document: Document.Parsed, place: string): Pick<Sound, 'value'> | { readonly problem: string } {
  try {
    const value = plainOf(document);
    return { value: () => value };
  } catch (error) {
    if (error instanceof ReferenceError)
      return { problem: `${place}: aliases that expand more than ${MAX_ALIASES}-fold, or name nothing` };
    if (error instanceof RangeError) return { problem: `${place}: nested too deeply` };
    if (error instanceof Error && error.message.startsWith('Merge sources'))
      return { problem: `${place}: \`<<\` takes over what is no map` };
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

function positionOf({ pos: [start] }: YAMLError, lines: LineCounter): string {
  const { line, col } = lines.linePos(start);
  return line === 0 ? '' : ` (line ${line}, column ${col})`;
}

/**
 * Depth is known before anything is composed: the composer recurses, and V8 ends the whole process when a regular expression is
 * first compiled near the end of the stack. The parser keeps a stack of its own.
 */
function tokensOf(text: string, place: string, lines: LineCounter): { tokens: CST.Token[]; mayExpand: boolean } {
  lines.addNewLine(0);
  const parser = new Parser(lines.addNewLine);
  const tokens: CST.Token[] = [];
  const take = (found: Iterable<CST.Token>): void => {
    for (const token of found) tokens.push(token);
  };
  let mayExpand = false;
  for (const lexeme of new Lexer().lex(text)) {
    mayExpand ||= lexeme.startsWith('*') || lexeme.startsWith('<<') || lexeme.startsWith('!');
    take(parser.next(lexeme));
    if (parser.stack.length > MAX_NESTING + OUTERMOST) throw new InputError(`${place}: nested deeper than ${MAX_NESTING}`);
  }
  take(parser.end());
  return { tokens, mayExpand };
}

/** The document, and the scalar that is being read. */
const OUTERMOST = 2;
