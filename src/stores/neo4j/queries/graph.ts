import { query } from '../query.ts';
import { integer, listOf, map, optional, text } from '../shapes.ts';

export const countEntities = query('graph/count-entities', {}, { kind: text, total: integer });

export const countOfText = query(
  'graph/count-of-text',
  {
    text: text,
    kinds: optional(listOf(text)),
    provider: optional(text),
    tier: optional(integer),
    environment: optional(text),
    owner: optional(text),
    state: optional(text),
  },
  { total: integer },
);

export const countRelationships = query('graph/count-relationships', {}, { kind: text, total: integer });

export const count = query(
  'graph/count',
  {
    kinds: optional(listOf(text)),
    provider: optional(text),
    tier: optional(integer),
    environment: optional(text),
    owner: optional(text),
    state: optional(text),
  },
  { total: integer },
);

export const documents = query(
  'graph/documents',
  { subject: optional(text), type: optional(text), origin: optional(text) },
  { origin: text, scope: text, subject: text, type: text, name: text, hash: text, generation: integer, body: text },
);

export const entitiesByKey = query(
  'graph/entities-by-key',
  { keys: listOf(text) },
  { key: text, origins: listOf(text), runs: listOf(integer), firsts: listOf(integer), claims: listOf(text), changedIn: integer },
);

export const entities = query(
  'graph/entities',
  { kinds: optional(listOf(text)) },
  { key: text, origins: listOf(text), runs: listOf(integer), firsts: listOf(integer), claims: listOf(text), changedIn: integer },
);

export const exactKey = query('graph/exact-key', { key: text, folded: text, limit: integer }, { key: text });

export const keysEnding = query('graph/keys-ending', { text: text, small: text, limit: integer }, { key: text });

export const keysNamed = query('graph/keys-named', { text: text, small: text, limit: integer }, { key: text });

export const leanEntities = query(
  'graph/lean-entities',
  {},
  { key: text, kind: text, tier: optional(integer), state: text, expiresAt: optional(text) },
);

export const leanRelationships = query(
  'graph/lean-relationships',
  {},
  {
    source: text,
    kind: text,
    target: text,
    basis: text,
    certainty: text,
    condition: optional(text),
    levels: optional(listOf(text)),
    group: optional(text),
    option: optional(text),
    version: optional(text),
    firstSeen: optional(text),
    lastUsed: optional(text),
    uses: optional(integer),
  },
);

export const neighboursIn = query(
  'graph/neighbours-in',
  { keys: listOf(text), kinds: optional(listOf(text)), limit: integer },
  {
    source: text,
    kind: text,
    target: text,
    origins: listOf(text),
    runs: listOf(integer),
    firsts: listOf(integer),
    claims: listOf(text),
    changedIn: integer,
  },
);

export const neighboursOut = query(
  'graph/neighbours-out',
  { keys: listOf(text), kinds: optional(listOf(text)), limit: integer },
  {
    source: text,
    kind: text,
    target: text,
    origins: listOf(text),
    runs: listOf(integer),
    firsts: listOf(integer),
    claims: listOf(text),
    changedIn: integer,
  },
);

export const pageOfText = query(
  'graph/page-of-text',
  {
    text: text,
    kinds: optional(listOf(text)),
    provider: optional(text),
    tier: optional(integer),
    environment: optional(text),
    owner: optional(text),
    state: optional(text),
    orderBy: text,
    afterValue: optional(text),
    afterKey: optional(text),
    limit: integer,
  },
  { key: text, origins: listOf(text), runs: listOf(integer), firsts: listOf(integer), claims: listOf(text), changedIn: integer },
);

export const page = query(
  'graph/page',
  {
    kinds: optional(listOf(text)),
    provider: optional(text),
    tier: optional(integer),
    environment: optional(text),
    owner: optional(text),
    state: optional(text),
    orderBy: text,
    afterValue: optional(text),
    afterKey: optional(text),
    limit: integer,
  },
  { key: text, origins: listOf(text), runs: listOf(integer), firsts: listOf(integer), claims: listOf(text), changedIn: integer },
);

export const relationshipsByName = query(
  'graph/relationships-by-name',
  { rows: listOf(map) },
  {
    source: text,
    kind: text,
    target: text,
    origins: listOf(text),
    runs: listOf(integer),
    firsts: listOf(integer),
    claims: listOf(text),
    changedIn: integer,
  },
);

export const relationships = query(
  'graph/relationships',
  { kinds: optional(listOf(text)) },
  {
    source: text,
    kind: text,
    target: text,
    origins: listOf(text),
    runs: listOf(integer),
    firsts: listOf(integer),
    claims: listOf(text),
    changedIn: integer,
  },
);

export const search = query(
  'graph/search',
  { text: text, kinds: listOf(text), limit: integer },
  { key: text, origins: listOf(text), runs: listOf(integer), firsts: listOf(integer), claims: listOf(text), changedIn: integer },
);
