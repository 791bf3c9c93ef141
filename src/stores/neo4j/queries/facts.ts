import { query, steady } from '../query.ts';
import { flag, integer, list, listOf, map, optional, text } from '../shapes.ts';

export const countClaimed = query('facts/count-claimed', { prefix: text }, { entities: integer, relationships: integer });

export const createEntities = steady(query('facts/create-entities', { rows: listOf(map) }, { key: text, node: integer }));

export const loadRelationships = steady(
  query(
    'facts/load-relationships',
    { rows: listOf(list), origins: listOf(text), runs: listOf(integer), changedIn: integer },
    { made: integer },
  ),
);

export const createRelationships = query('facts/create-relationships', { rows: listOf(map) }, { made: integer });

export const deleteEntities = query('facts/delete-entities', { keys: listOf(text) }, {});

export const deleteRelationships = query('facts/delete-relationships', { elements: listOf(text) }, {});

export const deleteSource = query('facts/delete-source', { name: text }, {});

export const findEntities = query(
  'facts/find-entities',
  { keys: listOf(text) },
  {
    key: text,
    kind: text,
    origins: listOf(text),
    runs: listOf(integer),
    firsts: listOf(integer),
    claims: listOf(text),
    changedIn: integer,
  },
);

export const findRelationships = query(
  'facts/find-relationships',
  { rows: listOf(map) },
  {
    place: integer,
    noSource: flag,
    noTarget: flag,
    element: optional(text),
    origins: optional(listOf(text)),
    runs: optional(listOf(integer)),
    firsts: optional(listOf(integer)),
    claims: optional(listOf(text)),
    changedIn: optional(integer),
  },
);

export const forgetDocuments = query('facts/forget-documents', { origin: text, scope: optional(text) }, {});

export const originPlaces = query('facts/origin-places', { prefix: text }, { place: text });

export const refreshEntities = query('facts/refresh-entities', { rows: listOf(map), at: text, generation: integer }, {});

export const refreshRelationships = query('facts/refresh-relationships', { rows: listOf(map) }, {});

export const relationshipsAt = query(
  'facts/relationships-at',
  { keys: listOf(text) },
  {
    source: text,
    kind: text,
    target: text,
    element: text,
    origins: listOf(text),
    runs: listOf(integer),
    firsts: listOf(integer),
    claims: listOf(text),
    changedIn: integer,
  },
);

export const saveDocuments = query('facts/save-documents', { rows: listOf(map) }, {});

export const saveSource = query('facts/save-source', { name: text, fields: map }, {});

export const source = query(
  'facts/source',
  { name: text },
  {
    run: optional(text),
    number: optional(integer),
    at: optional(text),
    generation: optional(integer),
    isFirst: flag,
    wrote: flag,
    committed: optional(text),
    record: optional(text),
  },
);

export const sources = query('facts/sources', {}, { record: text });

export const staleDocuments = query('facts/stale-documents', { origin: text, scopes: listOf(text), run: integer }, {});

export const staleEntities = query(
  'facts/stale-entities',
  { places: listOf(text), run: integer },
  {
    key: text,
    kind: text,
    origins: listOf(text),
    runs: listOf(integer),
    firsts: listOf(integer),
    claims: listOf(text),
    changedIn: integer,
  },
);

export const staleRelationships = query(
  'facts/stale-relationships',
  { places: listOf(text), run: integer },
  {
    source: text,
    kind: text,
    target: text,
    element: text,
    origins: listOf(text),
    runs: listOf(integer),
    firsts: listOf(integer),
    claims: listOf(text),
    changedIn: integer,
  },
);

export const updateEntities = query('facts/update-entities', { rows: listOf(map) }, {});

export const updateRelationships = query('facts/update-relationships', { rows: listOf(map) }, {});

export const size = query('facts/size', {}, { entities: integer, relationships: integer });

export const missingEnds = query('facts/missing-ends', { rows: listOf(map) }, { place: integer, noSource: flag });

export const fewRelationships = query(
  'facts/few-relationships',
  { limit: integer },
  {
    source: text,
    kind: text,
    target: text,
    element: text,
    origins: listOf(text),
    runs: listOf(integer),
    firsts: listOf(integer),
    claims: listOf(text),
    changedIn: integer,
  },
);
