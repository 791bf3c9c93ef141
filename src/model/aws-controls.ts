/**
 * What can be done in AWS: each control with its parameters and the actions that use it.
 *
 *   control                  actions                      reversible    outlives it
 *   access-key               quarantine disable           R! / R0       sessions that it minted
 *                            save issue delete            R0 R0 R2
 *   login-profile            revoke delete                R2            console sessions, up to 12 hours
 *   interlock-deny           quarantine disable           R0            role sessions that a user assumed
 *   interlock-fence          reduce                       R0            whoever sits inside; role sessions
 *   interlock-deny-assume    block                        R0            sessions that were minted before
 *   AWSRevokeOlderSessions   quarantine                   R!            new sessions: minting is stopped first
 *   permissions-boundary     reduce                       R1            grants of resource policies to the identity itself
 *   trust-policy             block                        R1            sessions that were minted before
 *   max-session              shorten                      R1            sessions that were minted before
 *   service-control-policy   quarantine                   R0            nothing in that account; not the management account
 *   existence                delete                       R2            sessions of a role, until they are denied
 *   secret-value             distribute                   R1            consumers that cached the old value
 *   parameter-value          distribute                   R1            the same
 *
 * Sources: IAM API Reference, IAM User Guide, Organizations API Reference, Secrets Manager and Systems Manager API References.
 */
import { z } from 'zod';
import { AWS_CUTOFF_POLICY, AWS_DENY_POLICY, AWS_FENCE_POLICY, AWS_STOP_ASSUME_POLICY } from './aws-documents.ts';
import type { Action } from './plan.ts';

const account = z.string().regex(/^\d{12}$/, 'an AWS account: 12 digits');
/** Of a user or a role. */
const name = z.string().min(1).max(128);
const arn = z.string().regex(/^arn:[\w-]+:[\w-]+:[\w-]*:\w*:.+$/, 'an ARN');
const arns = z.array(arn).min(1);
const texts = z.array(z.string().min(1)).min(1);
const accessKeyId = z.string().regex(/^[A-Z0-9]{16,128}$/, 'an access key id');
/** Exactly one of both. */
const principal = { account, userName: name.optional(), roleName: name.optional() };
const isOnePrincipal = ({ userName, roleName }: { userName?: string | undefined; roleName?: string | undefined }): boolean =>
  (userName === undefined) !== (roleName === undefined);
const ONE = 'needs either userName or roleName';

