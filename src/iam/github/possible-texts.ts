/**
 * What a text with expressions may turn out to be, as far as the files tell: every literal, matrix value, choice of an input and
 * branch of `a && b || c` that it may take. Unknown parts are `*`. An upper bound: which of them a run takes is not judged.
 * https://docs.github.com/actions/reference/workflows-and-actions/expressions
 */
import type { Expr } from '@actions/expressions';
import { Binary, ContextAccess, FunctionCall, Grouping, IndexAccess, Literal, Logical, Unary } from '@actions/expressions/ast';
import { TokenType } from '@actions/expressions/lexer';
import { expressionsIn, expressionTree } from './expressions.ts';

/** The texts at a way into a context, such as `['matrix', 'stage']`; undefined when nothing is known of it. */
export type KnownValues = (path: readonly string[]) => readonly string[] | undefined;

export const NOTHING_KNOWN: KnownValues = () => undefined;

const ANYTHING: readonly string[] = ['*'];
const TRUTH: readonly string[] = ['true', 'false'];
/** More than this are not told apart. */
const MOST_TEXTS = 64;
const PREDICATES = new Set(['contains', 'startswith', 'endswith', 'always', 'success', 'failure', 'cancelled']);

/** Distinct, in the order in which they are found; one with an unknown part stands for whatever that part may be. */
export function possibleTexts(text: string, known: KnownValues = NOTHING_KNOWN): readonly string[] {
  const expressions = expressionsIn(text);
  if (expressions.length === 0) return [text];
  let rest = text;
  let found: readonly string[] = [''];
  for (const expression of expressions) {
    const written = `\${{${expression}}}`;
    const at = rest.indexOf(written);
    const tree = expressionTree(expression);
    const values = tree ? possibleValues(tree, known) : ANYTHING;
    found = joined(joined(found, [rest.slice(0, at)]), values);
    rest = rest.slice(at + written.length);
  }
  return joined(found, [rest]);
}

/** The texts that an expression may be. */
export function possibleValues(tree: Expr, known: KnownValues): readonly string[] {
  if (tree instanceof Literal) return [tree.literal.coerceString()];
  if (tree instanceof Grouping) return possibleValues(tree.group, known);
  if (tree instanceof Binary || tree instanceof Unary) return TRUTH;
  if (tree instanceof Logical) return logicalValues(tree, known);
  if (tree instanceof FunctionCall) return resultsOf(tree, known);
  const path = literalPath(tree);
  return (path && known(path)) || ANYTHING;
}

const isFalsy = (text: string): boolean => text === '' || text === 'false' || text === '0';
const mayBeFalsy = (text: string): boolean => isFalsy(text) || text === '*';

/** `a && b` is a where a is falsy, else b; `a || b` is a where a is truthy, else b. */
function logicalValues({ operator, args }: Logical, known: KnownValues): readonly string[] {
  const isAnd = operator.type === TokenType.AND;
  const [first, ...others] = args.map((argument) => possibleValues(argument, known));
  let left = first ?? ANYTHING;
  for (const right of others) {
    // What is unknown and falsy is taken for `false`: it never names anything.
    const kept = left.flatMap((text) =>
      isAnd ? (isFalsy(text) ? [text] : text === '*' ? ['false'] : []) : isFalsy(text) ? [] : [text],
    );
    const goesOn = left.some((text) => (isAnd ? !isFalsy(text) : mayBeFalsy(text)));
    left = distinct(goesOn ? [...kept, ...right] : kept);
  }
  return left;
}

function resultsOf({ functionName, args }: FunctionCall, known: KnownValues): readonly string[] {
  const name = functionName.lexeme.toLowerCase();
  if (PREDICATES.has(name)) return TRUTH;
  if (name !== 'format') return ANYTHING;
  const [template, ...values] = args.map((argument) => possibleValues(argument, known));
  return distinct((template ?? ANYTHING).flatMap((text) => (text === '*' ? ANYTHING : formatted(text, values))));
}

/** `{0}` is an argument, `{{` and `}}` are braces. */
function formatted(template: string, values: readonly (readonly string[])[]): readonly string[] {
  let found: readonly string[] = [''];
  for (const [part, index] of template.matchAll(/\{(\d+)\}|\{\{|\}\}|[^{}]+|[{}]/g)) {
    const piece =
      index === undefined ? [part === '{{' || part === '}}' ? part.slice(1) : part] : (values[Number(index)] ?? ANYTHING);
    found = joined(found, piece);
  }
  return found;
}

function literalPath(tree: Expr): string[] | undefined {
  if (tree instanceof ContextAccess) return [tree.name.lexeme.toLowerCase()];
  if (!(tree instanceof IndexAccess) || !(tree.index instanceof Literal)) return undefined;
  const base = literalPath(tree.expr);
  return base && [...base, tree.index.literal.coerceString()];
}

function joined(left: readonly string[], right: readonly string[]): readonly string[] {
  if (left.length * right.length > MOST_TEXTS) return ANYTHING;
  return distinct(left.flatMap((before) => right.map((after) => `${before}${after}`.replace(/\*+/g, '*'))));
}

const distinct = (texts: readonly string[]): readonly string[] => [...new Set(texts)];
