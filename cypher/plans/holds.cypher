// Holds, the oldest first.
//
// @param id text?
// @param target text?
// @param control text?
// @param holder text?
// @param open flag?
// @return body text
MATCH (h:Hold)
WHERE ($id IS NULL OR h.id = $id)
  AND ($target IS NULL OR h.target = $target)
  AND ($control IS NULL OR h.control = $control)
  AND ($holder IS NULL OR h.holder = $holder)
  AND ($open IS NULL OR h.open = $open)
RETURN h.body AS body
ORDER BY h.since, h.id
