/** Answers of a service's own API, in the form in which AWS Config records the same thing: one converter reads both. */
import type { Answer, Asking } from './endpoint.ts';

export interface ListedThing {
  /** `AWS::S3::Bucket` */
  readonly type: string;
  readonly arn: string;
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  readonly createdAt?: Date | string | undefined;
  readonly region?: string | undefined;
  /** Pairs as the services give them, or a map. */
  readonly tags?: readonly TagPair[] | Readonly<Record<string, string>> | undefined;
  readonly configuration: Readonly<Record<string, unknown>>;
  readonly supplementary?: Readonly<Record<string, unknown>> | undefined;
}

interface TagPair {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
  readonly TagKey?: string | undefined;
  readonly TagValue?: string | undefined;
  readonly key?: string | undefined;
  readonly value?: string | undefined;
}

/** Things of one kind in one region, as a page of a Config snapshot. */
export const configItems = (name: string, asking: Asking, things: readonly ListedThing[]): Answer => ({
  name,
  value: JSON.parse(JSON.stringify({ configurationItems: things.map((thing) => itemOf(thing, asking)) })),
});

function itemOf(thing: ListedThing, { aws, now }: Asking): Record<string, unknown> {
  return {
    resourceType: thing.type,
    resourceId: thing.id ?? thing.arn,
    resourceName: thing.name ?? thing.id ?? thing.arn,
    ARN: thing.arn,
    awsAccountId: aws.account,
    awsRegion: thing.region ?? aws.region,
    configurationItemStatus: 'OK',
    configurationItemCaptureTime: now,
    resourceCreationTime: thing.createdAt,
    tags: tagsOf(thing.tags),
    configuration: thing.configuration,
    supplementaryConfiguration: thing.supplementary ?? {},
  };
}

function tagsOf(tags: ListedThing['tags']): Record<string, string> {
  if (!Array.isArray(tags)) return { ...(tags as Record<string, string> | undefined) };
  const pairs = (tags as readonly TagPair[]).map((tag): [string, string] => [
    tag.Key ?? tag.TagKey ?? tag.key ?? '',
    tag.Value ?? tag.TagValue ?? tag.value ?? '',
  ]);
  return Object.fromEntries(pairs);
}
