// Removes, in batches of their own, everything that a cut-off import wrote. Not to be run inside a transaction.
MATCH (n)
WHERE n:Entity OR n:Source OR n:Run OR n:Document OR n:Change OR n:Version OR n:LedgerRecord OR n:Plan OR n:Approval OR n:Step
  OR n:Hold OR n:Job OR n:Token OR n:Analysis OR n:Risk OR n:Finding OR n:Acceptance
CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS
