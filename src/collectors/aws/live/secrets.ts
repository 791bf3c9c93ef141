import {
  GetResourcePolicyCommand,
  ListSecretsCommand,
  type SecretListEntry,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { operation } from '../../../apis/aws/operation.ts';
import { paged, pages } from '../../../apis/aws/pages.ts';
import { configItems, type ListedThing } from './config-item.ts';
import type { Asking, Endpoint } from './endpoint.ts';

const listSecrets = paged(
  operation('secretsmanager:ListSecrets', SecretsManagerClient, ListSecretsCommand),
  'NextToken',
  'NextToken',
);
const getPolicy = operation('secretsmanager:GetResourcePolicy', SecretsManagerClient, GetResourcePolicyCommand);

/** Secrets with their policies. Their values are never asked for. */
export const secrets: Endpoint = {
  name: 'secrets',
  where: 'region',
  operations: [listSecrets, getPolicy],
  async *answers(asking) {
    const things: ListedThing[] = [];
    for await (const { SecretList = [] } of pages(asking.aws, listSecrets, { MaxResults: 100 }))
      things.push(...(await Promise.all(SecretList.map((one) => described(asking, one)))).flat());
    yield configItems(this.name, asking, things);
  },
};

async function described({ aws, attempt }: Asking, one: SecretListEntry): Promise<ListedThing[]> {
  const { ARN: arn } = one;
  if (!arn) return [];
  const policy = (await attempt(aws.call(getPolicy, { SecretId: arn })))?.ResourcePolicy;
  return [
    {
      type: 'AWS::SecretsManager::Secret',
      arn,
      name: one.Name,
      createdAt: one.CreatedDate,
      tags: one.Tags,
      configuration: {
        Name: one.Name,
        KmsKeyId: one.KmsKeyId,
        RotationEnabled: one.RotationEnabled ?? false,
        RotationLambdaARN: one.RotationLambdaARN,
        LastRotatedDate: one.LastRotatedDate,
        LastChangedDate: one.LastChangedDate,
        LastAccessedDate: one.LastAccessedDate,
      },
      supplementary: policy === undefined ? {} : { ResourcePolicy: policy },
    },
  ];
}
