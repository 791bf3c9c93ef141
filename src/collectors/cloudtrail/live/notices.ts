/** Which log files a queue's message tells of. */
export interface LogFile {
  readonly bucket: string;
  readonly key: string;
}

type Fields = Readonly<Record<string, unknown>>;

const fields = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/**
 * The files of one message: of S3's event notifications, of EventBridge's, or of CloudTrail's own, each perhaps inside an SNS message.
 * None for S3's test event. Undefined when it is nothing of these.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/configure-sns-notifications-for-cloudtrail.html
 */
export function filesNamed(body: string | undefined): LogFile[] | undefined {
  const message = fields(parsed(body ?? ''));
  if (typeof message['Message'] === 'string') return filesNamed(message['Message']);
  if (message['Event'] === 's3:TestEvent') return [];
  if (Array.isArray(message['Records'])) return whole(message['Records'].map((record) => fromS3(fields(fields(record)['s3']))));
  if (typeof message['s3Bucket'] === 'string')
    return whole(list(message['s3ObjectKey']).map((key) => ({ bucket: text(message['s3Bucket']), key: text(key) })));
  const { bucket, object } = fields(message['detail']);
  if (bucket !== undefined) return whole([{ bucket: text(fields(bucket)['name']), key: text(fields(object)['key']) }]);
  return undefined;
}

/** S3 writes keys as in a query string. */
const fromS3 = (s3: Fields): LogFile => ({
  bucket: text(fields(s3['bucket'])['name']),
  key: decoded(text(fields(s3['object'])['key'])),
});

const whole = (files: readonly LogFile[]): LogFile[] | undefined =>
  files.every(({ bucket, key }) => bucket !== '' && key !== '') ? [...files] : undefined;

function decoded(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return key;
  }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** Digests and Insights lie beside the logs and hold no events. */
export const isLog = ({ key }: LogFile): boolean =>
  !/\/CloudTrail-(Digest|Insight|Aggregated)\//.test(key) && /\.json(\.gz)?$/.test(key);
