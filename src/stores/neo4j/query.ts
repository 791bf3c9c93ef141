/** A Cypher file with its types. `test/guards/cypher.test.ts` holds file and value together. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import neo4j from 'neo4j-driver';
import type { Shapes, ValuesOf } from './shapes.ts';

export interface Query<P extends Shapes, R extends Shapes> {
  /** Below `cypher/`, without the ending. */
  readonly file: string;
  readonly parameters: P;
  readonly row: R;
  /** Its plan is the same for a graph of any size: it is made once. */
  readonly isSteady?: true;
}

/** Names a file and gives its parameters and columns types. */
export const query = <const P extends Shapes, const R extends Shapes>(file: string, parameters: P, row: R): Query<P, R> => ({
  file,
  parameters,
  row,
});

/** Looks nothing up but by number. */
export const steady = <P extends Shapes, R extends Shapes>(of: Query<P, R>): Query<P, R> => ({ ...of, isSteady: true });

const { resolve } = createRequire(import.meta.url);

/** Where a file under `cypher/` is: package.json's `imports` finds the same one from src, dist and an installed package. */
export const pathOf = (file: string): string => resolve(`#cypher/${file}.cypher`);

const texts = new Map<string, string>();

export function textOf(file: string): string {
  let text = texts.get(file);
  if (text === undefined) {
    text = readFileSync(pathOf(file), 'utf8');
    texts.set(file, text);
  }
  return text;
}

export function encodeParameters<P extends Shapes>(query: Query<P, Shapes>, values: ValuesOf<P>): Record<string, unknown> {
  const encoded: Record<string, unknown> = {};
  for (const [name, shape] of Object.entries(query.parameters)) {
    const value = (values as Record<string, unknown>)[name];
    if (!shape.accepts(value)) throw new TypeError(`cypher/${query.file}: $${name}: expected ${shape.name}`);
    encoded[name] = encode(value);
  }
  return encoded;
}

/** The driver sends every JavaScript number as a float, so whole numbers are marked: here, once, at any depth. */
function encode(value: unknown): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? neo4j.int(value) : value;
  if (value === undefined) return null;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.length > 0 && typeof value[0] === 'string' ? value : value.map(encode);
  const encoded: Record<string, unknown> = {};
  for (const key in value) encoded[key] = encode((value as Record<string, unknown>)[key]);
  return encoded;
}

interface DriverRecord {
  get(column: string): unknown;
}

export function decodeRow<R extends Shapes>(query: Query<Shapes, R>, record: DriverRecord): ValuesOf<R> {
  const row: Record<string, unknown> = {};
  for (const column in query.row) {
    const value = record.get(column);
    const shape = query.row[column] as R[typeof column];
    if (!shape.accepts(value)) throw new TypeError(`cypher/${query.file}: ${column}: expected ${shape.name}`);
    row[column] = value;
  }
  return row as ValuesOf<R>;
}
