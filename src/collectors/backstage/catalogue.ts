/** All descriptors of a source together: what references lead to. */
import { owner as ownerKey } from '../../model/keys.ts';
import type { PlacedDescriptor } from './descriptor.ts';
import { type EntityReference, referenceOf, referenceText } from './reference.ts';

export interface CatalogueOwner {
  readonly key: string;
  readonly type: 'team' | 'user';
  readonly name: string;
  readonly shown: string;
  readonly contact?: string;
  readonly parent?: string;
}

export class Catalogue {
  readonly #byReference = new Map<string, PlacedDescriptor>();
  /** API → the components that provide it. */
  readonly #providers = new Map<string, EntityReference[]>();

  constructor(descriptors: readonly PlacedDescriptor[]) {
    for (const placed of descriptors) {
      const text = referenceText(placed.reference);
      if (!this.#byReference.has(text)) this.#byReference.set(text, placed);
      for (const api of referencesIn(placed, placed.descriptor.spec?.providesApis, 'api')) {
        const id = referenceText(api);
        this.#providers.set(id, [...(this.#providers.get(id) ?? []), placed.reference]);
      }
    }
  }

  /** The first that has this reference. */
  find(reference: EntityReference): PlacedDescriptor | undefined {
    return this.#byReference.get(referenceText(reference));
  }

  providersOf(api: EntityReference): readonly EntityReference[] {
    return this.#providers.get(referenceText(api)) ?? [];
  }

  /**
   * A group or a user as an owner. Where the catalogue says which team or account of GitHub it is, it is that one, so that code
   * owners and the catalogue speak of the same.
   */
  owner(reference: EntityReference): CatalogueOwner | undefined {
    const { kind, namespace, name } = reference;
    if (kind !== 'group' && kind !== 'user') return undefined;
    const type = kind === 'group' ? 'team' : 'user';
    const found = this.find(reference)?.descriptor;
    const annotated = found?.metadata.annotations?.[kind === 'group' ? 'github.com/team-slug' : 'github.com/user-login'];
    const own = annotated ?? (namespace === 'default' ? name : `${namespace}/${name}`);
    const contact = found?.spec?.profile?.email;
    const parent = found?.spec?.parent;
    return {
      key: ownerKey(type, own),
      type,
      name: own,
      shown: found?.spec?.profile?.displayName ?? found?.metadata.title ?? own,
      ...(contact && { contact }),
      ...(parent && { parent }),
    };
  }
}

/** The references of a field; what is none is left out. */
export function referencesIn(
  { reference: { namespace } }: PlacedDescriptor,
  texts: readonly string[] | null | undefined,
  kind?: string,
): EntityReference[] {
  const defaults = kind === undefined ? { namespace } : { kind, namespace };
  return (texts ?? []).map((text) => referenceOf(text, defaults)).filter((found) => found !== undefined);
}