/** Shape of `PlanStep.parameters` for each control, without `control` itself. */
export const AWS_PARAMETERS = {
  /** Without `userName` it is a key of the root user, or nobody knows whose: a person has to look. */
  'access-key': z.strictObject({ account: account.optional(), userName: name.optional(), accessKeyId }),
  'login-profile': z.strictObject({ account, userName: name }),
  [AWS_DENY_POLICY]: z.strictObject(principal).refine(isOnePrincipal, ONE),
  /** Addresses, CIDR blocks, VPC endpoints of the legitimate consumers. */
  [AWS_FENCE_POLICY]: z
    .strictObject({ ...principal, networks: texts.optional(), vpcEndpoints: texts.optional() })
    .refine(isOnePrincipal, ONE)
    .refine(
      ({ networks, vpcEndpoints }) => networks !== undefined || vpcEndpoints !== undefined,
      'needs networks or vpcEndpoints',
    ),
  [AWS_STOP_ASSUME_POLICY]: z.strictObject({ ...principal, roles: arns }).refine(isOnePrincipal, ONE),
  /** `sessions`: the keys of those that it is for. */
  [AWS_CUTOFF_POLICY]: z.strictObject({ ...principal, sessions: z.array(z.string()).optional() }).refine(isOnePrincipal, ONE),
  /** `boundary`: ARN of the managed policy that becomes the boundary. */
  'permissions-boundary': z.strictObject({ ...principal, boundary: arn }).refine(isOnePrincipal, ONE),
  /** Who may assume the role no more: principals, whole accounts, or subjects of one OIDC provider. */
  'trust-policy': z
    .strictObject({
      account,
      roleName: name,
      principals: arns.optional(),
      accounts: z.array(account).min(1).optional(),
      provider: arn.optional(),
      subjects: texts.optional(),
    })
    .refine(
      ({ principals, accounts, provider }) => [principals, accounts, provider].filter((one) => one !== undefined).length === 1,
      'needs one of principals, accounts, provider',
    )
    .refine(({ provider, subjects }) => subjects === undefined || provider !== undefined, 'subjects need a provider'),
  /** UpdateRole takes 1 to 12 hours. */
  'max-session': z.strictObject({ account, roleName: name, seconds: z.int().min(3600).max(43_200) }),
  /** `principal`: ARN of a user, a role or the root user of `account`. */
  'service-control-policy': z
    .strictObject({ account, principal: arn })
    .refine(({ principal: one }) => !/[*?]/.test(one), 'principal: names one, without wildcards')
    .refine(({ account: id, principal: one }) => one.split(':')[4] === id, 'principal: is not of the account'),
  existence: z.strictObject(principal).refine(isOnePrincipal, ONE),
  /**
   * `field`: which part of the new credential goes there. `jsonKey`: which field of a JSON secret; without it the one that holds the id
   * of the replaced key, or the only one that can be meant.
   */
  'secret-value': z.strictObject({
    account,
    region: z.string().min(1),
    secret: arn,
    field: z.string().min(1),
    jsonKey: z.string().min(1).optional(),
  }),
  'parameter-value': z.strictObject({
    account,
    region: z.string().min(1),
    parameter: z.string().min(1),
    field: z.string().min(1),
  }),
} as const;

export type AwsControl = keyof typeof AWS_PARAMETERS;
export type AwsParameters<C extends AwsControl> = z.infer<(typeof AWS_PARAMETERS)[C]>;

/** Which actions each control is a part of. */
export const AWS_ACTIONS = {
  'access-key': ['quarantine', 'disable', 'save', 'issue', 'delete'],
  'login-profile': ['revoke', 'delete'],
  [AWS_DENY_POLICY]: ['quarantine', 'disable'],
  [AWS_FENCE_POLICY]: ['reduce'],
  [AWS_STOP_ASSUME_POLICY]: ['block'],
  [AWS_CUTOFF_POLICY]: ['quarantine'],
  'permissions-boundary': ['reduce'],
  'trust-policy': ['block'],
  'max-session': ['shorten'],
  'service-control-policy': ['quarantine'],
  existence: ['delete'],
  'secret-value': ['distribute'],
  'parameter-value': ['distribute'],
} as const satisfies Record<AwsControl, readonly Action[]>;

type ActionsOf<C extends AwsControl> = (typeof AWS_ACTIONS)[C][number];

/** A control with its action and its parsed parameters. */
export type AwsStep = {
  [C in AwsControl]: { readonly control: C; readonly action: ActionsOf<C>; readonly parameters: AwsParameters<C> };
}[AwsControl];
export type AwsStepOf<C extends AwsControl> = Extract<AwsStep, { control: C }>;

export const isAwsAction = (action: Action): boolean =>
  Object.values(AWS_ACTIONS).some((of) => (of as readonly Action[]).includes(action));

const control = z.looseObject({ control: z.enum(Object.keys(AWS_PARAMETERS) as [AwsControl, ...AwsControl[]]) });

/** Throws a ZodError that names the field. */
export function parseAwsStep(action: Action, parameters: unknown): AwsStep {
  const { control: found, ...rest } = control.parse(parameters);
  z.enum(AWS_ACTIONS[found]).parse(action, { error: () => `is no action of the control ${found}` });
  return { control: found, action, parameters: AWS_PARAMETERS[found].parse(rest) } as unknown as AwsStep;
}
