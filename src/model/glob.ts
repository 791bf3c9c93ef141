const compiled = new Map<string, RegExp>();

/** `*` is any text, also an empty one; everything else is itself. */
export function matchesGlob(pattern: string, text: string): boolean {
  let expression = compiled.get(pattern);
  if (!expression) {
    expression = new RegExp(`^${pattern.split('*').map(literalOf).join('.*')}$`, 's');
    compiled.set(pattern, expression);
  }
  return expression.test(text);
}

const literalOf = (literal: string): string => literal.replace(/[\\^$.|?+()[\]{}]/g, '\\$&');
