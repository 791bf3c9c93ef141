/** What is asked of AWS: an endpoint is one kind of thing, from its list to its details. Adding one: a file, and a line in index.ts. */
import type { Operation } from '../../../apis/aws/operation.ts';
import type { Session } from '../../../apis/aws/session.ts';

/** In the form of a file that this source reads. `name` becomes the file's, below a folder for the account and the region. */
export interface Answer {
  readonly name: string;
  readonly value: Record<string, unknown>;
}

export interface Asking {
  readonly aws: Session;
  readonly partition: string;
  /** ISO-8601: when these answers were true. */
  readonly now: string;
  /** The value; undefined when the call failed, which is noted for the account, or when there is no such thing. */
  attempt<T>(call: Promise<T>): Promise<T | undefined>;
  /** Waits, unless the collection is cancelled. */
  pause(ms: number): Promise<void>;
}

export interface Endpoint {
  readonly name: string;
  /** Asked once in an account, or once in each region. */
  readonly where: 'account' | 'region';
  /** Every call that it makes: `examples/aws-read-only-policy.json` allows them. */
  readonly operations: readonly Operation<never>[];
  /** Throws CallErrors for what makes all of it unknown; single details are attempted. */
  answers(asking: Asking): AsyncGenerator<Answer>;
}

/** An SDK answer as its JSON: times as text, bytes as base64, nothing of the transport. */
export function plain(answer: object): Record<string, unknown> {
  const { $metadata: _, ...rest } = answer as { $metadata?: unknown };
  return JSON.parse(JSON.stringify(rest, (_key, value: unknown) => (isBytes(value) ? base64Of(value) : value)));
}

const isBytes = (value: unknown): value is Uint8Array | { type: 'Buffer'; data: number[] } =>
  value instanceof Uint8Array || (value as { type?: unknown } | null)?.type === 'Buffer';

const base64Of = (bytes: Uint8Array | { data: number[] }): string =>
  Buffer.from(bytes instanceof Uint8Array ? bytes : bytes.data).toString('base64');
