// Marks an empty database as a test's; gives no row when it is neither empty nor marked.
OPTIONAL MATCH (n)
WITH count(n) AS nodes
OPTIONAL MATCH (mark:InterlockTest)
WITH nodes, count(mark) AS marks
WHERE nodes = 0 OR marks > 0
MERGE (t:InterlockTest {name: 'test'})
RETURN t.name AS name
