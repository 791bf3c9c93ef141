/** An authorization server, asked as one of its clients. Messages name the server and the status: never a token or a secret. */
import {
  type AuthorizationServer,
  allowInsecureRequests,
  ClientSecretBasic,
  discoveryRequest,
  introspectionRequest,
  processDiscoveryResponse,
  processIntrospectionResponse,
  processRevocationResponse,
  ResponseBodyError,
  revocationRequest,
} from 'oauth4webapi';
import { retryAfterMs } from '../../apis/http/retry-after.ts';
import { messageOf, RefusedError, ThrottledError } from '../../model/errors.ts';

export interface OauthSettings {
  /** Its metadata name the endpoints; unless both are given. */
  readonly issuer: string;
  readonly revocationEndpoint?: string | undefined;
  readonly introspectionEndpoint?: string | undefined;
  /** The client that the tokens were issued to: a server ends only a client's own. */
  readonly clientId: string;
  readonly clientSecret: string;
}

const TIMEOUT_MS = 30_000;

export class OauthServer {
  readonly place: string;
  readonly #settings: OauthSettings;
  #metadata: Promise<AuthorizationServer> | undefined;

  constructor(settings: OauthSettings) {
    this.#settings = settings;
    this.place = new URL(settings.issuer).host;
  }

  /** Where tokens are ended and asked about; refuses a server that has no such endpoint. */
  async metadata(signal: AbortSignal): Promise<AuthorizationServer> {
    this.#metadata ??= this.#discover(signal);
    this.#metadata.catch(() => {
      this.#metadata = undefined;
    });
    return this.#metadata;
  }

  async #discover(signal: AbortSignal): Promise<AuthorizationServer> {
    const { issuer, revocationEndpoint: revocation, introspectionEndpoint: introspection } = this.#settings;
    const stated = {
      ...(revocation !== undefined && { revocation_endpoint: revocation }),
      ...(introspection !== undefined && { introspection_endpoint: introspection }),
    };
    const url = new URL(issuer);
    const found =
      revocation !== undefined && introspection !== undefined
        ? { issuer }
        : await this.#ask('its metadata', async () =>
            processDiscoveryResponse(url, await this.#waiting(await discoveryRequest(url, this.#options(signal)))),
          );
    const whole = { ...found, ...stated };
    if (whole.revocation_endpoint === undefined || whole.introspection_endpoint === undefined)
      throw new RefusedError(
        `${this.place} names no ${whole.revocation_endpoint === undefined ? 'revocation' : 'introspection'} endpoint: set it, or end the token by hand`,
      );
    return whole;
  }

  /** Undefined: the server does not know it, or it is over. Otherwise until when it works, if the server says so. */
  async activeToken(token: string, signal: AbortSignal): Promise<{ readonly until: string | undefined } | undefined> {
    const as = await this.metadata(signal);
    const { clientId, clientSecret } = this.#settings;
    const client = { client_id: clientId };
    const answer = await this.#ask('introspection', async () => {
      const auth = ClientSecretBasic(clientSecret);
      const response = await introspectionRequest(as, client, auth, token, this.#options(signal));
      return processIntrospectionResponse(as, client, await this.#waiting(response));
    });
    if (!answer.active) return undefined;
    return { until: answer.exp === undefined ? undefined : new Date(answer.exp * 1000).toISOString() };
  }

  /** What it answers proves nothing: ask about the token afterwards. */
  async revoke(token: string, signal: AbortSignal): Promise<void> {
    const as = await this.metadata(signal);
    const { clientId, clientSecret } = this.#settings;
    await this.#ask('revocation', async () => {
      const auth = ClientSecretBasic(clientSecret);
      const response = await revocationRequest(as, { client_id: clientId }, auth, token, this.#options(signal));
      await processRevocationResponse(await this.#waiting(response));
    });
  }

  #options(signal: AbortSignal) {
    const isLoopback = /^http:\/\/(127\.\d+\.\d+\.\d+|localhost|\[::1\])[:/]/.test(`${this.#settings.issuer}/`);
    return { signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]), [allowInsecureRequests]: isLoopback };
  }

  /** RFC 7009, 2.2.1: 503 with Retry-After means that the token still exists. */
  async #waiting(response: Response): Promise<Response> {
    if (response.status !== 429 && response.status !== 503) return response;
    await response.body?.cancel();
    const said = { after: response.headers.get('retry-after'), date: response.headers.get('date') };
    const wait = retryAfterMs(said, Date.now());
    throw new ThrottledError(`${this.place} answered ${response.status}: it asks to wait`, wait);
  }

  async #ask<T>(what: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      if (error instanceof ThrottledError || error instanceof RefusedError) throw error;
      if (error instanceof ResponseBodyError)
        throw new RefusedError(
          `${this.place}: ${what}: ${error.error} (${error.status}): check clientId, clientSecret, and whose token it is`,
        );
      const { cause } = error as { readonly cause?: unknown };
      const status = cause instanceof Response ? cause.status : undefined;
      if (status !== undefined && status >= 400 && status < 500)
        throw new RefusedError(`${this.place}: ${what}: answered ${status}`);
      if (status !== undefined) throw new Error(`${this.place}: ${what}: answered ${status}`);
      const code = (cause as { code?: unknown } | undefined)?.code;
      throw new Error(`${this.place}: ${what}: ${typeof code === 'string' ? code : messageOf(error)}`);
    }
  }
}
