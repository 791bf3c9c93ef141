/** Which secrets a text reads. https://docs.github.com/actions/reference/workflows-and-actions/contexts#secrets-context */
import { Lexer } from '@actions/expressions';
import { TokenType } from '@actions/expressions/lexer';
import { contextPaths, expressionsIn, type IndexValues, withoutExpressions } from './expressions.ts';
import { type KnownValues, NOTHING_KNOWN, possibleValues } from './possible-texts.ts';

export interface SecretReferences {
  /** Upper case, since GitHub ignores their case. Without GITHUB_TOKEN, which is minted for each run and stored nowhere. */
  readonly names: readonly string[];
  /** Names of which only parts are known, the rest `*`: `secrets[format('{0}_KEY', inputs.stage)]`. */
  readonly patterns: readonly string[];
  /** `toJSON(secrets)` and the like: every secret at once. */
  readonly all: boolean;
  /** An index that only the run decides: any secret. */
  readonly dynamic: boolean;
  /** An expression that mentions the context and cannot be read: any secret too. */
  readonly unreadable: boolean;
}

const NO_NAMES: ReadonlySet<string> = new Set(['', 'true', 'false']);

const NO_SECRETS: SecretReferences = { names: [], patterns: [], all: false, dynamic: false, unreadable: false };

export function secretReferences(text: string, known: KnownValues = NOTHING_KNOWN): SecretReferences {
  if (!text.includes('${{') || !/secrets/i.test(text)) return NO_SECRETS;
  // What is nothing, or true or false, names no secret.
  const valuesOf: IndexValues = (index) => possibleValues(index, known).filter((text) => !NO_NAMES.has(text));
  const names = new Set<string>();
  const ways = { all: false, dynamic: false, unreadable: false };
  for (const expression of expressionsIn(text)) {
    const paths = contextPaths(expression, valuesOf);
    if (!paths) ways.unreadable ||= mentionsSecrets(expression);
    for (const [context, name] of paths ?? []) {
      if (context.toLowerCase() !== 'secrets') continue;
      if (name === undefined) ways.all = true;
      else if (name === null) ways.dynamic = true;
      else if (name !== '') names.add(name.toUpperCase());
    }
  }
  names.delete('GITHUB_TOKEN');
  const isPattern = (name: string): boolean => name.includes('*');
  return { names: [...names].filter((name) => !isPattern(name)), patterns: [...names].filter(isPattern), ...ways };
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
  const { names, patterns, all, dynamic, unreadable } = secretReferences(text);
  return names.length === 1 && patterns.length === 0 && !all && !dynamic && !unreadable ? names[0] : undefined;
}

/** The one secret that a text is, when it is nothing but `${{ secrets.NAME }}`. */
export function onlySecret(text: string): string | undefined {
  const expressions = expressionsIn(text);
  if (expressions.length !== 1 || withoutExpressions(text, '').trim() !== '') return undefined;
  const paths = contextPaths(expressions[0] as string);
  return paths?.length === 1 ? singleSecret(text) : undefined;
}
