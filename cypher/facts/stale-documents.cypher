// Removes the documents of these places that another run wrote.
//
// @param origin text
// @param scopes list of text
// @param run integer
MATCH (d:Document {origin: $origin})
WHERE d.scope IN $scopes AND d.run <> $run
DELETE d
