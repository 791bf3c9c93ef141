// Every job, by id.
//
// @return body text
MATCH (j:Job)
RETURN j.body AS body
ORDER BY j.id
