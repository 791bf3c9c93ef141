import { query } from '../query.ts';
import { flag, integer, listOf, map, optional, text } from '../shapes.ts';

export const addRuns = query('meta/add-runs', { rows: listOf(map) }, {});

export const clear = query('meta/clear', {}, {});

export const isEmpty = query('meta/is-empty', {}, { empty: flag });

export const lockHead = query(
  'meta/lock-head',
  {},
  {
    generation: integer,
    seq: integer,
    floor: integer,
    runs: integer,
    soleRun: optional(integer),
    ledgerSeq: integer,
    ledgerHash: text,
    paused: flag,
    fingerprintCheck: optional(text),
  },
);

export const readHead = query(
  'meta/read-head',
  {},
  { generation: integer, seq: integer, floor: integer, paused: flag, fingerprintCheck: optional(text), writes: integer },
);

export const readSchema = query('meta/read-schema', {}, { version: integer, importing: flag });

export const resetHead = query('meta/reset-head', { genesis: text }, {});

export const runs = query('meta/runs', { numbers: listOf(integer) }, { number: integer, at: text, generation: integer });

export const saveHead = query('meta/save-head', { head: map }, {});

export const setImporting = query('meta/set-importing', { importing: flag }, {});

export const setSchema = query('meta/set-schema', { version: integer, genesis: text }, {});
