/**
 * Who reads a place uses the credential that it is a copy of: values of Actions secrets are never seen, so a person's word, or an id
 * written beside the secret, is what ties the two.
 *
 *     consumer ──READS──► place ──EXPOSES──► credential      ⇒      consumer ──USES──► credential
 */
import type { RelationshipFact } from '../model/entity.ts';
import { grouped } from '../model/grouped.ts';
import { CERTAINTIES } from '../model/kinds.ts';
import { relationshipId } from '../model/relationship-id.ts';
import type { Derived, Join, JoinInput } from './join.ts';

export const declaredCopiesJoin: Join = {
  name: 'declared-copies',
  needs: { entities: [], relationships: ['READS', 'EXPOSES', 'USES'], essential: ['READS', 'EXPOSES'] },
  derives: ['USES'],
  isIdle: () => false,
  run,
};

function run({ relationships }: JoinInput): Derived {
  const copies = grouped(
    relationships.filter(({ kind, version }) => kind === 'EXPOSES' && version !== 'previous'),
    ({ source }) => source,
  );
  const known = new Set(relationships.filter(({ kind }) => kind === 'USES').map(relationshipId));
  const derived = new Map<string, RelationshipFact>();
  for (const read of relationships.filter(isConsumption)) {
    for (const exposed of copies.get(read.target) ?? []) {
      const use = useOf(read, exposed);
      const id = relationshipId(use);
      if (!known.has(id) && isSurer(use, derived.get(id))) derived.set(id, use);
    }
  }
  return { entities: [], relationships: [...derived.values()] };
}

/** A right to read is no consumption: only reading that is configured or was seen. */
const isConsumption = ({ kind, basis }: RelationshipFact): boolean =>
  kind === 'READS' && (basis === 'declared' || basis === 'observed');

function useOf(read: RelationshipFact, exposed: RelationshipFact): RelationshipFact {
  return {
    source: read.source,
    kind: 'USES',
    target: exposed.target,
    basis: exposed.basis === 'declared' ? 'declared' : 'inferred',
    ...weaker(read, exposed),
    reason: `reads ${read.target}, ${exposed.basis === 'declared' ? 'a declared copy of it' : 'which holds it'}`,
    ...(read.alternative ? { alternative: read.alternative } : {}),
  };
}

/** Both must hold: the weaker certainty, and all that both are conditional on. */
function weaker(a: RelationshipFact, b: RelationshipFact): Pick<RelationshipFact, 'certainty' | 'condition' | 'conditionClass'> {
  const certainty = rank(a) >= rank(b) ? a.certainty : b.certainty;
  const gates = [a, b].filter(({ condition }) => condition !== undefined);
  const [first, second] = gates;
  if (!first) return { certainty };
  const conditionClass = second ? 'combined' : first.conditionClass;
  return {
    certainty,
    condition: gates.map(({ condition }) => condition).join(' and '),
    ...(conditionClass === undefined ? {} : { conditionClass }),
  };
}

const rank = ({ certainty }: RelationshipFact): number => CERTAINTIES.indexOf(certainty);
const isSurer = (a: RelationshipFact, b: RelationshipFact | undefined): boolean => b === undefined || rank(a) < rank(b);
