// Removes relationships that nobody claims any more.
//
// @param elements list of text
UNWIND $elements AS element
MATCH ()-[r]->()
WHERE elementId(r) = element
DELETE r
