/** One event of the audit log as the API server writes it. */
export interface Audited {
  readonly user: string;
  readonly verb: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly group?: string;
  readonly at?: string;
  readonly code?: number;
  readonly stage?: string;
  readonly id?: string;
  readonly actedAs?: string;
  /** Id of the token that was used, and the pod that it is bound to. */
  readonly jti?: string;
  readonly certificate?: string;
  readonly pod?: string;
  /** Id of the token that was made. */
  readonly issued?: string;
  readonly expires?: string;
  readonly audiences?: readonly string[];
  readonly addresses?: readonly string[];
  readonly agent?: string;
}

let count = 0;

export function auditEventOf(one: Audited): object {
  const credential = one.jti ? `JTI=${one.jti}` : one.certificate && `X509SHA256=${one.certificate}`;
  const at = one.at ?? '2026-01-05T10:00:00.000000Z';
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'Metadata',
    auditID: one.id ?? `event-${count++}`,
    stage: one.stage ?? 'ResponseComplete',
    requestURI: '/api',
    verb: one.verb,
    user: {
      username: one.user,
      groups: ['system:authenticated'],
      extra: {
        ...(credential && { 'authentication.kubernetes.io/credential-id': [credential] }),
        ...(one.pod && { 'authentication.kubernetes.io/pod-name': [one.pod] }),
      },
    },
    ...(one.actedAs && { impersonatedUser: { username: one.actedAs } }),
    sourceIPs: one.addresses ?? ['203.0.113.7'],
    userAgent: one.agent ?? 'kubectl/v1.34.1 (linux/amd64) kubernetes/93248f9',
    objectRef: {
      resource: one.resource,
      ...(one.subresource && { subresource: one.subresource }),
      ...(one.namespace && { namespace: one.namespace }),
      ...(one.name && { name: one.name }),
      ...(one.group && { apiGroup: one.group }),
      apiVersion: 'v1',
    },
    responseStatus: { metadata: {}, code: one.code ?? 200 },
    ...(one.audiences && { requestObject: { spec: { audiences: one.audiences } } }),
    ...(one.expires && { responseObject: { status: { expirationTimestamp: one.expires } } }),
    requestReceivedTimestamp: at,
    stageTimestamp: at,
    annotations: {
      'authorization.k8s.io/decision': 'allow',
      ...(one.issued && { 'authentication.kubernetes.io/issued-credential-id': `JTI=${one.issued}` }),
    },
  };
}

export const auditLine = (one: Audited): string => JSON.stringify(auditEventOf(one));
