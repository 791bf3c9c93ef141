// Removes entities that nobody claims any more, with what hangs from them.
//
// @param keys list of text
UNWIND $keys AS key
MATCH (e:Entity {key: key})
DETACH DELETE e
