// How many steps of other plans were called since, or are approved and about to be, by owner.
//
// @param at text
// @param except text
// @return owner text?
// @return actions integer
MATCH (s:Step)
WHERE s.updatedAt >= $at AND s.plan <> $except
MATCH (p:Plan {id: s.plan})
WITH s, p
WHERE s.called OR (s.state = 'approved' AND p.state = 'running')
RETURN s.owner AS owner, count(*) AS actions
