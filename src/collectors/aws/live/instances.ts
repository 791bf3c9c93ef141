import { DescribeInstanceAttributeCommand, DescribeInstancesCommand, EC2Client, type Instance } from '@aws-sdk/client-ec2';
import { operation } from '../../../apis/aws/operation.ts';
import { paged, pages } from '../../../apis/aws/pages.ts';
import { configItems, type ListedThing } from './config-item.ts';
import type { Asking, Endpoint } from './endpoint.ts';

const describeInstances = paged(
  operation('ec2:DescribeInstances', EC2Client, DescribeInstancesCommand),
  'NextToken',
  'NextToken',
);
const describeAttribute = operation('ec2:DescribeInstanceAttribute', EC2Client, DescribeInstanceAttributeCommand);

const GONE = new Set(['terminated', 'shutting-down']);

/** Instances with their profile and user data. */
export const instances: Endpoint = {
  name: 'ec2-instances',
  where: 'region',
  operations: [describeInstances, describeAttribute],
  async *answers(asking) {
    let page = 0;
    for await (const { Reservations = [] } of pages(asking.aws, describeInstances, { MaxResults: 1000 })) {
      const found = Reservations.flatMap(({ Instances = [] }) => Instances);
      const things = await Promise.all(found.map((one) => described(asking, one)));
      yield configItems(`${this.name}-${++page}`, asking, things.flat());
    }
  },
};

async function described(asking: Asking, one: Instance): Promise<ListedThing[]> {
  const { aws, partition, attempt } = asking;
  const { InstanceId: id } = one;
  if (!id || GONE.has(one.State?.Name ?? '')) return [];
  const userData = await attempt(aws.call(describeAttribute, { InstanceId: id, Attribute: 'userData' }));
  return [
    {
      type: 'AWS::EC2::Instance',
      arn: `arn:${partition}:ec2:${aws.region}:${aws.account}:instance/${id}`,
      id,
      createdAt: one.LaunchTime,
      tags: one.Tags,
      configuration: {
        instanceId: id,
        instanceType: one.InstanceType,
        imageId: one.ImageId,
        launchTime: one.LaunchTime,
        state: { name: one.State?.Name },
        privateIpAddress: one.PrivateIpAddress,
        publicIpAddress: one.PublicIpAddress,
        metadataOptions: one.MetadataOptions && {
          httpTokens: one.MetadataOptions.HttpTokens,
          httpEndpoint: one.MetadataOptions.HttpEndpoint,
        },
        iamInstanceProfile: one.IamInstanceProfile && { arn: one.IamInstanceProfile.Arn, id: one.IamInstanceProfile.Id },
        ...(userData?.UserData?.Value !== undefined && { userData: userData.UserData.Value }),
      },
    },
  ];
}
