/** What a call was about, as entities: ARNs that the record lists, else the request's own words. Reviewed against each service's API. */
import type { EntityFact } from '../../model/entity.ts';
import { awsArn } from '../../model/keys.ts';
import { kindOfKey } from '../../model/kind-of-key.ts';
import { fields, list, NOTHING, type TrailEvent, text } from './event.ts';
import { lastPart, partitionOf } from './identity.ts';

export interface Touched {
  readonly entity: EntityFact;
  /** The log has only the name of this user or role, and a path is not in it: the ARN may be another. */
  readonly guessed?: { readonly kind: 'user' | 'role'; readonly name: string };
}

/** At most `MOST` things of one call; a batch call may name hundreds. */
const MOST = 100;

export function touchedBy(event: TrailEvent): Touched[] {
  const found = new Map<string, Touched>();
  const add = (arn: string, guessed?: Touched['guessed']): void => {
    const whole = arn.startsWith('arn:') ? thingOf(arn) : undefined;
    if (whole && !found.has(whole)) found.set(whole, { entity: stubOf(whole), ...(guessed && { guessed }) });
  };
  for (const arn of [...event.resources, ...answeredArns(event)]) add(arn);
  for (const kind of event.service === 'iam' ? (['user', 'role'] as const) : []) {
    const name = text(event.request[`${kind}Name`]);
    if (name && ![...found.keys()].some((arn) => isNamed(arn, kind, name))) add(iamArn(event, `${kind}/${name}`), { kind, name });
  }
  for (const arn of requestedArns(event)) add(arn);
  return [...found.values()].slice(0, MOST);
}

const isNamed = (arn: string, kind: string, name: string): boolean => arn.includes(`:${kind}/`) && arn.endsWith(`/${name}`);

const iamArn = (event: TrailEvent, rest: string): string => `arn:${partitionOf(event.caller.arn)}:iam::${event.account}:${rest}`;

/** ARNs of things that the call made. Most calls answer nothing. */
function answeredArns({ response }: TrailEvent): readonly string[] {
  if (response === NOTHING) return [];
  const made = ['user', 'role', 'policy', 'group', 'trustAnchor', 'profile', 'table', 'tableDescription'].map((name) =>
    fields(response[name]),
  );
  const nested = made.flatMap((one) => [one['arn'], one['trustAnchorArn'], one['profileArn'], one['tableArn']]);
  return [
    ...nested,
    response['functionArn'],
    response['topicArn'],
    response['openIDConnectProviderArn'],
    response['sAMLProviderArn'],
  ].flatMap((arn) => text(arn) ?? []);
}

type Names = (event: TrailEvent) => readonly string[];

const within =
  (service: string, form: (name: string) => string, ...names: readonly string[]): Names =>
  (event) =>
    names
      .flatMap((name) => texts(event.request[name]))
      .map((value) =>
        value.startsWith('arn:')
          ? value
          : `arn:${partitionOf(event.caller.arn)}:${service}:${event.region}:${event.account}:${form(value)}`,
      );

const texts = (value: unknown): string[] => (Array.isArray(value) ? value : [value]).flatMap((one) => text(one) ?? []);

const instances: Names = (event) => {
  const sets = [fields(event.request['instancesSet']), fields(event.response['instancesSet'])];
  const ids = sets.flatMap((set) => list(set['items']).flatMap((item) => text(fields(item)['instanceId']) ?? []));
  const named = [event.request['instanceId'], event.request['instanceIds'], event.request['target']].flatMap(texts);
  return [...ids, ...named.filter((id) => id.startsWith('i-'))].map(
    (id) => `arn:${partitionOf(event.caller.arn)}:ec2:${event.region}:${event.account}:instance/${id}`,
  );
};

/** `https://sqs.<region>.amazonaws.com/<account>/<name>` */
const queue: Names = (event) => {
  const found = /^https:\/\/[^/]+\/(\d{12})\/([\w.-]+)$/.exec(text(event.request['queueUrl']) ?? '');
  return found ? [`arn:${partitionOf(event.caller.arn)}:sqs:${event.region}:${found[1]}:${found[2]}`] : [];
};

const REQUESTED: Readonly<Record<string, readonly Names[]>> = {
  s3: [(event) => texts(event.request['bucketName']).map((bucket) => `arn:${partitionOf(event.caller.arn)}:s3:::${bucket}`)],
  lambda: [within('lambda', (name) => `function:${name}`, 'functionName')],
  dynamodb: [within('dynamodb', (name) => `table/${name}`, 'tableName')],
  kms: [(event) => within('kms', (id) => `key/${id}`, 'keyId')(event).filter((arn) => !arn.includes('alias/'))],
  secretsmanager: [within('secretsmanager', (name) => `secret:${name}`, 'secretId', 'name')],
  ssm: [within('ssm', (name) => `parameter/${name.replace(/^\//, '')}`, 'name', 'names'), instances],
  sqs: [queue],
  sns: [(event) => texts(event.request['topicArn'])],
  ec2: [
    instances,
    within('ec2', (id) => `security-group/${id}`, 'groupId'),
    within('ec2', (id) => `snapshot/${id}`, 'snapshotId'),
    within('ec2', (id) => `image/${id}`, 'imageId'),
  ],
  'ec2-instance-connect': [instances],
  rds: [
    within('rds', (name) => `db:${name}`, 'dBInstanceIdentifier'),
    within('rds', (name) => `snapshot:${name}`, 'dBSnapshotIdentifier'),
  ],
  ecr: [within('ecr', (name) => `repository/${name}`, 'repositoryName')],
  cloudtrail: [within('cloudtrail', (name) => `trail/${name}`, 'name', 'trailName')],
  bedrock: [
    (event) =>
      texts(event.request['modelId']).map((id) =>
        id.startsWith('arn:') ? id : `arn:${partitionOf(event.caller.arn)}:bedrock:${event.region}::foundation-model/${id}`,
      ),
  ],
  iam: [
    (event) => texts(event.request['policyArn']).filter((arn) => !arn.includes(':iam::aws:')),
    (event) => texts(event.request['groupName']).map((name) => iamArn(event, `group/${name}`)),
  ],
};

const requestedArns = (event: TrailEvent): string[] => (REQUESTED[event.service] ?? []).flatMap((names) => names(event));

/** The thing that an ARN names: objects belong to their bucket, versions and aliases to their function. */
function thingOf(arn: string): string {
  const service = arn.slice(arn.indexOf(':', 4) + 1);
  if (service.startsWith('s3:')) {
    const object = arn.indexOf('/');
    return object < 0 ? arn : arn.slice(0, object);
  }
  return service.startsWith('lambda:') ? arn.split(':').slice(0, 7).join(':') : arn;
}

/** What no rule knows is a Resource: its inventory, if there is one, says better. */
export const stubOf = (arn: string): EntityFact => ({
  key: awsArn(arn),
  kind: kindOfKey(awsArn(arn)) ?? 'Resource',
  name: lastPart(arn),
  provider: 'aws',
  stub: true,
});
