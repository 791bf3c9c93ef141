// Holds of one target, the oldest first: what an execution asks for each step.
//
// @param target text
// @param control text?
// @param holder text?
// @param open flag?
// @return body text
MATCH (h:Hold {target: $target})
WHERE ($control IS NULL OR h.control = $control)
  AND ($holder IS NULL OR h.holder = $holder)
  AND ($open IS NULL OR h.open = $open)
RETURN h.body AS body
ORDER BY h.since, h.id
