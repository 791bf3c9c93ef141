/** A relationship that events add up to, in memory that does not grow with the number of events. */
import type { Json, RelationshipFact, RelationshipName, Time } from '../../model/entity.ts';
import type { Certainty, RelationshipKind } from '../../model/kinds.ts';

export const MOST_NAMED = 40;
const MOST_CHANGES = 50;

export interface Change {
  readonly action: string;
  readonly at: Time;
  /** Key of the credential or session that did it, when the log says. */
  readonly credential?: string;
  readonly by: string;
  /** Key of the proof that came of it. */
  readonly created?: string;
}

export class Tally {
  readonly source: string;
  readonly kind: RelationshipKind;
  readonly target: string;
  readonly certainty: Certainty;
  readonly reason: string | undefined;
  uses = 0;
  failed = 0;
  first: Time;
  last: Time;
  /** Small lists of properties by name. */
  readonly lists = new Map<string, Set<string>>();
  readonly changes: Change[] = [];
  readonly properties: Record<string, Json> = {};

  constructor(name: RelationshipName, at: Time, certainty: Certainty = 'definite', reason?: string) {
    this.source = name.source;
    this.kind = name.kind;
    this.target = name.target;
    this.certainty = certainty;
    this.reason = reason;
    this.first = at;
    this.last = at;
  }

  /** The same events under another name. */
  renamed(name: Partial<RelationshipName>): Tally {
    return this.#copy({ source: this.source, kind: this.kind, target: this.target, ...name }, this.certainty, this.reason);
  }

  /** The same events, only `possible`. */
  weakened(reason: string, target = this.target): Tally {
    return this.#copy({ source: this.source, kind: this.kind, target }, 'possible', reason);
  }

  #copy(name: RelationshipName, certainty: Certainty, reason: string | undefined): Tally {
    const copy = new Tally(name, this.first, certainty, reason);
    copy.merge(this);
    return copy;
  }

  seen(at: Time, uses: number): void {
    this.uses += uses;
    if (at < this.first) this.first = at;
    if (at > this.last) this.last = at;
  }

  note(list: string, value: string | undefined): void {
    if (value === undefined) return;
    const values = this.lists.get(list) ?? new Set();
    if (values.size < MOST_NAMED) values.add(value);
    this.lists.set(list, values);
  }

  /** Adds the events of another tally; certainty and reason stay. */
  merge(other: Tally): void {
    this.seen(other.first, 0);
    this.seen(other.last, other.uses);
    this.failed += other.failed;
    for (const [list, values] of other.lists) for (const value of values) this.note(list, value);
    this.changes.push(...other.changes);
    Object.assign(this.properties, other.properties);
  }

  fact(): RelationshipFact {
    const lists = [...this.lists].map(([name, values]) => [name, [...values].sort()] as const);
    const changes = this.changes.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.action < b.action ? -1 : 1));
    const properties = {
      ...this.properties,
      ...Object.fromEntries(lists),
      ...(this.failed > 0 && { failed: this.failed }),
      ...(changes.length > 0 && { changes: changes.slice(-MOST_CHANGES).map((change) => ({ ...change })) }),
      ...(changes.length > MOST_CHANGES && { earlierChanges: changes.length - MOST_CHANGES }),
    };
    return {
      source: this.source,
      kind: this.kind,
      target: this.target,
      basis: 'observed',
      certainty: this.certainty,
      ...(this.reason !== undefined && { reason: this.reason }),
      firstSeen: this.first,
      lastUsed: this.last,
      ...(this.uses > 0 && { uses: this.uses }),
      ...(Object.keys(properties).length > 0 && { properties }),
    };
  }
}
