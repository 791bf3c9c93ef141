import { query } from '../query.ts';
import { integer, map, text } from '../shapes.ts';

export const byHash = query('tokens/by-hash', { hash: text }, { body: text });

export const list = query('tokens/list', {}, { body: text });

export const remove = query('tokens/remove', { id: text }, { gone: integer });

export const save = query('tokens/save', { id: text, fields: map }, {});
