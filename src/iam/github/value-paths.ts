/** Which ways into contexts end in the text that an expression gives; what is only compared, searched or asked for does not. */
import type { Expr } from '@actions/expressions';
import { FunctionCall, Grouping, IndexAccess, Logical } from '@actions/expressions/ast';
import { TokenType } from '@actions/expressions/lexer';
import { accessedPaths, type ContextPath, contextPaths, expressionTree } from './expressions.ts';

const JUDGES = new Set(['contains', 'startswith', 'endswith', 'hashfiles', 'always', 'success', 'failure', 'cancelled']);

/** Of an expression that cannot be read, none. What `toJSON` takes whole ends in null: all that lies below. */
export function valuePaths(expression: string): readonly ContextPath[] {
  // Nearly all are one way and nothing else, or none.
  const paths = contextPaths(expression) ?? [];
  const tree = paths.length === 0 ? undefined : expressionTree(expression);
  return tree ? pathsIn(tree) : [];
}

function pathsIn(tree: Expr): readonly ContextPath[] {
  const paths = accessedPaths(tree);
  if (paths) return paths;
  if (tree instanceof Grouping) return pathsIn(tree.group);
  if (tree instanceof IndexAccess) return pathsIn(tree.expr);
  // Of `a && b`, a is given only where it is nothing.
  if (tree instanceof Logical) return (tree.operator.type === TokenType.AND ? tree.args.slice(-1) : tree.args).flatMap(pathsIn);
  return tree instanceof FunctionCall ? resultPaths(tree) : [];
}

function resultPaths({ functionName, args }: FunctionCall): readonly ContextPath[] {
  const name = functionName.lexeme.toLowerCase();
  if (JUDGES.has(name)) return [];
  const paths = args.flatMap(pathsIn);
  return name === 'tojson' ? paths.flatMap((path): ContextPath[] => [path, [...path, null]]) : paths;
}
