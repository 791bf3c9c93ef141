import { query } from '../query.ts';
import { integer, listOf, map, optional, text } from '../shapes.ts';

export const acquireLease = query('jobs/acquire-lease', { name: text, holder: text, now: text, until: text }, { name: text });

export const all = query('jobs/all', {}, { body: text });

export const find = query('jobs/find', { id: text }, { body: text });

export const leases = query('jobs/leases', {}, { name: text, holder: text, until: text });

const filter = {
  states: optional(listOf(text)),
  name: optional(text),
  exceptNames: listOf(text),
  createdAt: optional(text),
  id: optional(text),
  limit: integer,
};

export const list = query('jobs/list', filter, { body: text });

export const lock = query('jobs/lock', { name: text }, {});

export const oldest = query('jobs/oldest', filter, { body: text });

export const releaseLease = query('jobs/release-lease', { name: text, holder: text }, {});

export const same = query('jobs/same', { name: text, key: text, state: optional(text) }, { body: text });

export const save = query('jobs/save', { id: text, fields: map }, {});
