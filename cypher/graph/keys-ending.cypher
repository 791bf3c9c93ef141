// Keys whose last part is a text; case ignored where the provider ignores it. The index narrows by the text in small letters.
//
// @param text text
// @param small text
// @param limit integer
// @return key text
MATCH (e:Entity) USING TEXT INDEX e:Entity(search)
WHERE e.search CONTAINS $small
  AND (any(sign IN ['/', ':', '#'] WHERE e.key ENDS WITH sign + $text)
    OR any(sign IN ['/', ':', '#'] WHERE e.folded ENDS WITH sign + $small))
RETURN e.key AS key ORDER BY key LIMIT $limit
