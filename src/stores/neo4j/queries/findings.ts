import { query } from '../query.ts';
import { integer, listOf, map, optional, text } from '../shapes.ts';

export const accept = query('findings/accept', { finding: text, body: text }, {});

export const acceptances = query('findings/acceptances', {}, { body: text });

export const allRisks = query('findings/all-risks', {}, { body: text });

export const analysis = query(
  'findings/analysis',
  {},
  { generation: integer, head: optional(integer), at: text, subjects: integer },
);

export const deleteAll = query('findings/delete-all', {}, {});

export const findings = query(
  'findings/findings',
  { nhi: optional(text), subject: optional(text), limit: integer },
  { body: text },
);

export const risks = query(
  'findings/risks',
  { kind: optional(text), keys: optional(listOf(text)), limit: integer },
  { body: text },
);

export const saveFindings = query('findings/save-findings', { rows: listOf(map) }, {});

export const saveRisks = query('findings/save-risks', { rows: listOf(map) }, {});

export const setAnalysis = query(
  'findings/set-analysis',
  { generation: integer, head: optional(integer), at: text, subjects: integer },
  {},
);
