/**
 * Where the code of workloads is loaded from. Who may overwrite it controls what runs: at once where each run loads it anew; where
 * only the next deployment does, under the condition that there is one. A digest, or a tag that cannot move, defines nothing.
 */
import type { EntityFact, RelationshipFact } from '../../model/entity.ts';
import { awsArn, githubRepository } from '../../model/keys.ts';
import type { Source } from './configured.ts';
import type { Estate } from './estate.ts';
import type { Inventory } from './inventory.ts';
import type { Thing } from './things.ts';

export interface Definition {
  /** A source that this account's inventory does not hold. */
  readonly source?: EntityFact;
  readonly relationship: RelationshipFact;
}

export function* definitions(estate: Estate, thing: Thing, sources: readonly Source[]): Generator<Definition> {
  for (const source of sources) {
    const entity = entityOf(estate, source);
    if (!entity) continue;
    const known = estate.things.get(entity.key.slice('aws:'.length));
    yield {
      ...(known?.item.account !== thing.item.account && { source: entity }),
      relationship: {
        source: entity.key,
        kind: 'DEFINES',
        target: thing.key,
        basis: 'declared',
        certainty: source.loads === 'each run' ? 'definite' : 'conditional',
        reason: `its code is loaded from ${source.place}`,
        ...(source.loads !== 'each run' && { condition: 'it is deployed again from there', conditionClass: 'time' }),
      },
    };
  }
}

function entityOf(estate: Estate, { kind, place }: Source): EntityFact | undefined {
  if (kind === 'github') return { key: githubRepository(place), kind: 'Repository', name: place, provider: 'github', stub: true };
  const arn = kind === 's3' ? objectArn(place) : imageRepository(estate, place);
  return arn ? { key: awsArn(arn), kind: 'Resource', name: place, provider: 'aws', stub: true } : undefined;
}

const objectArn = (place: string): string => `arn:aws:s3:::${place}`;

/** https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html */
function imageRepository(estate: Estate, image: string): string | undefined {
  const found = /^(\d{12})\.dkr\.ecr(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?\/([^:@]+)(@sha256:)?/.exec(image);
  if (!found || found[5]) return undefined;
  const [, account, region, china, name] = found;
  const arn = `arn:${china ? 'aws-cn' : 'aws'}:ecr:${region}:${account}:repository/${name}`;
  const { imageTagMutability, ImageTagMutability = imageTagMutability } = estate.things.get(arn)?.item.configuration ?? {};
  return ImageTagMutability === 'IMMUTABLE' ? undefined : arn;
}

/**
 * Objects that code is loaded from become things of their own, under their bucket's policy and key: to write somewhere in the bucket
 * is not to write the code.
 */
export function addCodeObjects(inventory: Inventory): void {
  const buckets = new Map(
    [...inventory.accounts.values()].flatMap((account) =>
      [...account.items.values()]
        .filter(({ type }) => type === 'AWS::S3::Bucket')
        .map((item) => [item.arn, { account, item }] as const),
    ),
  );
  const sources = [...inventory.accounts.values()].flatMap((account) =>
    [...account.items.values()].filter(({ deleted }) => !deleted).flatMap(({ held }) => held?.sources ?? []),
  );
  for (const { kind, place } of sources) {
    const bucket = kind === 's3' && buckets.get(objectArn(place.slice(0, place.indexOf('/'))));
    if (!bucket) continue;
    const arn = objectArn(place);
    bucket.account.addItem({ ...bucket.item, arn, id: arn, name: place, type: 'AWS::S3::Object', tags: new Map() });
  }
}
