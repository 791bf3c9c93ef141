/** The facts that carry the way, each by one file of the estate; in the order of the way. */
export const FACTS = [
  'the audit log knows the token',
  'the token is for the first repository',
  'the token may write',
  'the first repository takes changes',
  'the job sees the secret',
  'the secret is a copy of the deploy key',
  'the deploy key may write',
  'the second repository takes changes',
  'the role trusts the job',
  'the cluster knows the role',
  'its group may enter pods',
  'the pod is privileged',
  'both pods are on one node',
  'the pod runs as the account',
  'the account may read the secret',
  'the secret is a copy of the password',
] as const;

/** The facts that lead on from inside the cluster to a role of the cloud; the last leaves it uncertain. */
export const WAY_OUT = [
  'the role trusts the issuer of the cluster',
  'the role trusts the namespace as it is written',
  'the role takes the audience that pods are handed',
] as const;

export type Fact = (typeof FACTS)[number] | (typeof WAY_OUT)[number];

/** Whether the estate is to be without this fact. */
export type Lacks = (fact: Fact) => boolean;
