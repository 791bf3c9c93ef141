import {
  GenerateServiceLastAccessedDetailsCommand,
  GetServiceLastAccessedDetailsCommand,
  IAMClient,
  ListRolesCommand,
} from '@aws-sdk/client-iam';
import { operation } from '../../../apis/aws/operation.ts';
import { paged, pages } from '../../../apis/aws/pages.ts';
import { InputError } from '../../../model/errors.ts';
import { listUsers } from './access-keys.ts';
import { type Answer, type Asking, type Endpoint, plain } from './endpoint.ts';

const listRoles = paged(operation('iam:ListRoles', IAMClient, ListRolesCommand), 'Marker', 'Marker');
const generateDetails = operation('iam:GenerateServiceLastAccessedDetails', IAMClient, GenerateServiceLastAccessedDetailsCommand);
const getDetails = paged(
  operation('iam:GetServiceLastAccessedDetails', IAMClient, GetServiceLastAccessedDetailsCommand),
  'Marker',
  'Marker',
);

const PAUSE_MS = 500;
const MOST_PAUSES = 120;

/** Which services each user and role last used: a job of AWS for each of them. */
export const lastAccessed: Endpoint = {
  name: 'service-last-accessed',
  where: 'account',
  operations: [listUsers, listRoles, generateDetails, getDetails],
  async *answers(asking) {
    const arns = await principals(asking);
    const answers = await Promise.all(arns.map((arn) => asking.attempt(detailsOf(asking, arn))));
    yield* answers.filter((one) => one !== undefined);
  },
};

async function principals({ aws }: Asking): Promise<string[]> {
  const arns: string[] = [];
  for await (const { Users = [] } of pages(aws, listUsers, {})) arns.push(...Users.flatMap(({ Arn }) => Arn ?? []));
  for await (const { Roles = [] } of pages(aws, listRoles, {})) arns.push(...Roles.flatMap(({ Arn }) => Arn ?? []));
  return arns;
}

/** The answer of AWS does not say whom it is of; the ARN is put in. */
async function detailsOf({ aws, pause }: Asking, Arn: string): Promise<Answer> {
  const { JobId } = await aws.call(generateDetails, { Arn });
  for (let waited = 0; waited < MOST_PAUSES; waited++) {
    const services: unknown[] = [];
    let status: string | undefined;
    let JobCompletionDate: Date | undefined;
    for await (const page of pages(aws, getDetails, { JobId })) {
      status = page.JobStatus;
      JobCompletionDate = page.JobCompletionDate;
      services.push(...(page.ServicesLastAccessed ?? []));
    }
    if (status === 'COMPLETED')
      return {
        name: `service-last-accessed/${Arn.slice(Arn.indexOf(':', 13) + 1).replace(/[^\w.@-]+/g, '_')}`,
        value: plain({ Arn, JobStatus: status, JobCompletionDate, ServicesLastAccessed: services }),
      };
    if (status === 'FAILED') break;
    await pause(PAUSE_MS);
  }
  throw new InputError(`${generateDetails.permission}: AWS made no answer for ${Arn}`);
}
