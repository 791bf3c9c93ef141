import type { EntityFact, RelationshipFact } from '../../model/entity.ts';
import { kindOfKey } from '../../model/kind-of-key.ts';
import type { RelationshipKind } from '../../model/kinds.ts';
import { relationshipId } from '../../model/relationship-id.ts';

type Rest = Partial<Omit<RelationshipFact, 'source' | 'kind' | 'target'>>;

/** The facts of one scope: each thing and each tie once; what another scope owns is named by a stub. */
export class FactSheet {
  readonly #entities = new Map<string, EntityFact>();
  readonly #relationships = new Map<string, RelationshipFact>();

  entity(fact: Omit<EntityFact, 'provider'>): void {
    this.#entities.set(fact.key, { ...fact, provider: 'keycloak' });
  }

  /** Entitled and definite unless `rest` says otherwise. */
  tie(source: string, kind: RelationshipKind, target: string, rest: Rest = {}): void {
    const fact: RelationshipFact = { source, kind, target, basis: 'entitled', certainty: 'definite', ...rest };
    const id = relationshipId(fact);
    const known = this.#relationships.get(id);
    if (known?.certainty !== 'definite') this.#relationships.set(id, fact);
  }

  facts(): { readonly entities: EntityFact[]; readonly relationships: RelationshipFact[] } {
    const relationships = [...this.#relationships.values()];
    const entities = new Map(this.#entities);
    for (const { source, target } of relationships)
      for (const key of [source, target]) if (!entities.has(key)) entities.set(key, stubOf(key));
    return { entities: [...entities.values()], relationships };
  }
}

const stubOf = (key: string): EntityFact => ({
  key,
  kind: kindOfKey(key) ?? 'External',
  name: key.slice(Math.max(key.lastIndexOf('/'), key.lastIndexOf('#')) + 1),
  provider: key.slice(0, key.indexOf(':')),
  stub: true,
});
