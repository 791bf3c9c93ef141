import { query } from '../query.ts';
import { integer, listOf, map, optional, text } from '../shapes.ts';

export const acquireLease = query('jobs/acquire-lease', { name: text, holder: text, now: text, until: text }, { name: text });

export const all = query('jobs/all', {}, { body: text });

export const find = query('jobs/find', { id: text }, { body: text });

export const leases = query('jobs/leases', {}, { name: text, holder: text, until: text });

export const list = query('jobs/list', { states: optional(listOf(text)), name: optional(text), limit: integer }, { body: text });

export const lock = query('jobs/lock', { name: text }, {});

export const releaseLease = query('jobs/release-lease', { name: text, holder: text }, {});

export const same = query('jobs/same', { name: text, key: text, state: optional(text) }, { body: text });

export const save = query('jobs/save', { id: text, fields: map }, {});
