import { GetTopicAttributesCommand, ListTagsForResourceCommand, ListTopicsCommand, SNSClient } from '@aws-sdk/client-sns';
import { operation } from '../../../apis/aws/operation.ts';
import { paged, pages } from '../../../apis/aws/pages.ts';
import { configItems, type ListedThing } from './config-item.ts';
import type { Asking, Endpoint } from './endpoint.ts';

const listTopics = paged(operation('sns:ListTopics', SNSClient, ListTopicsCommand), 'NextToken', 'NextToken');
const getAttributes = operation('sns:GetTopicAttributes', SNSClient, GetTopicAttributesCommand);
const listTags = operation('sns:ListTagsForResource', SNSClient, ListTagsForResourceCommand);

export const topics: Endpoint = {
  name: 'sns-topics',
  where: 'region',
  operations: [listTopics, getAttributes, listTags],
  async *answers(asking) {
    const things: ListedThing[] = [];
    for await (const { Topics = [] } of pages(asking.aws, listTopics, {}))
      things.push(...(await Promise.all(Topics.map(({ TopicArn }) => described(asking, TopicArn)))).flat());
    yield configItems(this.name, asking, things);
  },
};

async function described({ aws, attempt }: Asking, arn: string | undefined): Promise<ListedThing[]> {
  if (!arn) return [];
  const found = (await attempt(aws.call(getAttributes, { TopicArn: arn })))?.Attributes ?? {};
  return [
    {
      type: 'AWS::SNS::Topic',
      arn,
      name: arn.slice(arn.lastIndexOf(':') + 1),
      tags: (await attempt(aws.call(listTags, { ResourceArn: arn })))?.Tags,
      configuration: { TopicArn: arn, KmsMasterKeyId: found['KmsMasterKeyId'] },
      supplementary: found['Policy'] === undefined ? {} : { Policy: found['Policy'] },
    },
  ];
}
