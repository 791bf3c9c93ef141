import { GetQueueAttributesCommand, ListQueuesCommand, ListQueueTagsCommand, SQSClient } from '@aws-sdk/client-sqs';
import { operation } from '../../../apis/aws/operation.ts';
import { paged, pages } from '../../../apis/aws/pages.ts';
import { configItems, type ListedThing } from './config-item.ts';
import type { Asking, Endpoint } from './endpoint.ts';

const listQueues = paged(operation('sqs:ListQueues', SQSClient, ListQueuesCommand), 'NextToken', 'NextToken');
const getAttributes = operation('sqs:GetQueueAttributes', SQSClient, GetQueueAttributesCommand);
const listTags = operation('sqs:ListQueueTags', SQSClient, ListQueueTagsCommand);

export const queues: Endpoint = {
  name: 'sqs-queues',
  where: 'region',
  operations: [listQueues, getAttributes, listTags],
  async *answers(asking) {
    const things: ListedThing[] = [];
    for await (const { QueueUrls = [] } of pages(asking.aws, listQueues, { MaxResults: 1000 }))
      things.push(...(await Promise.all(QueueUrls.map((url) => described(asking, url)))).flat());
    yield configItems(this.name, asking, things);
  },
};

async function described({ aws, attempt }: Asking, QueueUrl: string): Promise<ListedThing[]> {
  const found = (await attempt(aws.call(getAttributes, { QueueUrl, AttributeNames: ['All'] })))?.Attributes;
  const arn = found?.['QueueArn'];
  if (!arn) return [];
  return [
    {
      type: 'AWS::SQS::Queue',
      arn,
      id: QueueUrl,
      name: arn.slice(arn.lastIndexOf(':') + 1),
      tags: (await attempt(aws.call(listTags, { QueueUrl })))?.Tags,
      configuration: { QueueArn: arn, KmsMasterKeyId: found['KmsMasterKeyId'] },
      supplementary: found['Policy'] === undefined ? {} : { Policy: found['Policy'] },
    },
  ];
}
