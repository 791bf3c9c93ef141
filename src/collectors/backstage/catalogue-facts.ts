/**
 * A descriptor → facts.
 *
 *     component ─OWNED_BY─► owner ◄─OWNED_BY─ repository, function, … that annotations name
 *         ├─DEPENDS_ON─► what it runs as, as annotations name it
 *         └─DEPENDS_ON─► component, resource (`dependsOn`, or whoever provides an API that it consumes)
 */
import type { EntityFact, Properties, RelationshipFact } from '../../model/entity.ts';
import { backstageEntity } from '../../model/keys.ts';
import { providerOfKey } from '../../model/kind-of-key.ts';
import type { Basis, Certainty, EntityKind } from '../../model/kinds.ts';
import { relationshipId } from '../../model/relationship-id.ts';
import { type Catalogue, type CatalogueOwner, referencesIn } from './catalogue.ts';
import type { PlacedDescriptor } from './descriptor.ts';
import { type EntityReference, referenceOf, referenceText } from './reference.ts';
import { spokenOf } from './spoken-of.ts';

/** What stands for something that runs or is kept; the rest of the catalogue groups and describes. */
const KINDS: ReadonlyMap<string, EntityKind> = new Map([
  ['component', 'Workload'],
  ['resource', 'Resource'],
]);
const DEPENDENTS: readonly EntityKind[] = ['Workload', 'Resource', 'Pipeline'];

/** The facts of one file. */
export class CatalogueFacts {
  readonly #source: string;
  readonly #catalogue: Catalogue;
  readonly #entities = new Map<string, EntityFact>();
  readonly #relationships = new Map<string, RelationshipFact>();

  constructor(source: string, catalogue: Catalogue) {
    this.#source = source;
    this.#catalogue = catalogue;
  }

  get entities(): EntityFact[] {
    return [...this.#entities.values()];
  }

  get relationships(): RelationshipFact[] {
    return [...this.#relationships.values()];
  }

  add(placed: PlacedDescriptor): void {
    const { kind } = placed.reference;
    if (kind === 'group') this.#owner(this.#catalogue.owner(placed.reference));
    if (KINDS.has(kind)) this.#thing(placed, this.#ownerOf(placed));
  }

  #thing(placed: PlacedDescriptor, found: FoundOwner | undefined): void {
    const { metadata, spec } = placed.descriptor;
    const key = this.#named(placed.reference, {
      name: metadata.title ?? metadata.name,
      properties: propertiesOf(placed),
      ...(found && { owner: found.owner.name }),
    });
    this.#own(key, found, placed);
    for (const { key: named, kind, annotation } of spokenOf(metadata.annotations ?? {})) {
      const name = named.slice(named.indexOf(':') + 1);
      const context = found && { owner: found.owner.name };
      this.#entity({ key: named, kind, name, provider: providerOfKey(named), stub: true, ...context });
      this.#own(named, found, placed);
      if (DEPENDENTS.includes(kind)) this.#depend(key, named, `its annotation ${annotation} names what it is`);
    }
    for (const other of this.#known(referencesIn(placed, spec?.dependsOn))) this.#depend(key, other, 'dependsOn');
    for (const other of this.#known(referencesIn(placed, spec?.dependencyOf))) this.#depend(other, key, 'dependencyOf');
    for (const api of referencesIn(placed, spec?.consumesApis, 'api')) this.#consume(key, api);
  }

  #consume(key: string, api: EntityReference): void {
    const providers = this.#known(this.#catalogue.providersOf(api)).filter((provider) => provider !== key);
    const certainty = providers.length === 1 ? 'definite' : 'possible';
    for (const provider of providers)
      this.#depend(key, provider, `consumes ${referenceText(api)}, which that provides`, certainty);
  }

  /** Keys of components and resources; other kinds stand for nothing that could stop. */
  #known(references: readonly EntityReference[]): string[] {
    return references.filter(({ kind }) => KINDS.has(kind)).map((reference) => this.#named(reference, { stub: true }));
  }

