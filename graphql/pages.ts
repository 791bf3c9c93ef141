import { GraphQLError } from 'graphql';
import type { EntityOrder } from '../src/ports/store.ts';

/** Where a page ended: the order's value, the key, and the generation of the graph that was paged. Opaque to clients. */
export interface Cursor {
  readonly orderBy: EntityOrder;
  readonly value: string;
  readonly key: string;
  readonly generation: number;
}

export const encodeCursor = ({ orderBy, value, key, generation }: Cursor): string =>
  Buffer.from(JSON.stringify([orderBy, value, key, generation])).toString('base64url');

export function decodeCursor(text: string, now: { orderBy: EntityOrder; generation: number }): Cursor {
  const cursor = parse(text);
  if (cursor.orderBy !== now.orderBy) throw refuse(`the cursor belongs to an order by ${cursor.orderBy}`, 'CURSOR_INVALID');
  if (cursor.generation !== now.generation) {
    throw refuse(
      `the graph changed since this page (generation ${cursor.generation}, now ${now.generation}): start again`,
      'CURSOR_EXPIRED',
    );
  }
  return cursor;
}

function parse(text: string): Cursor {
  try {
    const [orderBy, value, key, generation] = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as [
      EntityOrder,
      string,
      string,
      number,
    ];
    if ([orderBy, value, key].every((part) => typeof part === 'string') && Number.isSafeInteger(generation)) {
      return { orderBy, value, key, generation };
    }
  } catch {
    // An unreadable cursor is answered below, like one of a wrong shape.
  }
  throw refuse('after: not a cursor of this API', 'CURSOR_INVALID');
}

const refuse = (message: string, code: string): GraphQLError => new GraphQLError(message, { extensions: { code } });

const MOST = 1_000;

/** `first` within limits, or an error that says them. */
export function pageSize(first: number | null | undefined, fallback: number): number {
  const size = first ?? fallback;
  if (size < 1 || size > MOST) throw refuse(`first: expected 1 to ${MOST}, found ${size}`, 'BAD_USER_INPUT');
  return size;
}
