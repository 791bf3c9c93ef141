// The places (origin/scope) at which an origin claims anything.
//
// @param prefix text
// @return place text
CALL () {
  MATCH (e:Entity)
  UNWIND e.origins AS place
  RETURN DISTINCT place
  UNION
  MATCH (:Entity)-[r]->()
  UNWIND r.origins AS place
  RETURN DISTINCT place
}
WITH DISTINCT place
WHERE place STARTS WITH $prefix
RETURN place AS place
