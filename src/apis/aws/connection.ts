/** Who asks: the SDK's standard chain of credentials, and the roles that it assumes in other accounts. */
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import pLimit, { type LimitFunction } from 'p-limit';
import { InputError } from '../../model/errors.ts';
import { type CredentialSource, type Credentials, operation } from './operation.ts';
import { Session } from './session.ts';

const CALLS_AT_ONCE = 8;
const RENEW_BEFORE_MS = 5 * 60_000;
const SESSION_SECONDS = 3600;

export const getCallerIdentity = operation('sts:GetCallerIdentity', STSClient, GetCallerIdentityCommand);
export const assumeRole = operation('sts:AssumeRole', STSClient, AssumeRoleCommand);

export interface ConnectionSettings {
  /** Of the AWS configuration files. */
  readonly profile?: string | undefined;
  /** One URL for every service: an emulator, or a proxy. */
  readonly endpoint?: string | undefined;
  /** Where global services are asked. */
  readonly region: string;
  readonly signal: AbortSignal;
  /** As in SessionOptions. */
  readonly firstOnly?: boolean;
  /** As in SessionOptions. */
  readonly asksAgain?: boolean;
}

/** The sessions of one collection, or of one enforcer. */
export class Connection implements AsyncDisposable {
  readonly home: Session;
  /** `aws`, `aws-cn`, `aws-us-gov`. */
  readonly partition: string;
  /** ARN of the identity that these credentials are. */
  readonly caller: string;
  /** The public part of the credentials. */
  readonly accessKeyId: string;
  readonly #settings: ConnectionSettings;
  readonly #limit: LimitFunction;
  readonly #sessions: Session[];

  private constructor(
    { home, caller, accessKeyId }: Pick<Connection, 'home' | 'caller' | 'accessKeyId'>,
    settings: ConnectionSettings,
    limit: LimitFunction,
  ) {
    this.home = home;
    this.caller = caller;
    this.accessKeyId = accessKeyId;
    this.partition = caller.split(':')[1] ?? 'aws';
    this.#settings = settings;
    this.#limit = limit;
    this.#sessions = [home];
  }

  /** Throws CallErrors: without a known caller nothing can be collected. */
  static async open(settings: ConnectionSettings): Promise<Connection> {
    const { profile, region, endpoint, signal, firstOnly, asksAgain } = settings;
    const limit = pLimit(CALLS_AT_ONCE);
    const chain = fromNodeProviderChain({ ...(profile !== undefined && { profile }), clientConfig: { region } });
    const options = { region, credentials: renewed(() => chain()), endpoint, signal, limit, firstOnly, asksAgain };
    await using unknown = new Session({ ...options, account: 'of these credentials' });
    const { Account, Arn } = await unknown.call(getCallerIdentity, {});
    if (!Account || !Arn) throw new InputError('sts:GetCallerIdentity: the answer names no account');
    const home = new Session({ ...options, account: Account });
    const { accessKeyId } = await options.credentials();
    return new Connection({ home, caller: Arn, accessKeyId }, settings, limit);
  }

  /** As a role of another account. `role` is a name with its path, or an ARN in which `*` stands for the account. */
  async assume(account: string, role: string): Promise<Session> {
    const RoleArn = role.startsWith('arn:') ? role.replace('*', account) : `arn:${this.partition}:iam::${account}:role/${role}`;
    const credentials = renewed(() => this.#assumed(RoleArn));
    await credentials();
    const { region, endpoint, signal, firstOnly, asksAgain } = this.#settings;
    const session = new Session({ account, region, credentials, endpoint, signal, limit: this.#limit, firstOnly, asksAgain });
    this.#sessions.push(session);
    return session;
  }

  async #assumed(RoleArn: string): Promise<Credentials> {
    const input = { RoleArn, RoleSessionName: 'interlock', DurationSeconds: SESSION_SECONDS };
    const { Credentials: made } = await this.home.call(assumeRole, input);
    if (!made?.AccessKeyId || !made.SecretAccessKey)
      throw new InputError(`${RoleArn}: sts:AssumeRole answered without credentials`);
    return {
      accessKeyId: made.AccessKeyId,
      secretAccessKey: made.SecretAccessKey,
      ...(made.SessionToken !== undefined && { sessionToken: made.SessionToken }),
      ...(made.Expiration && { expiration: made.Expiration }),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const session of this.#sessions) await session[Symbol.asyncDispose]();
  }
}

/** Asks again shortly before the credentials end, once for all who wait. */
function renewed(source: CredentialSource): CredentialSource {
  let held: Promise<Credentials> | undefined;
  let until = Number.POSITIVE_INFINITY;
  return async () => {
    if (!held || Date.now() > until) {
      held = source();
      until = Number.POSITIVE_INFINITY;
      held.then(
        ({ expiration }) => {
          if (expiration) until = expiration.getTime() - RENEW_BEFORE_MS;
        },
        () => {
          held = undefined;
        },
      );
    }
    return await held;
  };
}

/** The region that the environment or the profile names. */
export async function defaultRegion(profile: string | undefined): Promise<string | undefined> {
  const client = new STSClient(profile === undefined ? {} : { profile });
  try {
    return await client.config.region();
  } catch {
    return undefined;
  } finally {
    client.destroy();
  }
}
