/** In which account a step acts, as whom, and whom it must never act on: ourselves. */
import { Connection } from '../../apis/aws/connection.ts';
import type { Session } from '../../apis/aws/session.ts';
import type { AwsPrincipal } from '../../model/aws-principal.ts';
import { RefusedError } from '../../model/errors.ts';

export interface AccountsSettings {
  readonly profile?: string | undefined;
  readonly region: string;
  readonly endpoint?: string | undefined;
  /** By account id: the role that acts there. */
  readonly accounts: Readonly<Record<string, { readonly roleArn: string }>>;
}

/** Users and roles that we are; names are unique in an account, whatever their path. */
export interface OwnIdentities {
  readonly accessKeyId: string;
  /** `user/ci`, `role/interlock`, `root/`, by account. */
  is(account: string, principal: AwsPrincipal | { readonly type: 'root'; readonly name: '' }): boolean;
  /** ARN of whom we act as in the account: what a permission is asked for. */
  arnIn(account: string): string | undefined;
}

export class Accounts implements AsyncDisposable {
  readonly #settings: AccountsSettings;
  readonly #stop = new AbortController();
  #connection: Promise<Connection> | undefined;
  readonly #sessions = new Map<string, Promise<Session>>();

  constructor(settings: AccountsSettings) {
    this.#settings = settings;
  }

  /** A session in that account, and no other: a RefusedError where there is no way. */
  async in(account: string, signal: AbortSignal): Promise<Session> {
    signal.throwIfAborted();
    const connection = await this.connection();
    const role = this.#settings.accounts[account]?.roleArn;
    if (role === undefined && connection.home.account === account) return connection.home;
    if (role === undefined) {
      throw new RefusedError(
        `the credentials of this enforcer are of account ${connection.home.account}, the step is in ${account}: name a role for it (accounts: { "${account}": { roleArn: … } })`,
      );
    }
    const known = this.#sessions.get(account) ?? connection.assume(account, role);
    this.#sessions.set(account, known);
    known.catch(() => this.#sessions.delete(account));
    return known;
  }

  /** Opened once; a failure is forgotten. */
  async connection(): Promise<Connection> {
    const { profile, region, endpoint } = this.#settings;
    this.#connection ??= Connection.open({ profile, region, endpoint, signal: this.#stop.signal, asksAgain: true });
    this.#connection.catch(() => {
      this.#connection = undefined;
    });
    return this.#connection;
  }

  async ourselves(): Promise<OwnIdentities> {
    const { caller, accessKeyId, home } = await this.connection();
    const { accounts } = this.#settings;
    const all = [caller, ...Object.values(accounts).map(({ roleArn }) => roleArn)].flatMap((arn) => identityOf(arn) ?? []);
    return {
      accessKeyId,
      is: (account, { type, name }) =>
        all.some((one) => one.account === account && one.type === type && isSameName(one.name, name)),
      arnIn: (account) => accounts[account]?.roleArn ?? (account === home.account ? caller : undefined),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    const connection = await this.#connection?.catch(() => undefined);
    await connection?.[Symbol.asyncDispose]();
  }
}

/** Names of users and roles are unique whatever their case. */
const isSameName = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** A session's ARN names its role, without the path. */
function identityOf(arn: string): { readonly account: string; readonly type: string; readonly name: string } | undefined {
  const found = /^arn:[\w-]+:(?:iam|sts)::(\d{12}):(user|role|assumed-role|root)(?:\/(.+))?$/.exec(arn);
  if (!found) return undefined;
  const [, account = '', type = '', rest = ''] = found;
  if (type === 'assumed-role') return { account, type: 'role', name: rest.split('/', 1)[0] ?? '' };
  return { account, type, name: rest.slice(rest.lastIndexOf('/') + 1) };
}
