// A job.
//
// @param id text
// @return body text
MATCH (j:Job {id: $id})
RETURN j.body AS body
