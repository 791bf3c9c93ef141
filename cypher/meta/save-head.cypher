// Writes back what a locked transaction made of the head.
//
// @param head map
MATCH (h:Head {name: 'interlock'})
SET h += $head
