/**
 * AWS-managed policies whose meaning is known exactly when an export attaches them without their text.
 * https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AdministratorAccess.html (version v1, unchanged since 2015)
 */
const KNOWN: Readonly<Record<string, unknown>> = {
  AdministratorAccess: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
};

/** The document of an AWS-managed policy, or undefined when only its export would tell. */
export function knownManagedPolicy(arn: string): unknown {
  const match = /^arn:aws[a-z-]*:iam::aws:policy\/(?:[^/]+\/)*([^/]+)$/.exec(arn);
  const name = match?.[1] ?? '';
  return Object.hasOwn(KNOWN, name) ? KNOWN[name] : undefined;
}
