// Marks the store while an import writes it, so that one that was cut off is known.
//
// @param importing flag
MATCH (h:Head {name: 'interlock'})
SET h.importing = $importing
