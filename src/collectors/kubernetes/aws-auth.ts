/**
 * `aws-auth` of EKS: which IAM roles and users are who in the cluster.
 * https://docs.aws.amazon.com/eks/latest/userguide/auth-configmap.html
 */
import { z } from 'zod';
import { shaped } from '../files/shape.ts';
import { parseYaml } from '../files/yaml.ts';
import type { AwsMapping } from './records.ts';

const groups = z
  .array(z.string())
  .nullish()
  .transform((list) => list ?? []);
const username = z.string().nullish();
const roles = z.array(z.object({ rolearn: z.string(), username, groups }));
const users = z.array(z.object({ userarn: z.string(), username, groups }));

export function awsMappings(data: ReadonlyMap<string, string>, path: string): AwsMapping[] {
  const read = <T>(key: string, shape: z.ZodType<T[]>): T[] => {
    const [list] = parseYaml(data.get(key) ?? '', `${path}: ${key}`);
    return list === undefined ? [] : shaped(shape, list, { path, at: key });
  };
  return [
    ...read('mapRoles', roles)
      .filter(({ rolearn }) => !hasPath(rolearn))
      .map((one) => mapping(one.rolearn, one)),
    ...read('mapUsers', users).map((one) => mapping(one.userarn, one)),
  ];
}

/** Callers are compared by the ARN of their session, which has no path: a role that is named with one is nobody. */
const hasPath = (arn: string): boolean => /:role\/.*\//.test(arn);

/** Accounts have one role of a name, whatever its path and case: by this, an entry and `aws-auth` name the same. */
export const mappedName = (arn: string): string => arn.replace(/:role\/(?:.*\/)?([^/]+)$/, ':role/$1').toLowerCase();

/** Names with variables, such as a node's own, differ for every session. */
const mapping = (arn: string, one: { username?: string | null | undefined; groups: string[] }): AwsMapping => ({
  arn,
  by: 'ConfigMap kube-system/aws-auth',
  withoutPath: true,
  user: one.username && !one.username.includes('{{') ? one.username : undefined,
  groups: one.groups,
});
