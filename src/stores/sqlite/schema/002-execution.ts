/**
 * What execution looks up: steps by state and by the time of their last call, holds by holder, jobs and plans by time. Rows of plans are
 * long, and SQLite reads all of a row to compare its key: what is asked often is answered by an index alone.
 */
export const execution = `
ALTER TABLE step ADD COLUMN called INTEGER NOT NULL DEFAULT 0;
ALTER TABLE step ADD COLUMN owner TEXT;
ALTER TABLE step ADD COLUMN updated_at TEXT NOT NULL DEFAULT '';
UPDATE step SET called = json_extract(body, '$.attempts') > 0, updated_at = json_extract(body, '$.updatedAt');
CREATE INDEX step_state ON step (state, plan);
CREATE INDEX step_updated ON step (updated_at, called, state, owner);
CREATE INDEX hold_holder ON hold (holder);
CREATE INDEX plan_state ON plan (state);
CREATE INDEX plan_created ON plan (created_at DESC, id);
CREATE INDEX job_state ON job (state, created_at, id);
`;
