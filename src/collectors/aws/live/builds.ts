import { BatchGetProjectsCommand, CodeBuildClient, ListProjectsCommand, type Project } from '@aws-sdk/client-codebuild';
import { operation } from '../../../apis/aws/operation.ts';
import { paged, pages } from '../../../apis/aws/pages.ts';
import { configItems, type ListedThing } from './config-item.ts';
import type { Endpoint } from './endpoint.ts';

const listProjects = paged(operation('codebuild:ListProjects', CodeBuildClient, ListProjectsCommand), 'nextToken', 'nextToken');
const getProjects = operation('codebuild:BatchGetProjects', CodeBuildClient, BatchGetProjectsCommand);

/** Build projects; the list and the details both take a hundred at once. */
export const builds: Endpoint = {
  name: 'codebuild-projects',
  where: 'region',
  operations: [listProjects, getProjects],
  async *answers(asking) {
    let page = 0;
    for await (const { projects: names = [] } of pages(asking.aws, listProjects, {})) {
      const found = names.length === 0 ? undefined : await asking.attempt(asking.aws.call(getProjects, { names }));
      yield configItems(`${this.name}-${++page}`, asking, (found?.projects ?? []).flatMap(projectThing));
    }
  },
};

function projectThing(one: Project): ListedThing[] {
  if (!one.arn) return [];
  return [
    {
      type: 'AWS::CodeBuild::Project',
      arn: one.arn,
      name: one.name,
      createdAt: one.created,
      tags: one.tags,
      configuration: {
        serviceRole: one.serviceRole,
        source: one.source && { type: one.source.type, location: one.source.location },
        environment: one.environment && {
          type: one.environment.type,
          image: one.environment.image,
          privilegedMode: one.environment.privilegedMode,
          environmentVariables: one.environment.environmentVariables,
        },
      },
    },
  ];
}
