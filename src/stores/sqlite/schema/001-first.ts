/**
 * Entities and relationships live while one claim lives. An entity row holds what its claims merge to; relationships are their claims.
 *
 *     entity ──< entity_claim >── origin (source or join, scope)
 *        └─────< relationship_claim >── origin
 *
 * Times of claims are milliseconds since 1970. `changed` is the generation since which the merged state is as it is.
 */
export const first = `
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE origin (id INTEGER PRIMARY KEY, name TEXT NOT NULL, scope TEXT NOT NULL, UNIQUE (name, scope)) STRICT;
CREATE TABLE run (
  origin TEXT PRIMARY KEY, id TEXT NOT NULL, at TEXT NOT NULL, generation INTEGER NOT NULL,
  bulk INTEGER NOT NULL, alone INTEGER NOT NULL, wrote INTEGER NOT NULL, committed TEXT
) STRICT, WITHOUT ROWID;
CREATE TABLE source (name TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE entity (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, folded TEXT, kind TEXT NOT NULL, name TEXT NOT NULL, provider TEXT NOT NULL,
  tier INTEGER, environment TEXT, owner TEXT, state TEXT NOT NULL, expires_at TEXT, changed INTEGER NOT NULL
) STRICT;
CREATE INDEX entity_folded ON entity (folded) WHERE folded IS NOT NULL;
CREATE INDEX entity_name ON entity (name, key);
CREATE INDEX entity_kind ON entity (kind, key);
CREATE VIRTUAL TABLE entity_text USING fts5(key, name, content='entity', content_rowid='id', tokenize='trigram');

CREATE TABLE entity_claim (
  entity INTEGER NOT NULL, origin INTEGER NOT NULL, stub INTEGER NOT NULL, generation INTEGER NOT NULL,
  since INTEGER NOT NULL, last_seen INTEGER NOT NULL, fact TEXT NOT NULL, PRIMARY KEY (entity, origin, stub)
) STRICT, WITHOUT ROWID;
CREATE TABLE relationship_claim (
  source INTEGER NOT NULL, kind INTEGER NOT NULL, target INTEGER NOT NULL, origin INTEGER NOT NULL, generation INTEGER NOT NULL,
  since INTEGER NOT NULL, last_seen INTEGER NOT NULL, changed INTEGER NOT NULL,
  shape INTEGER NOT NULL, hot TEXT, rest TEXT, PRIMARY KEY (source, kind, target, origin)
) STRICT, WITHOUT ROWID;
CREATE INDEX relationship_target ON relationship_claim (target, kind);

CREATE TABLE document (
  origin INTEGER NOT NULL, subject TEXT NOT NULL, type TEXT NOT NULL, name TEXT NOT NULL,
  hash TEXT NOT NULL, generation INTEGER NOT NULL, PRIMARY KEY (origin, subject, type, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX document_subject ON document (subject);
CREATE INDEX document_hash ON document (hash);
CREATE TABLE document_body (hash TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE change (
  seq INTEGER PRIMARY KEY, op TEXT NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL, generation INTEGER NOT NULL
) STRICT;
CREATE TABLE version (
  id TEXT NOT NULL, from_generation INTEGER NOT NULL, to_generation INTEGER NOT NULL, body TEXT NOT NULL,
  PRIMARY KEY (id, from_generation)
) STRICT, WITHOUT ROWID;

CREATE TABLE analysis (one INTEGER PRIMARY KEY CHECK (one = 1), generation INTEGER NOT NULL, at TEXT NOT NULL) STRICT;
CREATE TABLE risk (key TEXT PRIMARY KEY, kind TEXT NOT NULL, score REAL NOT NULL, body TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX risk_score ON risk (score DESC, key);
CREATE TABLE finding (id TEXT PRIMARY KEY, nhi TEXT NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX finding_subject ON finding (subject);
CREATE TABLE acceptance (finding TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE plan (
  id TEXT PRIMARY KEY, hash TEXT NOT NULL, state TEXT NOT NULL, requested_by TEXT NOT NULL, created_at TEXT NOT NULL, body TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE approval (plan TEXT NOT NULL, by TEXT NOT NULL, at TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (plan, by)) STRICT, WITHOUT ROWID;
CREATE TABLE step (plan TEXT NOT NULL, step TEXT NOT NULL, state TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (plan, step)) STRICT, WITHOUT ROWID;
CREATE TABLE hold (
  id TEXT PRIMARY KEY, target TEXT NOT NULL, control TEXT NOT NULL, holder TEXT NOT NULL, since TEXT NOT NULL, released TEXT, body TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX hold_target ON hold (target, control);
CREATE TABLE ledger (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, hash TEXT NOT NULL, body TEXT NOT NULL) STRICT;

CREATE TABLE lease (name TEXT PRIMARY KEY, holder TEXT NOT NULL, until TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE job (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, key TEXT NOT NULL, state TEXT NOT NULL, created_at TEXT NOT NULL, body TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX job_name ON job (name, key);
CREATE TABLE token (id TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE, body TEXT NOT NULL) STRICT, WITHOUT ROWID;
`;