  #named(reference: EntityReference, rest: Partial<EntityFact>): string {
    const kind = KINDS.get(reference.kind) as EntityKind;
    const key = backstageEntity(this.#source, reference);
    this.#entity({ key, kind, name: reference.name, provider: 'backstage', ...rest });
    return key;
  }

  /** The stated owner, else that of the system it belongs to. */
  #ownerOf(placed: PlacedDescriptor): FoundOwner | undefined {
    const stated = this.#statedOwner(placed);
    if (stated) return { owner: stated, basis: 'declared', reason: `spec.owner of ${referenceText(placed.reference)}` };
    const [system] = referencesIn(placed, [placed.descriptor.spec?.system ?? ''], 'system');
    const parent = system && this.#catalogue.find(system);
    const inherited = parent && this.#statedOwner(parent);
    return inherited && { owner: inherited, basis: 'inferred', reason: `spec.owner of its system ${referenceText(system)}` };
  }

  #statedOwner({ descriptor, reference: { namespace } }: PlacedDescriptor): CatalogueOwner | undefined {
    const reference = referenceOf(descriptor.spec?.owner ?? '', { kind: 'group', namespace });
    return reference && this.#catalogue.owner(reference);
  }

  #own(key: string, found: FoundOwner | undefined, { file }: PlacedDescriptor): void {
    if (!found) return;
    const target = this.#owner(found.owner);
    const { basis, reason } = found;
    if (target !== undefined) {
      this.#relate({ source: key, kind: 'OWNED_BY', target, basis, certainty: 'definite', reason: `${file}: ${reason}` });
    }
  }

  #owner(owner: CatalogueOwner | undefined): string | undefined {
    if (!owner) return undefined;
    const { key, type, shown, contact, parent } = owner;
    const properties = { type, ...(contact !== undefined && { contact }), ...(parent !== undefined && { parent }) };
    this.#entity({ key, kind: 'Owner', name: shown, provider: 'owner', properties });
    return key;
  }

  #depend(source: string, target: string, reason: string, certainty: Certainty = 'definite'): void {
    if (source !== target) this.#relate({ source, kind: 'DEPENDS_ON', target, basis: 'declared', certainty, reason });
  }

  #entity(fact: EntityFact): void {
    const known = this.#entities.get(fact.key);
    if (!known || (known.stub && !fact.stub)) this.#entities.set(fact.key, fact);
  }

  #relate(fact: RelationshipFact): void {
    const id = relationshipId(fact);
    if (!this.#relationships.has(id)) this.#relationships.set(id, fact);
  }
}

interface FoundOwner {
  readonly owner: CatalogueOwner;
  readonly basis: Basis;
  readonly reason: string;
}

const KUBERNETES = /^backstage\.io\/kubernetes-(id|namespace|label-selector|cluster)$/;

/** What rules of the configuration and joins may ask for. */
function propertiesOf({ file, descriptor: { metadata, spec } }: PlacedDescriptor): Properties {
  const kubernetes = Object.entries(metadata.annotations ?? {}).flatMap(([name, value]) => {
    const [, which] = KUBERNETES.exec(name) ?? [];
    return which === undefined ? [] : [[which, value] as const];
  });
  const labels = Object.entries(metadata.labels ?? {}).filter(([name]) => name !== '__proto__');
  return {
    file,
    ...(spec?.type !== undefined && { type: spec.type }),
    ...(spec?.lifecycle !== undefined && { lifecycle: spec.lifecycle }),
    ...(spec?.system !== undefined && { system: spec.system }),
    ...(labels.length > 0 && { labels: Object.fromEntries(labels) }),
    ...(metadata.tags && metadata.tags.length > 0 && { topics: metadata.tags }),
    ...(kubernetes.length > 0 && { kubernetes: Object.fromEntries(kubernetes) }),
  };
}
