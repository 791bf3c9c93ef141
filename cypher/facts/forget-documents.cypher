// Removes the documents of an origin, or of one of its scopes.
//
// @param origin text
// @param scope text?
MATCH (d:Document {origin: $origin})
WHERE $scope IS NULL OR d.scope = $scope
DELETE d
