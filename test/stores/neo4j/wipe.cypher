// Empties a database that is marked as a test's, in batches of their own; the mark stays.
MATCH (n)
WHERE NOT n:InterlockTest
CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS
