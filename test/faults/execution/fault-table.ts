/** The fault matrix as it is printed: fault × state → outcome. Rows of one file; printed when its tests are over. */
import { afterAll } from 'vitest';

export interface FaultRow {
  readonly fault: string;
  /** The step's kind, and where in its life it was hit. */
  readonly at: string;
  /** What the run ends in: the step's state, or that it was refused. */
  readonly outcome: string;
  /** What is known, or what to do: the first words of it. */
  readonly said: string;
  /** After the cause was cured and what was said was done. */
  readonly after: string;
  readonly calls: number;
}

const COLUMNS = ['fault', 'at', 'outcome', 'said', 'after', 'calls'] as const;
const WIDEST = 70;

export function faultTable(title: string): (row: FaultRow) => void {
  const rows: FaultRow[] = [];
  afterAll(() => {
    if (rows.length > 0) console.log(`${title}\n${tableOf(rows)}`);
  });
  return (row) => void rows.push(row);
}

const clipped = (text: string): string => (text.length > WIDEST ? `${text.slice(0, WIDEST - 1)}…` : text);

function tableOf(rows: readonly FaultRow[]): string {
  const cells = [[...COLUMNS], ...rows.map((row) => COLUMNS.map((column) => clipped(String(row[column]))))];
  const widths = COLUMNS.map((_, i) => Math.max(...cells.map((line) => (line[i] as string).length)));
  return cells
    .map((line) =>
      line
        .map((cell, i) => cell.padEnd(widths[i] as number))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
