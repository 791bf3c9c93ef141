import { query } from '../query.ts';
import { integer, listOf, map, optional, text } from '../shapes.ts';

export const addChanges = query('changes/add-changes', { rows: listOf(map) }, {});

export const addVersions = query('changes/add-versions', { rows: listOf(map) }, {});

export const allVersions = query('changes/all-versions', {}, { id: text, from: integer, to: integer, body: text });

export const changes = query(
  'changes/changes',
  { after: integer, limit: integer },
  { seq: integer, op: text, type: text, id: text, generation: integer },
);

export const generationBefore = query('changes/generation-before', { at: text }, { generation: optional(integer) });

export const newestBefore = query('changes/newest-before', { before: integer }, { seq: optional(integer) });

export const pruneChanges = query('changes/prune-changes', { seq: integer }, { gone: integer });

export const pruneVersions = query('changes/prune-versions', { before: integer }, { gone: integer });

export const versions = query('changes/versions', { id: text }, { from: integer, to: integer, body: text });
