import {
  type FunctionConfiguration,
  GetPolicyCommand,
  LambdaClient,
  ListFunctionsCommand,
  ListTagsCommand,
} from '@aws-sdk/client-lambda';
import { operation } from '../../../apis/aws/operation.ts';
import { paged, pages } from '../../../apis/aws/pages.ts';
import { configItems, type ListedThing } from './config-item.ts';
import type { Asking, Endpoint } from './endpoint.ts';

const listFunctions = paged(operation('lambda:ListFunctions', LambdaClient, ListFunctionsCommand), 'NextMarker', 'Marker');
const getPolicy = operation('lambda:GetPolicy', LambdaClient, GetPolicyCommand);
const listTags = operation('lambda:ListTags', LambdaClient, ListTagsCommand);

export const functions: Endpoint = {
  name: 'lambda-functions',
  where: 'region',
  operations: [listFunctions, getPolicy, listTags],
  async *answers(asking) {
    let page = 0;
    for await (const { Functions = [] } of pages(asking.aws, listFunctions, {})) {
      const things = await Promise.all(Functions.map((one) => described(asking, one)));
      yield configItems(`${this.name}-${++page}`, asking, things.flat());
    }
  },
};

async function described({ aws, attempt }: Asking, one: FunctionConfiguration): Promise<ListedThing[]> {
  const { FunctionArn: arn, FunctionName: name } = one;
  if (!arn || !name) return [];
  const policy = (await attempt(aws.call(getPolicy, { FunctionName: name })))?.Policy;
  return [
    {
      type: 'AWS::Lambda::Function',
      arn,
      id: name,
      tags: (await attempt(aws.call(listTags, { Resource: arn })))?.Tags,
      configuration: {
        functionName: name,
        functionArn: arn,
        role: one.Role,
        runtime: one.Runtime,
        handler: one.Handler,
        packageType: one.PackageType,
        lastModified: one.LastModified,
        kmsKeyArn: one.KMSKeyArn,
        layers: one.Layers?.map((layer) => ({ arn: layer.Arn })),
        environment: one.Environment && { variables: one.Environment.Variables ?? {} },
      },
      supplementary: policy === undefined ? {} : { Policy: policy },
    },
  ];
}
