// Removes entities that nobody claims any more, with what hangs from them.
//
// @param keys list of text
UNWIND $keys AS key
MATCH (e:Entity {key: key}) USING INDEX e:Entity(key)
DETACH DELETE e
