// Documents with their places, by origin, scope, subject, type and name.
//
// @param subject text?
// @param type text?
// @param origin text?
// @return origin text
// @return scope text
// @return subject text
// @return type text
// @return name text
// @return hash text
// @return generation integer
// @return body text
MATCH (d:Document)
WHERE ($subject IS NULL OR d.subject = $subject) AND ($type IS NULL OR d.type = $type) AND ($origin IS NULL OR d.origin = $origin)
RETURN
  d.origin AS origin, d.scope AS scope, d.subject AS subject, d.type AS type, d.name AS name, d.hash AS hash,
  d.generation AS generation, d.body AS body
ORDER BY origin, scope, subject, type, name
