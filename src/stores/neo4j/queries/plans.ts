import { query } from '../query.ts';
import { flag, integer, listOf, map, optional, text } from '../shapes.ts';

export const allHolds = query('plans/all-holds', {}, { body: text });

export const all = query(
  'plans/all',
  {},
  { id: text, body: text, state: text, requestedBy: text, approvals: listOf(text), steps: listOf(text) },
);

export const find = query(
  'plans/find',
  { id: text },
  { id: text, body: text, state: text, requestedBy: text, approvals: listOf(text), steps: listOf(text) },
);

export const hold = query('plans/hold', { id: text }, { body: text });

export const holds = query(
  'plans/holds',
  { target: optional(text), control: optional(text), holder: optional(text), open: optional(flag) },
  { body: text },
);

export const list = query(
  'plans/list',
  { limit: integer },
  { id: text, body: text, state: text, requestedBy: text, approvals: listOf(text), steps: listOf(text) },
);

export const saveApproval = query('plans/save-approval', { id: text, fields: map }, {});

export const saveHold = query('plans/save-hold', { id: text, fields: map }, {});

export const saveStep = query('plans/save-step', { id: text, fields: map }, {});

export const save = query('plans/save', { id: text, fields: map }, {});

export const step = query('plans/step', { id: text }, { body: text });
