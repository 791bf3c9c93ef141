import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  ListClustersCommand,
  ListServicesCommand,
  ListTaskDefinitionFamiliesCommand,
  type Service,
  type TaskDefinition,
} from '@aws-sdk/client-ecs';
import { operation } from '../../../apis/aws/operation.ts';
import { paged, pages } from '../../../apis/aws/pages.ts';
import { configItems, type ListedThing } from './config-item.ts';
import type { Asking, Endpoint } from './endpoint.ts';

const listFamilies = paged(
  operation('ecs:ListTaskDefinitionFamilies', ECSClient, ListTaskDefinitionFamiliesCommand),
  'nextToken',
  'nextToken',
);
const describeTask = operation('ecs:DescribeTaskDefinition', ECSClient, DescribeTaskDefinitionCommand);
const listClusters = paged(operation('ecs:ListClusters', ECSClient, ListClustersCommand), 'nextToken', 'nextToken');
const listServices = paged(operation('ecs:ListServices', ECSClient, ListServicesCommand), 'nextToken', 'nextToken');
const describeServices = operation('ecs:DescribeServices', ECSClient, DescribeServicesCommand);

/** The newest revision of each active family, and every revision that a service runs. */
export const taskDefinitions: Endpoint = {
  name: 'ecs-task-definitions',
  where: 'region',
  operations: [listFamilies, describeTask, listClusters, listServices, describeServices],
  async *answers(asking) {
    const services = await servicesIn(asking);
    yield configItems('ecs-services', asking, services.flatMap(serviceThing));
    const wanted = new Set(services.flatMap(({ taskDefinition }) => taskDefinition ?? []));
    for await (const page of pages(asking.aws, listFamilies, { status: 'ACTIVE' }))
      for (const family of page.families ?? []) wanted.add(family);
    const found = await Promise.all(
      [...wanted].map((name) => asking.attempt(asking.aws.call(describeTask, { taskDefinition: name, include: ['TAGS'] }))),
    );
    const byArn = new Map(found.flatMap((one) => taskThing(one ?? {})).map((thing) => [thing.arn, thing]));
    yield configItems(this.name, asking, [...byArn.values()]);
  },
};

/** DescribeServices takes ten at once. */
const SERVICES_AT_ONCE = 10;

async function servicesIn({ aws, attempt }: Asking): Promise<Service[]> {
  const found: Service[] = [];
  for await (const { clusterArns = [] } of pages(aws, listClusters, {})) {
    for (const cluster of clusterArns) {
      const arns: string[] = [];
      for await (const { serviceArns = [] } of pages(aws, listServices, { cluster, maxResults: 100 })) arns.push(...serviceArns);
      for (let at = 0; at < arns.length; at += SERVICES_AT_ONCE) {
        const some = arns.slice(at, at + SERVICES_AT_ONCE);
        found.push(...((await attempt(aws.call(describeServices, { cluster, services: some })))?.services ?? []));
      }
    }
  }
  return found;
}

function serviceThing(one: Service): ListedThing[] {
  if (!one.serviceArn || one.status === 'INACTIVE') return [];
  return [
    {
      type: 'AWS::ECS::Service',
      arn: one.serviceArn,
      name: one.serviceName,
      createdAt: one.createdAt,
      configuration: { Cluster: one.clusterArn, TaskDefinition: one.taskDefinition, Role: one.roleArn },
    },
  ];
}

function taskThing({
  taskDefinition: one,
  tags,
}: {
  taskDefinition?: TaskDefinition | undefined;
  tags?: ListedThing['tags'];
}): ListedThing[] {
  if (!one?.taskDefinitionArn) return [];
  return [
    {
      type: 'AWS::ECS::TaskDefinition',
      arn: one.taskDefinitionArn,
      name: one.family,
      createdAt: one.registeredAt,
      tags,
      configuration: {
        Family: one.family,
        TaskRoleArn: one.taskRoleArn,
        ExecutionRoleArn: one.executionRoleArn,
        ContainerDefinitions: one.containerDefinitions?.map((container) => ({
          Name: container.name,
          Image: container.image,
          Environment: container.environment?.map(({ name, value }) => ({ Name: name, Value: value })),
          Secrets: container.secrets?.map(({ name, valueFrom }) => ({ Name: name, ValueFrom: valueFrom })),
        })),
      },
    },
  ];
}
