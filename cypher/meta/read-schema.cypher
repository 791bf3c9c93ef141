// The version of the schema, once there is one, and whether an import was cut off.
//
// @return version integer
// @return importing flag
MATCH (h:Head {name: 'interlock'})
RETURN h.schema AS version, coalesce(h.importing, false) AS importing
