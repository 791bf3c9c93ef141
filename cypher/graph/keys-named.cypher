// Keys of the entities of a name. The index narrows by the name in small letters.
//
// @param text text
// @param small text
// @param limit integer
// @return key text
MATCH (e:Entity) USING TEXT INDEX e:Entity(search)
WHERE e.search CONTAINS $small AND e.name = $text
RETURN e.key AS key ORDER BY key LIMIT $limit
