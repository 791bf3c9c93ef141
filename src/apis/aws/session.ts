import type { LimitFunction } from 'p-limit';
import { CallError, type CallFailure, callError } from './call-error.ts';
import type { Client, ClientClass, ClientSettings, CredentialSource, Operation } from './operation.ts';

/** Of the SDK: it slows down as AWS answers that there are too many requests, and tries again. */
const MAX_ATTEMPTS = 8;
const FEW_ATTEMPTS = 2;
/** Somebody waits for the answer. */
const URGENT_ATTEMPTS = 4;
const CONNECT_MS = 5000;
const REQUEST_MS = 60_000;

/** So many refusals of a call that never had an answer, and it is not sent any more: a right that lacks for one user lacks for all. */
const REFUSALS: Readonly<Record<CallFailure, number>> = { denied: 20, failed: 3, absent: Number.POSITIVE_INFINITY };

export interface SessionOptions {
  readonly account: string;
  /** Where calls go that name no region. */
  readonly region: string;
  readonly credentials: CredentialSource;
  readonly endpoint?: string | undefined;
  readonly signal: AbortSignal;
  /** How many calls may be under way at once, of all sessions together. */
  readonly limit: LimitFunction;
  /** Of each list no more than its first page, and of that the first thing: enough to tell what is allowed. Fewer attempts, too. */
  readonly firstOnly?: boolean | undefined;
  /** A refusal is not remembered: it may be cured by the next call. Fewer attempts. */
  readonly asksAgain?: boolean | undefined;
}

/** Calls as one identity in one account and region. Errors are CallErrors. */
export class Session implements AsyncDisposable {
  readonly account: string;
  readonly region: string;
  readonly #options: SessionOptions;
  readonly #clients = new Map<ClientClass, Client>();
  /** Of the same, those that try once. */
  readonly #changers = new Map<ClientClass, Client>();
  readonly #inRegions = new Map<string, Session>();
  /** By permission. */
  readonly #refusals = new Map<string, { readonly error: CallError; readonly count: number }>();
  readonly #answered = new Set<string>();

  constructor(options: SessionOptions) {
    this.account = options.account;
    this.region = options.region;
    this.#options = options;
  }

  in(region: string): Session {
    if (region === this.region) return this;
    const known = this.#inRegions.get(region);
    if (known) return known;
    const session = new Session({ ...this.#options, region });
    this.#inRegions.set(region, session);
    return session;
  }

  /** `stop`: ends this call only, besides the session's own signal. */
  async call<I extends object, O>(operation: Operation<I, O>, input: I, stop?: AbortSignal): Promise<O> {
    const { limit, firstOnly } = this.#options;
    const signal = stop ? AbortSignal.any([this.#options.signal, stop]) : this.#options.signal;
    signal.throwIfAborted();
    try {
      const answer = (await limit(() => this.#send(operation, operation.command(input), signal))) as O;
      return firstOnly ? firstOf(operation, answer) : answer;
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    }
  }

  async #send(operation: Operation<never>, command: never, signal: AbortSignal): Promise<unknown> {
    signal.throwIfAborted();
    const refusal = this.#refusals.get(operation.permission);
    if (refusal && refusal.count >= REFUSALS[refusal.error.call.failure]) throw refusal.error;
    try {
      const answer = await this.#client(operation).send(command, { abortSignal: signal });
      this.#answered.add(operation.permission);
      return answer;
    } catch (error) {
      const failed = callError(error, { permission: operation.permission, account: this.account, region: this.region });
      if (failed instanceof CallError && !this.#options.asksAgain) this.#refused(operation.permission, failed);
      throw failed;
    }
  }

  /** One answer shows that a call is possible: from then on no refusal counts. */
  #refused(permission: string, error: CallError): void {
    if (this.#answered.has(permission)) this.#refusals.delete(permission);
    else this.#refusals.set(permission, { error, count: (this.#refusals.get(permission)?.count ?? 0) + 1 });
  }

  #client({ client: make, changes }: Operation<never>): Client {
    const clients = changes ? this.#changers : this.#clients;
    const known = clients.get(make);
    if (known) return known;
    const { credentials, endpoint, firstOnly, asksAgain } = this.#options;
    const settings: ClientSettings = {
      region: this.region,
      credentials,
      ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
      retryMode: 'adaptive',
      maxAttempts: changes ? 1 : firstOnly ? FEW_ATTEMPTS : asksAgain ? URGENT_ATTEMPTS : MAX_ATTEMPTS,
      requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: REQUEST_MS },
    };
    const client = new make(settings as never);
    clients.set(make, client);
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of [...this.#clients.values(), ...this.#changers.values()]) client.destroy();
    for (const session of this.#inRegions.values()) await session[Symbol.asyncDispose]();
  }
}

/** An answer that seems to be the last page, with one item of each list. */
function firstOf<O>(operation: object, answer: O): O {
  const { paging } = operation as { readonly paging?: { readonly from: string } };
  const entries = Object.entries(answer as object).filter(([name]) => name !== paging?.from);
  return Object.fromEntries(entries.map(([name, value]) => [name, Array.isArray(value) ? value.slice(0, 1) : value])) as O;
}
