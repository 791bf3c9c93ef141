/**
 * What the `${{ … }}` expressions of a text read from the contexts of a run.
 * Syntax: https://docs.github.com/actions/reference/workflows-and-actions/expressions
 */
import { type Expr, Lexer, Parser } from '@actions/expressions';
import { Binary, ContextAccess, FunctionCall, Grouping, IndexAccess, Literal, Logical, Unary } from '@actions/expressions/ast';
import { TokenType } from '@actions/expressions/lexer';

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

/**
 * A way into a context: `['secrets', 'NAME']`, `['github', 'event', 'issue', 'title']`. A part that only the run decides is null,
 * and so is a filter (`*`). A context that is taken whole is a way of one part.
 */
export type ContextPath = readonly [context: string, ...(string | null)[]];

/** Undefined when the expression cannot be read. Names are as written. */
export function contextPaths(expression: string): ContextPath[] | undefined {
  try {
    const tree = new Parser(new Lexer(expression).lex().tokens, CONTEXTS, FUNCTIONS).parse() as Expr | undefined;
    const found: ContextPath[] = [];
    if (tree) gather(tree, found);
    return found;
  } catch {
    return undefined;
  }
}

function gather(tree: Expr, found: ContextPath[]): void {
  const path = pathOf(tree, found);
  if (path) found.push(path);
  else if (tree instanceof Grouping) gather(tree.group, found);
  else if (tree instanceof Unary) gather(tree.expr, found);
  else if (tree instanceof Binary) for (const side of [tree.left, tree.right]) gather(side, found);
  else if (tree instanceof Logical || tree instanceof FunctionCall) for (const argument of tree.args) gather(argument, found);
  else if (tree instanceof IndexAccess) for (const part of [tree.expr, tree.index]) gather(part, found);
}

/** The way that a chain of accesses takes; what its indexes read is added to `found`. */
function pathOf(tree: Expr, found: ContextPath[]): ContextPath | undefined {
  if (tree instanceof ContextAccess) return [tree.name.lexeme];
  if (tree instanceof Grouping) return pathOf(tree.group, found);
  if (!(tree instanceof IndexAccess)) return undefined;
  const base = pathOf(tree.expr, found);
  if (!base) return undefined;
  if (tree.index instanceof Literal) return [...base, tree.index.literal.coerceString()];
  gather(tree.index, found);
  return [...base, null];
}

export interface SecretReferences {
  /** Upper case, since GitHub ignores their case. Without GITHUB_TOKEN, which is minted for each run and stored nowhere. */
  readonly names: readonly string[];
  /** `toJSON(secrets)` and the like: every secret at once. */
  readonly all: boolean;
  /** An index that only the run decides: any secret. */
  readonly dynamic: boolean;
  /** An expression that mentions the context and cannot be read: any secret too. */
  readonly unreadable: boolean;
}

const NO_SECRETS: SecretReferences = { names: [], all: false, dynamic: false, unreadable: false };

export function secretReferences(text: string): SecretReferences {
  if (!text.includes('${{') || !/secrets/i.test(text)) return NO_SECRETS;
  const names = new Set<string>();
  let all = false;
  let dynamic = false;
  let unreadable = false;
  for (const expression of expressionsIn(text)) {
    const paths = contextPaths(expression);
    if (!paths) unreadable ||= mentionsSecrets(expression);
    for (const [context, name] of paths ?? []) {
      if (context.toLowerCase() !== 'secrets') continue;
      if (name === undefined) all = true;
      else if (name === null) dynamic = true;
      else names.add(name.toUpperCase());
    }
  }
  names.delete('GITHUB_TOKEN');
  return { names: [...names], all, dynamic, unreadable };
}

function mentionsSecrets(expression: string): boolean {
  try {
    return new Lexer(expression)
      .lex()
      .tokens.some((t) => t.type === TokenType.IDENTIFIER && t.lexeme.toLowerCase() === 'secrets');
  } catch {
    return /\bsecrets\b/i.test(expression);
  }
}

/** The one secret that a text names; undefined when it names none, several, or who knows which. */
export function singleSecret(text: string): string | undefined {
  const { names, all, dynamic, unreadable } = secretReferences(text);
  return names.length === 1 && !all && !dynamic && !unreadable ? names[0] : undefined;
}

/** The one secret that a text is, when it is nothing but `${{ secrets.NAME }}`. */
export function onlySecret(text: string): string | undefined {
  const expressions = expressionsIn(text);
  if (expressions.length !== 1 || withoutExpressions(text, '').trim() !== '') return undefined;
  const paths = contextPaths(expressions[0] as string);
  return paths?.length === 1 ? singleSecret(text) : undefined;
}
