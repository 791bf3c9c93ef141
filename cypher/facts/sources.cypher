// Every origin that was committed, by name.
//
// @return record text
MATCH (s:Source)
WHERE s.record IS NOT NULL
RETURN s.record AS record
ORDER BY s.name
