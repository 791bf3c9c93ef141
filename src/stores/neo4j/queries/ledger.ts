import { query } from '../query.ts';
import { integer, listOf, map, text } from '../shapes.ts';

export const after = query('ledger/after', { after: integer, limit: integer }, { body: text });

export const all = query('ledger/all', {}, { body: text });

export const append = query('ledger/append', { rows: listOf(map) }, {});

export const known = query('ledger/known', { ids: listOf(text) }, { id: text, body: text });
