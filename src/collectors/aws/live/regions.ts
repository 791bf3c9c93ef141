import { DescribeRegionsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { operation } from '../../../apis/aws/operation.ts';
import type { Session } from '../../../apis/aws/session.ts';

export const describeRegions = operation('ec2:DescribeRegions', EC2Client, DescribeRegionsCommand);

/** The regions that are switched on in the account. */
export async function regionsOf(aws: Session): Promise<string[]> {
  const { Regions = [] } = await aws.call(describeRegions, { AllRegions: false });
  return Regions.flatMap(({ RegionName }) => RegionName ?? []).sort();
}
