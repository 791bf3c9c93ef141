/** A cluster's own answers into the reader of files' converter: list everything, then take in what changed meanwhile. */
import pLimit from 'p-limit';
import { ApiError, Connection } from '../../../apis/kubernetes/connection.ts';
import { readAccess } from '../../../apis/kubernetes/kubeconfig.ts';
import { InputError } from '../../../model/errors.ts';
import type { CollectContext, Collected } from '../../../ports/collector.ts';
import { cloudAnswer } from '../cloud-answers.ts';
import type { KubernetesRecord } from '../records.ts';
import { changesSince } from './changes.ts';
import { Listing } from './listing.ts';
import { pages } from './pages.ts';
import { permissionOf, RESOURCES, type Resource } from './resources.ts';
import type { LiveSettings } from './settings.ts';

export interface LiveSink {
  record(record: KubernetesRecord): void;
  /** Something was not answered. */
  broken(text: string): void;
}

/** Lists under way at once. */
export const AT_ONCE = 4;

export async function* collectLive(live: LiveSettings, context: CollectContext, sink: LiveSink): AsyncGenerator<Collected> {
  try {
    const access = await readAccess(live);
    await using connection = await Connection.open(access, { environment: context.environment ?? {}, signal: context.signal });
    yield* new Collection({ live, context, sink, connection }).all();
  } catch (error) {
    context.signal.throwIfAborted();
    if (!(error instanceof InputError || error instanceof ApiError)) throw error;
    yield failed(sink, error.message);
  }
}

/** What is missing without this list, in words. A kind that the server does not have is nothing missing. */
export function problemsOf(resource: Resource, error: unknown): string[] {
  if (!(error instanceof ApiError || error instanceof InputError)) throw error;
  if (!(error instanceof ApiError)) return [error.message];
  if (error.status === 404) return [];
  if (error.status === 403) return [`${permissionOf(resource)}: not allowed; grant it to the identity that collects`];
  return [error.status === 401 ? 'the API server does not take the credential of the kubeconfig' : error.message];
}

function failed(sink: LiveSink, text: string): Collected {
  sink.broken(text);
  return { type: 'error', text };
}

interface Parts {
  readonly live: LiveSettings;
  readonly context: CollectContext;
  readonly sink: LiveSink;
  readonly connection: Connection;
}

class Collection {
  readonly #parts: Parts;
  readonly #listings: readonly Listing[];

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#listings = RESOURCES.map((resource) => new Listing(resource, parts.context));
  }

  async *all(): AsyncGenerator<Collected> {
    await this.#issuer();
    const limit = pLimit(AT_ONCE);
    const listed = this.#listings.map((listing) => limit(() => this.#read(listing)));
    for (const [index, listing] of this.#listings.entries()) {
      for (const text of (await listed[index]) ?? []) yield failed(this.#parts.sink, text);
      yield { type: 'progress', done: index + 1, total: this.#listings.length, what: listing.resource.plural };
    }
    await Promise.all(this.#listings.map((listing) => this.#follow(listing)));
    yield* this.#names();
    for (const listing of this.#listings) {
      for (const record of listing.records()) this.#parts.sink.record(record);
      for (const text of listing.problems) yield failed(this.#parts.sink, text);
      await listing.save();
    }
  }

  /** What could not be read, in words. */
  async #read(listing: Listing): Promise<string[]> {
    const { connection, context } = this.#parts;
    try {
      for await (const page of pages(connection, listing.resource, this.#isByName(listing.resource))) {
        context.signal.throwIfAborted();
        listing.add(page);
      }
      return [];
    } catch (error) {
      context.signal.throwIfAborted();
      return problemsOf(listing.resource, error);
    }
  }

  async #follow(listing: Listing): Promise<void> {
    const { connection, context } = this.#parts;
    if (listing.version === undefined || this.#isByName(listing.resource)) return;
    try {
      for await (const change of changesSince(connection, listing.resource, listing.version)) listing.change(change);
    } catch (error) {
      context.signal.throwIfAborted();
      if (!(error instanceof ApiError || error instanceof InputError)) throw error;
    }
  }

  #isByName({ hasValues }: Resource): boolean {
    return hasValues === true && !this.#parts.live.values;
  }

  /** Who of AWS is whom is no secret; it lies in a ConfigMap all the same. */
  async *#names(): AsyncGenerator<Collected> {
    if (this.#parts.live.values) return;
    const listing = this.#listings.find(({ resource }) => resource.plural === 'configmaps');
    try {
      const found = await this.#parts.connection.get('/api/v1/namespaces/kube-system/configmaps/aws-auth');
      listing?.change({ type: 'put', object: found as Readonly<Record<string, unknown>> });
    } catch (error) {
      this.#parts.context.signal.throwIfAborted();
      if (!(error instanceof ApiError || error instanceof InputError)) throw error;
      if (error instanceof ApiError && error.status !== 404 && error.status !== 403)
        yield failed(this.#parts.sink, error.message);
    }
  }

  /** Without it, what trusts the cluster's tokens cannot be joined: the server may not tell everybody. */
  async #issuer(): Promise<void> {
    const path = '/.well-known/openid-configuration';
    try {
      const answer = await this.#parts.connection.get(path);
      for (const record of cloudAnswer(answer, path).records) this.#parts.sink.record(record);
      await this.#parts.context.save?.('openid-configuration.json', `${JSON.stringify(answer)}\n`);
    } catch (error) {
      this.#parts.context.signal.throwIfAborted();
      if (!(error instanceof ApiError || error instanceof InputError)) throw error;
      if (!(error instanceof ApiError) || error.status === 401) throw error;
    }
  }
}
