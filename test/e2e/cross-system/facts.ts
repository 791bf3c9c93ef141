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
  'the pod has a token of its account',
  'the account may read the secret',
  'the secret is a copy of the password',
] as const;

export type Fact = (typeof FACTS)[number];

/** Whether the estate is to be without this fact. */
export type Lacks = (fact: Fact) => boolean;
