// Whether the store holds anything: only then an import is refused. Locks of jobs are nothing.
//
// @return empty flag
RETURN NOT EXISTS {
  MATCH (n)
  WHERE n:Entity OR n:Source OR n:Document OR n:LedgerRecord OR n:Plan OR n:Job OR n:Token OR n:Risk OR n:Acceptance OR n:Hold
} AS empty
