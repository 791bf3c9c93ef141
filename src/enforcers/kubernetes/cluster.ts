/** The objects of one cluster, as steps need them: found, listed, changed under their version. Refusals of the server are RefusedErrors. */
import { ApiError, type Call, type Connection } from '../../apis/kubernetes/connection.ts';
import { InputError, RefusedError } from '../../model/errors.ts';

export interface KubeObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly creationTimestamp?: string;
    readonly deletionTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly managedFields?: readonly { readonly manager?: string; readonly fieldsV1?: unknown }[];
  };
}

const PAGE = 500;
const MANAGER = 'interlock';
const CONFLICT = 409;
/** Of a change that somebody else's change came before. */
const TRIES = 6;

/** The path of an object or, without a name, of the list; `namespace` `''` or `_` for what belongs to the cluster. */
export function pathOf(group: string, namespace: string, plural: string, name?: string): string {
  const root = group === '' ? '/api/v1' : `/apis/${group}`;
  const place = namespace === '' || namespace === '_' ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${root}${place}/${plural}${name === undefined ? '' : `/${encodeURIComponent(name)}`}`;
}

export interface Change {
  /** Nothing is kept: the server only says whether it would take it. */
  readonly dryRun?: boolean;
  /** Who the server notes as the owner of the changed fields. */
  readonly manager?: string;
}

const queryOf = ({ dryRun, manager = MANAGER }: Change): string =>
  `?fieldManager=${encodeURIComponent(manager)}${dryRun ? '&dryRun=All' : ''}`;

export class Cluster {
  readonly #connection: Connection;
  readonly #signal: AbortSignal;

  constructor(connection: Connection, signal: AbortSignal) {
    this.#connection = connection;
    this.#signal = signal;
  }

  /** Undefined where there is none. */
  async find<T extends KubeObject>(path: string): Promise<T | undefined> {
    try {
      return (await this.#get(path)) as T;
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw refusal(error);
    }
  }

  async list<T extends KubeObject>(path: string, query = ''): Promise<T[]> {
    const found: T[] = [];
    let next = '';
    do {
      const more = next && `&continue=${encodeURIComponent(next)}`;
      const page = (await this.#get(`${path}?limit=${PAGE}${query && `&${query}`}${more}`).catch((error: unknown) => {
        throw refusal(error);
      })) as { readonly items?: readonly T[] | null; readonly metadata?: { readonly continue?: string } };
      found.push(...(page.items ?? []));
      next = page.metadata?.continue ?? '';
    } while (next !== '');
    return found;
  }

  create<T extends object>(path: string, body: object, change: Change = {}): Promise<T> {
    return this.#send({ method: 'POST', path: path + queryOf(change), body }) as Promise<T>;
  }

  /** A question that is asked by POST. */
  ask<T extends object>(path: string, body: object): Promise<T> {
    return this.#send({ method: 'POST', path, body }) as Promise<T>;
  }

  /** JSON merge patch (RFC 7396); with `metadata.resourceVersion` in it, only of that version. */
  merge<T extends object>(path: string, body: object, change: Change = {}): Promise<T> {
    return this.#send({
      method: 'PATCH',
      path: path + queryOf(change),
      body,
      contentType: 'application/merge-patch+json',
    }) as Promise<T>;
  }

  /** Of exactly this object: another of its name stays. Not found is done. */
  async delete(
    path: string,
    options: { readonly uid?: string | undefined; readonly dryRun?: boolean; readonly graceSeconds?: number },
  ) {
    const { uid, dryRun, graceSeconds } = options;
    const body = {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      ...(uid !== undefined && { preconditions: { uid } }),
      ...(dryRun && { dryRun: ['All'] }),
      ...(graceSeconds !== undefined && { gracePeriodSeconds: graceSeconds }),
    };
    try {
      await this.#connection.send({ method: 'DELETE', path, body, signal: this.#signal });
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return;
      throw refusal(error);
    }
  }

  /**
   * Reads the object and writes what `next` makes of it, again as long as somebody else was faster. `undefined` of `next`: nothing is to
   * be written. Undefined where there is no such object.
   */
  async change<T extends KubeObject>(
    path: string,
    next: (now: T) => T | undefined,
    change: Change = {},
  ): Promise<{ readonly before: T; readonly after: T } | undefined> {
    for (let i = 1; ; i++) {
      const before = await this.find<T>(path);
      if (!before) return undefined;
      const wanted = next(before);
      if (!wanted) return { before, after: before };
      try {
        const put: Call = { method: 'PUT', path: path + queryOf(change), body: wanted, signal: this.#signal };
        return { before, after: (await this.#connection.send(put)) as T };
      } catch (error) {
        if (!(error instanceof ApiError) || error.status !== CONFLICT || i >= TRIES) throw refusal(error);
      }
    }
  }

  #get(path: string): Promise<unknown> {
    return this.#connection.get(path, 'application/json', this.#signal);
  }

  async #send(call: Call): Promise<unknown> {
    try {
      return await this.#connection.send({ ...call, signal: this.#signal });
    } catch (error) {
      throw refusal(error);
    }
  }
}

/** The API server has this object already, or another version of it. */
export class ConflictError extends RefusedError {}

/** What the server will say again is a refusal; whether anything else had an effect is for the probe to see. */
function refusal(error: unknown): unknown {
  if (error instanceof InputError) return new Error(error.message);
  if (!(error instanceof ApiError) || error.status >= 500) return error;
  const text = error.said === undefined ? error.message : `${error.message}: ${error.said}`;
  if (error.status === CONFLICT) return new ConflictError(text);
  if (error.status === 401) return new RefusedError(`${error.message}: it does not take the credential of the kubeconfig`);
  return new RefusedError(text);
}
