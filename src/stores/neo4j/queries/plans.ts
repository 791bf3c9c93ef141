import { query } from '../query.ts';
import { flag, integer, listOf, map, optional, text } from '../shapes.ts';

export const actionsSince = query('plans/actions-since', { at: text, except: text }, { owner: optional(text), actions: integer });

export const allHolds = query('plans/all-holds', {}, { body: text });

export const all = query(
  'plans/all',
  {},
  { id: text, body: text, state: text, requestedBy: text, approvals: listOf(text), steps: listOf(text) },
);

export const exists = query('plans/exists', { id: text }, { id: text });

export const find = query(
  'plans/find',
  { id: text },
  { id: text, body: text, state: text, requestedBy: text, approvals: listOf(text), steps: listOf(text) },
);

export const hold = query('plans/hold', { id: text }, { body: text });

export const holds = query(
  'plans/holds',
  { id: optional(text), target: optional(text), control: optional(text), holder: optional(text), open: optional(flag) },
  { body: text },
);

export const holdsOfTarget = query(
  'plans/holds-of-target',
  { target: text, control: optional(text), holder: optional(text), open: optional(flag) },
  { body: text },
);

export const list = query(
  'plans/list',
  { limit: integer },
  { id: text, body: text, state: text, requestedBy: text, approvals: listOf(text), steps: listOf(text) },
);

export const removeApproval = query('plans/remove-approval', { id: text }, { gone: flag });

export const saveApproval = query('plans/save-approval', { id: text, fields: map }, {});

export const saveHolds = query('plans/save-holds', { rows: listOf(map) }, {});

export const saveSteps = query('plans/save-steps', { rows: listOf(map) }, {});

export const save = query('plans/save', { id: text, fields: map }, {});

export const steps = query('plans/steps', { ids: listOf(text) }, { id: text, body: text });

export const withSteps = query('plans/with-steps', { states: listOf(text) }, { id: text });
