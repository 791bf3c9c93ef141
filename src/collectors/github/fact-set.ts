/** Facts of one scope, each said once: a second telling of a relationship counts only if it is surer. */
import type { EntityFact, RelationshipFact } from '../../model/entity.ts';
import { CERTAINTIES } from '../../model/kinds.ts';

export class FactSet {
  readonly #entities = new Map<string, EntityFact>();
  readonly #relationships = new Map<string, RelationshipFact>();

  /** Returns the key. What is known of an entity stands over a stub, which may still tell properties that it does not. */
  entity(fact: EntityFact): string {
    const known = this.#entities.get(fact.key);
    if (!known) this.#entities.set(fact.key, fact);
    else if (known.stub && !fact.stub) this.#entities.set(fact.key, completed(fact, known));
    else if (fact.stub) this.#entities.set(fact.key, completed(known, fact));
    return fact.key;
  }

  relationship(fact: RelationshipFact): void {
    const id = `${fact.source}\n${fact.kind}\n${fact.target}`;
    const known = this.#relationships.get(id);
    if (!known || rank(fact) < rank(known)) this.#relationships.set(id, fact);
  }

  get entities(): EntityFact[] {
    return [...this.#entities.values()];
  }

  get relationships(): RelationshipFact[] {
    return [...this.#relationships.values()];
  }
}

const completed = (fact: EntityFact, { properties: more }: EntityFact): EntityFact =>
  more ? { ...fact, properties: { ...more, ...fact.properties } } : fact;

const rank = ({ certainty }: RelationshipFact): number => CERTAINTIES.indexOf(certainty);
