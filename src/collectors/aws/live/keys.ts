import {
  DescribeKeyCommand,
  GetKeyPolicyCommand,
  KMSClient,
  ListKeysCommand,
  ListResourceTagsCommand,
} from '@aws-sdk/client-kms';
import { operation } from '../../../apis/aws/operation.ts';
import { paged, pages } from '../../../apis/aws/pages.ts';
import { configItems, type ListedThing } from './config-item.ts';
import type { Asking, Endpoint } from './endpoint.ts';

const listKeys = paged(operation('kms:ListKeys', KMSClient, ListKeysCommand), 'NextMarker', 'Marker');
const describeKey = operation('kms:DescribeKey', KMSClient, DescribeKeyCommand);
const getKeyPolicy = operation('kms:GetKeyPolicy', KMSClient, GetKeyPolicyCommand);
const listTags = operation('kms:ListResourceTags', KMSClient, ListResourceTagsCommand);

/** Customer keys with their policies; those that AWS manages decide nothing here. */
export const keys: Endpoint = {
  name: 'kms-keys',
  where: 'region',
  operations: [listKeys, describeKey, getKeyPolicy, listTags],
  async *answers(asking) {
    const things: ListedThing[] = [];
    for await (const { Keys = [] } of pages(asking.aws, listKeys, { Limit: 1000 }))
      things.push(...(await Promise.all(Keys.map(({ KeyId }) => described(asking, KeyId)))).flat());
    yield configItems(this.name, asking, things);
  },
};

async function described({ aws, attempt }: Asking, KeyId: string | undefined): Promise<ListedThing[]> {
  if (!KeyId) return [];
  const key = (await attempt(aws.call(describeKey, { KeyId })))?.KeyMetadata;
  if (!key?.Arn || key.KeyManager === 'AWS') return [];
  const policy = (await attempt(aws.call(getKeyPolicy, { KeyId, PolicyName: 'default' })))?.Policy;
  return [
    {
      type: 'AWS::KMS::Key',
      arn: key.Arn,
      id: KeyId,
      createdAt: key.CreationDate,
      tags: (await attempt(aws.call(listTags, { KeyId })))?.Tags,
      configuration: {
        keyId: KeyId,
        keyState: key.KeyState,
        keyManager: key.KeyManager,
        enabled: key.Enabled,
        origin: key.Origin,
      },
      supplementary: policy === undefined ? {} : { Policy: policy },
    },
  ];
}
