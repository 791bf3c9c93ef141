/**
 * Policy variables: `${key}`, `${key, 'default'}`, and the escapes `${*}` `${?}` `${$}`. Version 2012-10-17 only.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 */
import type { KeyFacts } from './facts.ts';
import { ANY, toGlob } from './glob.ts';

const VARIABLE = /\$\{([^}]*)\}/g;
const ESCAPES: ReadonlySet<string> = new Set(['*', '?', '$']);
const RESOURCE_PART = /^(?:[^:]*:){5}/;

export interface Substituted {
  readonly glob: string;
  /** Keys that only the caller decides; they stand as `*`, so that a match is a maybe. */
  readonly unknown: readonly string[];
}

export const hasVariable = (text: string): boolean => text.includes('${');

const nameOf = (inside: string): string => inside.split(',', 1)[0]!.trim().toLowerCase();

function defaultOf(inside: string): string | undefined {
  const comma = inside.indexOf(',');
  return comma < 0
    ? undefined
    : inside
        .slice(comma + 1)
        .trim()
        .replace(/^'(.*)'$/s, '$1');
}

/** Undefined when a variable has neither value nor default: such a text matches nothing. */
export function substitute(text: string, facts: KeyFacts): Substituted | undefined {
  let glob = '';
  let from = 0;
  const unknown: string[] = [];
  for (const match of text.matchAll(VARIABLE)) {
    const inside = match[1] as string;
    glob += toGlob(text.slice(from, match.index));
    from = match.index + match[0].length;
    if (ESCAPES.has(inside.trim())) {
      glob += inside.trim();
      continue;
    }
    const fact = facts(nameOf(inside));
    const fallback = defaultOf(inside);
    if (fact.kind === 'unknown') {
      unknown.push(nameOf(inside));
      glob += ANY;
    } else if (fact.kind === 'values' && fact.values.length === 1) glob += fact.values[0];
    else if ((fact.kind === 'absent' || fact.values.length === 0) && fallback !== undefined) glob += fallback;
    else return undefined;
  }
  return { glob: glob + toGlob(text.slice(from)), unknown };
}

/** The same for a Resource element, where variables count after the fifth colon only; before it they are plain text. */
export function substituteResource(text: string, facts: KeyFacts): Substituted | undefined {
  const head = RESOURCE_PART.exec(text)?.[0];
  if (head === undefined || !hasVariable(head)) return substitute(text, facts);
  const tail = substitute(text.slice(head.length), facts);
  return tail && { ...tail, glob: toGlob(head) + tail.glob };
}
