import { type DevEndpoint, GetDevEndpointsCommand, GetJobsCommand, GlueClient, type Job } from '@aws-sdk/client-glue';
import { operation } from '../../../apis/aws/operation.ts';
import { paged, pages } from '../../../apis/aws/pages.ts';
import { configItems, type ListedThing } from './config-item.ts';
import type { Asking, Endpoint } from './endpoint.ts';

const getJobs = paged(operation('glue:GetJobs', GlueClient, GetJobsCommand), 'NextToken', 'NextToken');
const getDevEndpoints = paged(operation('glue:GetDevEndpoints', GlueClient, GetDevEndpointsCommand), 'NextToken', 'NextToken');

/** Glue jobs and development endpoints: both run code as a role. */
export const jobs: Endpoint = {
  name: 'glue-jobs',
  where: 'region',
  operations: [getJobs, getDevEndpoints],
  async *answers(asking) {
    const things: ListedThing[] = [];
    for await (const { Jobs = [] } of pages(asking.aws, getJobs, {}))
      things.push(...Jobs.flatMap((job) => jobThing(asking, job)));
    for await (const { DevEndpoints = [] } of pages(asking.aws, getDevEndpoints, {}))
      things.push(...DevEndpoints.flatMap((one) => devEndpointThing(asking, one)));
    yield configItems(this.name, asking, things);
  },
};

const arnOf = ({ aws, partition }: Asking, rest: string): string => `arn:${partition}:glue:${aws.region}:${aws.account}:${rest}`;

function jobThing(asking: Asking, { Name, Role, CreatedOn, Command }: Job): ListedThing[] {
  if (!Name) return [];
  const configuration = {
    Role: roleArn(asking, Role),
    Command: { Name: Command?.Name, ScriptLocation: Command?.ScriptLocation },
  };
  return [{ type: 'AWS::Glue::Job', arn: arnOf(asking, `job/${Name}`), id: Name, createdAt: CreatedOn, configuration }];
}

function devEndpointThing(asking: Asking, { EndpointName, RoleArn, CreatedTimestamp }: DevEndpoint): ListedThing[] {
  if (!EndpointName) return [];
  const arn = arnOf(asking, `devEndpoint/${EndpointName}`);
  return [{ type: 'AWS::Glue::DevEndpoint', arn, id: EndpointName, createdAt: CreatedTimestamp, configuration: { RoleArn } }];
}

/** Glue takes a role by its name as well. */
const roleArn = ({ aws, partition }: Asking, role: string | undefined): string | undefined =>
  role === undefined || role.startsWith('arn:') ? role : `arn:${partition}:iam::${aws.account}:role/${role}`;
