// Removes the risks and findings of the analysis before.
MATCH (n)
WHERE n:Risk OR n:Finding
DELETE n
