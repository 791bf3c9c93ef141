/** The findings of all reports, until the last is read: nothing that grows with their number stays in memory. */
import type { EntityFact, RelationshipFact } from '../../model/entity.ts';
import { batches } from '../files/batches.ts';
import type { Leak } from './leak.ts';
import { LeakFacts } from './leak-facts.ts';
import { Partitioned } from './partitioned.ts';
import {
  identityOf,
  type Line,
  lineFact,
  lineIn,
  type SealContext,
  type SealedLeak,
  sealed,
  sharedPlacesOf,
} from './sealed-leak.ts';

const FACTS_PER_BATCH = 5000;

export interface Facts {
  readonly entities: readonly EntityFact[];
  readonly relationships: readonly RelationshipFact[];
}

export class Leaks implements Disposable {
  readonly #context: SealContext;
  /** By credential. */
  readonly #leaks: Partitioned<SealedLeak>;
  readonly #lines: Partitioned<Line>;
  /** Repositories, buckets and users: few, whatever was found in them. */
  readonly #shared = new Map<string, EntityFact>();

  /** `held`: how many findings stay in memory. */
  constructor(context: SealContext, held?: number) {
    this.#context = context;
    this.#leaks = new Partitioned(held);
    this.#lines = new Partitioned(held);
  }

  add(leak: Leak): void {
    const line = lineIn(leak);
    const said = sealed(leak, this.#context);
    this.#leaks.add(said.credential.key, said);
    this.#lines.add(`${line.path}:${line.line}`, line);
    for (const place of sharedPlacesOf(leak)) this.#shared.set(place.key, place);
    const user = said.identity === undefined ? undefined : identityOf(leak);
    if (user) this.#shared.set(user.key, user);
  }

  /** Each entity and relationship once, a few thousand at a time; entities before what names them. */
  *facts(): Generator<Facts> {
    yield* entitiesOf([...this.#shared.values()]);
    for (const lines of this.#lines.parts()) yield* entitiesOf(this.#places(lines));
    for (const leaks of this.#leaks.parts()) {
      const facts = new LeakFacts();
      for (const leak of leaks) facts.add(leak);
      yield* entitiesOf(facts.credentials());
      for (const relationships of batches(facts.relationships(), FACTS_PER_BATCH)) yield { entities: [], relationships };
    }
  }

  [Symbol.dispose](): void {
    this.#leaks[Symbol.dispose]();
    this.#lines[Symbol.dispose]();
  }

  #places(lines: readonly Line[]): Iterable<EntityFact> {
    const places = lines.map((line) => lineFact(line, this.#context.source));
    return new Map(places.map((place) => [place.key, place])).values();
  }
}

function* entitiesOf(facts: Iterable<EntityFact>): Generator<Facts> {
  for (const entities of batches(facts, FACTS_PER_BATCH)) yield { entities, relationships: [] };
}
