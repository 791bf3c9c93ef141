/** The fault matrix as it is printed: fault × state → outcome. Rows of one file; printed when its tests are over. */
import { afterAll } from 'vitest';

export interface FaultRow {
  readonly fault: string;
  /** The step's kind, and where in its life it was hit. */
  readonly at: string;
  /** What the run ends in: the step's state, or that it was refused. */
  readonly outcome: string;
  /** What is known, or what to do: in its own words. */
  readonly said: string;
  /** After the cause was cured and what was said was done. */
  readonly after: string;
  readonly calls: number;
}

const COLUMNS = ['fault', 'at', 'outcome', 'said', 'after', 'calls'] as const;

export function faultTable(title: string): (row: FaultRow) => void {
  const rows: FaultRow[] = [];
  afterAll(() => {
    if (rows.length > 0) console.log(`${title}\n${tableOf(rows)}`);
  });
  return (row) => void rows.push(row);
}

function tableOf(rows: readonly FaultRow[]): string {
  const cells = [[...COLUMNS], ...rows.map((row) => COLUMNS.map((column) => String(row[column])))].map((row) => row.map(wrapped));
  const widths = COLUMNS.map((_, i) => Math.max(...cells.flatMap((row) => row[i] as string[]).map((line) => line.length)));
  return cells.flatMap((row) => linesOf(row, widths)).join('\n');
}

const wrapped = (text: string): string[] => text.match(/\S.{0,69}(?=\s|$)|\S+/g) ?? [''];

function linesOf(row: readonly string[][], widths: readonly number[]): string[] {
  const height = Math.max(...row.map((cell) => cell.length));
  return Array.from({ length: height }, (_, line) =>
    row
      .map((cell, i) => (cell[line] ?? '').padEnd(widths[i] as number))
      .join('  ')
      .trimEnd(),
  );
}
