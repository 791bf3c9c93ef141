/**
 * `get-service-last-accessed-details`: which of the services that its policies grant a principal has used, and when. AWS's answer
 * does not say whom it is of: a saved one says it in `Arn`, as `collect --save` writes it, or it is the entity that used them.
 *
 * It becomes the identity's property `serviceAccess`, for a detector of rights that nobody uses (NHI5):
 *
 *     {at, used: [{service, lastUsed, actions?: [{action, lastUsed?}]}], unused: [service]}
 *
 * `used` and `unused` together are all services that the principal's policies grant something of; `service` is as in actions (`s3`);
 * `at` and `lastUsed` are times. AWS looks back 400 days at most; before the property was made nothing is known: an identity
 * without the property has not been asked about. `actions` only where AWS tracks them; an action without `lastUsed` was never used.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html
 */
import { z } from 'zod';
import { accountOfArn } from '../../iam/aws/principal.ts';
import type { Json } from '../../model/entity.ts';
import { InputError } from '../../model/errors.ts';
import { shaped } from '../files/shape.ts';
import { timeOf } from './convert.ts';
import type { ServiceUse, ServiceUses } from './inventory.ts';
import type { Row } from './row.ts';

const time = z.union([z.string(), z.number()]).nullish();

const answerShape = z.object({
  Arn: z.string().nullish(),
  JobStatus: z.string().nullish(),
  JobCompletionDate: time,
  ServicesLastAccessed: z.array(
    z.object({
      ServiceNamespace: z.string(),
      LastAuthenticated: time,
      LastAuthenticatedEntity: z.string().nullish(),
      TrackedActionsLastAccessed: z.array(z.object({ ActionName: z.string(), LastAccessedTime: time })).nullish(),
    }),
  ),
});

type RawAnswer = z.infer<typeof answerShape>;

export function takeServiceUses({ reading, file }: Row, value: unknown): void {
  const raw = shaped(answerShape, value, { path: file.path });
  if (raw.JobStatus && raw.JobStatus !== 'COMPLETED')
    throw new InputError(`${file.path}: JobStatus: ${raw.JobStatus}; save the answer again when the job is completed`);
  const arn = raw.Arn ?? userOf(raw);
  const account = accountOfArn(arn ?? '');
  if (!arn || !account || !/^\d{12}$/.test(account))
    throw new InputError(`${file.path}: whose answer it is cannot be told; add the principal's ARN as "Arn"`);
  const at = timeOf(raw.JobCompletionDate);
  const found = reading.inventory.account(account).serviceUses;
  const known = found.get(arn);
  const services = raw.ServicesLastAccessed.map(serviceUse);
  // Several files of one principal are pages of one answer.
  found.set(arn, { ...(at && { at }), services: [...(known?.services ?? []), ...services] });
}

/** Of a user or a role itself: of a group or a policy several may have used them. */
function userOf({ ServicesLastAccessed }: RawAnswer): string | undefined {
  const arns = new Set(ServicesLastAccessed.flatMap(({ LastAuthenticatedEntity }) => LastAuthenticatedEntity ?? []));
  return arns.size === 1 ? [...arns][0] : undefined;
}

function serviceUse(raw: RawAnswer['ServicesLastAccessed'][number]): ServiceUse {
  const lastUsed = timeOf(raw.LastAuthenticated);
  const actions = (raw.TrackedActionsLastAccessed ?? []).map(({ ActionName, LastAccessedTime }) => {
    const used = timeOf(LastAccessedTime);
    return { action: ActionName, ...(used && { lastUsed: used }) };
  });
  return { service: raw.ServiceNamespace, ...(lastUsed && { lastUsed }), actions };
}

/** As the property `serviceAccess`. */
export function serviceAccess({ at, services }: ServiceUses): Json {
  const distinct = [...new Map(services.map((one) => [one.service, one])).values()].sort((a, b) =>
    a.service < b.service ? -1 : 1,
  );
  return {
    ...(at && { at }),
    used: distinct
      .filter(({ lastUsed }) => lastUsed !== undefined)
      .map(({ service, lastUsed = '', actions }) => ({
        service,
        lastUsed,
        ...(actions.length > 0 && { actions: actions.map((one) => ({ ...one })) }),
      })),
    unused: distinct.filter(({ lastUsed }) => lastUsed === undefined).map(({ service }) => service),
  };
}
