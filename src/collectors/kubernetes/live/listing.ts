/** The objects of one kind, as records: small, and replaced when the object changes. */
import { InputError } from '../../../model/errors.ts';
import type { CollectContext } from '../../../ports/collector.ts';
import { recordsOf } from '../convert.ts';
import type { KubernetesRecord } from '../records.ts';
import { savedObject } from '../saved-object.ts';
import type { Change } from './changes.ts';
import type { Page } from './pages.ts';
import { apiVersionOf, pathOf, type Resource } from './resources.ts';

type ApiObject = Readonly<Record<string, unknown>>;

interface Known {
  readonly records: readonly KubernetesRecord[];
  /** Only while answers are kept. */
  readonly saved: object | undefined;
}

export class Listing {
  readonly resource: Resource;
  /** Of the whole list, when it was read whole. */
  version: string | undefined;
  /** Objects that are not of their kind's form. */
  readonly problems: string[] = [];
  readonly #context: CollectContext;
  readonly #known = new Map<string, Known>();

  constructor(resource: Resource, context: CollectContext) {
    this.resource = resource;
    this.#context = context;
  }

  add({ items, resourceVersion }: Page): void {
    for (const item of items) this.#put(item);
    this.version ??= resourceVersion;
  }

  change({ type, object }: Change): void {
    if (type === 'gone') this.#known.delete(nameIn(object));
    else this.#put(object);
  }

  *records(): Generator<KubernetesRecord> {
    for (const { records } of this.#known.values()) yield* records;
  }

  async save(): Promise<void> {
    if (!this.#context.save || this.#known.size === 0) return;
    const items = [...this.#known.values()].map(({ saved }) => saved);
    const list = { apiVersion: 'v1', kind: 'List', items };
    await this.#context.save(`${this.resource.plural}.json`, `${JSON.stringify(list, null, 1)}\n`);
  }

  #put(item: ApiObject): void {
    const object = {
      ...item,
      apiVersion: apiVersionOf(this.resource),
      kind: this.resource.kind,
      ...typeOfToken(this.resource, item),
    };
    const name = nameIn(item);
    try {
      const path = pathOf(this.resource);
      const records = recordsOf(object, { fingerprint: this.#context.fingerprint, path, at: name }) ?? [];
      this.#known.set(name, { records, saved: this.#context.save && savedObject(object, records) });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      this.problems.push(error.message);
    }
  }
}

function nameIn({ metadata }: ApiObject): string {
  const { namespace, name } = (metadata ?? {}) as { namespace?: unknown; name?: unknown };
  return `${typeof namespace === 'string' ? namespace : '_'}/${typeof name === 'string' ? name : ''}`;
}

/** By its metadata alone, the Secret of a service account's token is told by whose it is. */
function typeOfToken({ kind }: Resource, { type, metadata }: ApiObject): { type?: string } {
  const { annotations } = (metadata ?? {}) as { annotations?: Record<string, unknown> | null };
  const isToken = kind === 'Secret' && type === undefined && annotations?.['kubernetes.io/service-account.name'] !== undefined;
  return isToken ? { type: 'kubernetes.io/service-account-token' } : {};
}
