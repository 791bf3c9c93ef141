/**
 * Patterns of branches and tags, as rules and environments write them: Ruby's `File.fnmatch` with `FNM_PATHNAME`, so `*` stays
 * within one part of the name and `**` followed by a slash takes any number of parts.
 * https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/creating-rulesets-for-a-repository#using-fnmatch-syntax
 */

const compiled = new Map<string, RegExp>();

/** Whether a name (`main`, `release/1`) fits; a pattern that cannot be read fits nothing. */
export function refMatches(pattern: string, name: string): boolean {
  let expression = compiled.get(pattern);
  if (!expression) {
    expression = expressionOf(pattern);
    compiled.set(pattern, expression);
  }
  return expression.test(name);
}

const TOKEN = /(?<anyParts>\*\*\/)|(?<any>\*+)|(?<one>\?)|(?<set>\[[^\]/]+\])|(?<plain>[\s\S])/g;

function expressionOf(pattern: string): RegExp {
  const body = pattern.replace(TOKEN, (text, ...rest) => {
    const { anyParts, any, one, set } = rest.at(-1) as Record<string, string | undefined>;
    if (anyParts) return '(?:[^/]+/)*';
    if (any) return '[^/]*';
    if (one) return '[^/]';
    if (set) return setOf(set);
    return text.replace(/[\\^$.|+(){}[\]]/, '\\$&');
  });
  try {
    return new RegExp(`^${body}$`);
  } catch {
    return /(?!)/;
  }
}

const setOf = (set: string): string => {
  const inner = set.slice(1, -1).replace(/^!/, '^').replaceAll('\\', '\\\\');
  return `[${inner}]`;
};

export const isPattern = (text: string): boolean => /[*?[]/.test(text);

/** A name of a writer's own choosing that fits the pattern; undefined where none was found. */
export function nameFitting(pattern: string): string | undefined {
  const name = pattern
    .replaceAll('**/', '')
    .replace(/\*+/g, 'chosen')
    .replace(/\?/g, 'x')
    .replace(/\[([^\]!^])[^\]]*\]/g, '$1');
  return refMatches(pattern, name) ? name : undefined;
}
