// Writes a job.
//
// @param id text
// @param fields map
MERGE (j:Job {id: $id})
SET j += $fields
