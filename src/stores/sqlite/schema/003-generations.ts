/** When the collection of each generation began: what is old is told by time. */
export const generations = `
CREATE TABLE generation (number INTEGER PRIMARY KEY, at TEXT NOT NULL) STRICT;
CREATE INDEX generation_at ON generation (at);
`;
