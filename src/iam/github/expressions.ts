/**
 * What the `${{ … }}` expressions of a text read from the contexts of a run.
 * Syntax: https://docs.github.com/actions/reference/workflows-and-actions/expressions
 */
import { type Expr, Lexer, Parser } from '@actions/expressions';
import {
  Binary,
  ContextAccess,
  FunctionCall,
  Grouping,
  IndexAccess,
  Literal,
  Logical,
  Star,
  Unary,
} from '@actions/expressions/ast';

const CONTEXTS = ['github', 'env', 'vars', 'job', 'jobs', 'steps', 'runner', 'secrets', 'strategy', 'matrix', 'needs', 'inputs'];
const FUNCTIONS = [
  { name: 'always', minArgs: 0, maxArgs: 0 },
  { name: 'cancelled', minArgs: 0, maxArgs: 0 },
  { name: 'success', minArgs: 0, maxArgs: Number.MAX_SAFE_INTEGER },
  { name: 'failure', minArgs: 0, maxArgs: Number.MAX_SAFE_INTEGER },
  { name: 'hashFiles', minArgs: 1, maxArgs: 255 },
];

/** The insides of all `${{ … }}` of a text. `}}` within a quoted string does not end one; one that never ends is left out. */
export function expressionsIn(text: string): string[] {
  const found: string[] = [];
  for (let at = text.indexOf('${{'); at >= 0; at = text.indexOf('${{', at)) {
    const end = endOfExpression(text, at + 3);
    if (end < 0) break;
    found.push(text.slice(at + 3, end));
    at = end + 2;
  }
  return found;
}

function endOfExpression(text: string, from: number): number {
  let quoted = false;
  for (let at = from; at < text.length; at++) {
    if (text[at] === "'") quoted = !quoted;
    else if (!quoted && text.startsWith('}}', at)) return at;
  }
  return -1;
}

/** The text with every expression replaced, such as by `*` for an unknown part. */
export function withoutExpressions(text: string, replacement: string): string {
  let rest = text;
  for (const expression of expressionsIn(text)) rest = rest.replace(`\${{${expression}}}`, () => replacement);
  return rest;
}

/** Undefined when it cannot be read; null when it holds nothing. */
export function expressionTree(expression: string): Expr | null | undefined {
  try {
    return (new Parser(new Lexer(expression).lex().tokens, CONTEXTS, FUNCTIONS).parse() as Expr | undefined) ?? null;
  } catch {
    return undefined;
  }
}

/**
 * A way into a context: `['secrets', 'NAME']`, `['github', 'event', 'issue', 'title']`. A part that only the run decides is null,
 * and so is a filter (`*`); one that is known in parts has `*` for the rest. A context that is taken whole is a way of one part.
 */
export type ContextPath = readonly [context: string, ...(string | null)[]];

/** The texts that an index may be, unknown parts `*`. */
export type IndexValues = (index: Expr) => readonly string[];

const UNKNOWN: IndexValues = () => ['*'];

/** Undefined when the expression cannot be read. Names are as written. `valuesOf`: what is known of computed indexes. */
export function contextPaths(expression: string, valuesOf: IndexValues = UNKNOWN): ContextPath[] | undefined {
  const plain = plainPath(expression);
  if (plain) return [plain];
  const tree = expressionTree(expression);
  if (tree === undefined) return undefined;
  const found: ContextPath[] = [];
  if (tree) gather(tree, { found, valuesOf });
  return found;
}

const PLAIN = /^\s*[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*\s*$/;
const KNOWN: ReadonlySet<string> = new Set(CONTEXTS);

/** `secrets.NAME`, `github.event.issue.title`: what nearly all expressions are needs no grammar. */
function plainPath(expression: string): ContextPath | undefined {
  if (!PLAIN.test(expression)) return undefined;
  const [context = '', ...path] = expression.trim().split('.');
  return KNOWN.has(context) ? [context, ...path] : undefined;
}

/** The ways that an expression is, if it is nothing but a way into a context. */
export const accessedPaths = (tree: Expr): readonly ContextPath[] | undefined => pathsOf(tree, { found: [], valuesOf: UNKNOWN });

interface Gathering {
  readonly found: ContextPath[];
  readonly valuesOf: IndexValues;
}

function gather(tree: Expr, gathering: Gathering): void {
  const paths = pathsOf(tree, gathering);
  if (paths) gathering.found.push(...paths);
  else if (tree instanceof Grouping) gather(tree.group, gathering);
  else if (tree instanceof Unary) gather(tree.expr, gathering);
  else if (tree instanceof Binary) for (const side of [tree.left, tree.right]) gather(side, gathering);
  else if (tree instanceof Logical || tree instanceof FunctionCall) for (const argument of tree.args) gather(argument, gathering);
  else if (tree instanceof IndexAccess) for (const part of [tree.expr, tree.index]) gather(part, gathering);
}

/** The ways that a chain of accesses may take; what its indexes read is gathered too. */
function pathsOf(tree: Expr, gathering: Gathering): ContextPath[] | undefined {
  if (tree instanceof ContextAccess) return [[tree.name.lexeme]];
  if (tree instanceof Grouping) return pathsOf(tree.group, gathering);
  if (!(tree instanceof IndexAccess)) return undefined;
  const bases = pathsOf(tree.expr, gathering);
  if (!bases) return undefined;
  // `secrets.*` is all that the context holds.
  if (tree.index instanceof Star && bases.every((base) => base.length === 1)) return bases;
  const parts = partsOf(tree.index, gathering);
  return bases.flatMap((base) => parts.map((part): ContextPath => [...base, part]));
}

function partsOf(index: Expr, gathering: Gathering): (string | null)[] {
  if (index instanceof Literal) return [index.literal.coerceString()];
  if (index instanceof Star) return [null];
  gather(index, gathering);
  return gathering.valuesOf(index).map((value) => (value === '*' ? null : value));
}
