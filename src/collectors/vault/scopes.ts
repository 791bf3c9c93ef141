/** What is collected, and swept, as a whole. */
export const ACCESS_SCOPE = 'access';
export const PROOFS_SCOPE = 'proofs';
export const AUDIT_SCOPE = 'audit';
