/** Plain aligned columns, without borders: readable in a terminal, a ticket and a diff. */
import { printable } from '../model/printable.ts';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** Longer cells are cut with an ellipsis. */
  readonly most?: number;
}

export function table(columns: readonly Column[], rows: readonly (readonly (string | number | null | undefined)[])[]): string {
  const cells = rows.map((row) => columns.map((column, i) => cut(textOf(row[i]), column.most)));
  const widths = columns.map((column, i) => Math.max(column.title.length, ...cells.map((row) => row[i]!.length)));
  const line = (texts: readonly string[]) =>
    texts
      .map((text, i) => (columns[i]!.align === 'right' ? text.padStart(widths[i]!) : text.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd();
  return [line(columns.map(({ title }) => title)), ...cells.map(line)].map((text) => `${text}\n`).join('');
}

const textOf = (value: string | number | null | undefined): string => printable(String(value ?? '–'));

const cut = (text: string, most = 100): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
