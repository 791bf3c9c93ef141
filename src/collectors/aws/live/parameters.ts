import { DescribeParametersCommand, ListTagsForResourceCommand, type ParameterMetadata, SSMClient } from '@aws-sdk/client-ssm';
import { operation } from '../../../apis/aws/operation.ts';
import { paged, pages } from '../../../apis/aws/pages.ts';
import { configItems, type ListedThing } from './config-item.ts';
import type { Asking, Endpoint } from './endpoint.ts';

const describeParameters = paged(
  operation('ssm:DescribeParameters', SSMClient, DescribeParametersCommand),
  'NextToken',
  'NextToken',
);
const listTags = operation('ssm:ListTagsForResource', SSMClient, ListTagsForResourceCommand);

/** Parameters without their values, which are never asked for. */
export const parameters: Endpoint = {
  name: 'ssm-parameters',
  where: 'region',
  operations: [describeParameters, listTags],
  async *answers(asking) {
    const things: ListedThing[] = [];
    for await (const { Parameters = [] } of pages(asking.aws, describeParameters, { MaxResults: 50 }))
      things.push(...(await Promise.all(Parameters.map((one) => described(asking, one)))).flat());
    yield configItems(this.name, asking, things);
  },
};

async function described({ aws, partition, attempt }: Asking, one: ParameterMetadata): Promise<ListedThing[]> {
  const { Name: name } = one;
  if (!name) return [];
  const tags = await attempt(aws.call(listTags, { ResourceType: 'Parameter', ResourceId: name }));
  return [
    {
      type: 'AWS::SSM::Parameter',
      arn: one.ARN ?? `arn:${partition}:ssm:${aws.region}:${aws.account}:parameter/${name.replace(/^\//, '')}`,
      id: name,
      createdAt: one.LastModifiedDate,
      tags: tags?.TagList,
      configuration: { Name: name, Type: one.Type, KeyId: one.KeyId, Tier: one.Tier },
    },
  ];
}
