/** Text from other systems as Markdown: nothing in it may be markup. */

export const inlineMarkdown = (text: string): string => text.replaceAll('\n', ' ').replace(/[\\`*_{}[\]<>|#]/g, '\\$&');

/** A fence longer than any run of backticks inside. */
export function fencedMarkdown(command: string): string[] {
  const longest = Math.max(2, ...[...command.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return [`${fence}sh`, ...command.split('\n'), fence];
}

export function tableMarkdown(columns: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.map(inlineMarkdown).join(' | ')} |`;
  return [line(columns), `| ${columns.map(() => '---').join(' | ')} |`, ...rows.map(line)];
}
