/** One AWS operation: the client that speaks it, and the permission it needs. */

/** What every client of the SDK takes here. */
export interface ClientSettings {
  readonly region: string;
  readonly credentials: CredentialSource;
  readonly endpoint?: string;
  /** S3 only: an emulator has no host name for each bucket. */
  readonly forcePathStyle?: boolean;
  readonly retryMode: 'adaptive';
  readonly maxAttempts: number;
  readonly requestHandler: { readonly connectionTimeout: number; readonly requestTimeout: number };
}

export type CredentialSource = () => Promise<Credentials>;

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

export interface Client {
  send(command: never, options?: { abortSignal?: AbortSignal }): Promise<unknown>;
  destroy(): void;
}

// A method's parameters are compared loosely: the clients' own settings have more fields.
export type ClientClass = new (settings: never) => Client;

type Command = { readonly input: object; resolveMiddleware(...all: never[]): (...all: never[]) => Promise<{ output: unknown }> };
type CommandClass = abstract new (...all: never[]) => Command;
type InputOf<K extends CommandClass> = InstanceType<K>['input'];
type OutputOf<K extends CommandClass> = Awaited<ReturnType<ReturnType<InstanceType<K>['resolveMiddleware']>>>['output'];

export interface Operation<I extends object = object, O = unknown> {
  /** As policies name it: `iam:ListUsers`. */
  readonly permission: string;
  readonly client: ClientClass;
  /** It is sent once: whether it had an effect when no answer came is for the caller to find out. */
  readonly changes?: true;
  command(input: I): never;
  /** Only in types: what the call answers. */
  readonly answers?: O;
}

export const operation = <K extends CommandClass>(
  permission: string,
  client: ClientClass,
  command: K,
): Operation<InputOf<K>, OutputOf<K>> => ({
  permission,
  client,
  command: (input) => new (command as unknown as new (input: object) => never)(input),
});

/** An operation that changes something. */
export const change = <K extends CommandClass>(
  permission: string,
  client: ClientClass,
  command: K,
): Operation<InputOf<K>, OutputOf<K>> => ({ ...operation(permission, client, command), changes: true });
