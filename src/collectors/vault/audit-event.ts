/**
 * One line of an audit device. What it does not show is written as a hash (`hmac-sha256:…`): that names a thing, and is never its value.
 * https://openbao.org/docs/audit/
 */
import { z } from 'zod';

const word = z.string().nullish();
const auth = z
  .object({
    accessor: word,
    display_name: word,
    policies: z.array(z.string()).nullish(),
    entity_id: word,
    metadata: z.record(z.string(), z.unknown()).nullish(),
    token_ttl: z.number().nullish(),
    token_issue_time: word,
  })
  .nullish();

export const auditShape = z.object({
  time: z.string(),
  type: z.string(),
  error: word,
  auth,
  request: z.object({
    id: word,
    operation: word,
    mount_point: word,
    mount_type: word,
    path: z.string(),
    remote_address: word,
    client_token_accessor: word,
  }),
  response: z.object({ auth, secret: z.object({ lease_id: word }).nullish(), mount_type: word }).nullish(),
});
export type AuditEvent = z.infer<typeof auditShape>;
export type AuditAuth = NonNullable<AuditEvent['auth']>;

/** By its content: no other line that this source reads has these. */
export function isAuditLine(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { type, time, request } = value as Record<string, unknown>;
  return (
    (type === 'request' || type === 'response') && typeof time === 'string' && typeof request === 'object' && request !== null
  );
}
