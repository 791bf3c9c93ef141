/**
 * How facts are kept in columns. The numbers are in files: add, never change.
 *
 *     shape   certainty | basis << 2 | version << 4 | has levels << 6 | levels << 7
 *     hot     JSON [condition, group, option, lastUsed, uses, firstSeen], null when there is none of them
 *     rest    what only explains (`explanationText`)
 */
import type { RelationshipFact, Time } from '../../model/entity.ts';
import { explanationText } from '../../model/fact-text.ts';
import { type Basis, type Certainty, LEVEL_BIT, LEVELS, type RelationshipKind } from '../../model/kinds.ts';
import type { GraphRelationship } from '../../ports/store.ts';

const KIND_CODES = {
  AUTHENTICATES_AS: 1,
  ACTS_FOR: 2,
  MEMBER_OF: 3,
  CAN_ASSUME: 4,
  HAS_GRANT: 5,
  CAN_READ: 6,
  CAN_PUT: 7,
  CAN_WRITE: 8,
  CAN_CONTROL: 9,
  CONTAINS: 10,
  EXPOSES: 11,
  HOLDS: 12,
  USES: 13,
  READS: 14,
  DEFINES: 15,
  STEERS: 16,
  HOSTS: 17,
  ESCAPES_TO: 18,
  DEPLOYS: 19,
  RUNS_AS: 20,
  ACCESSED: 21,
  MINTED: 22,
  DEPENDS_ON: 23,
  OWNED_BY: 24,
  LEAKED_IN: 25,
} as const satisfies Record<RelationshipKind, number>;

const BASIS_CODES = { declared: 0, entitled: 1, observed: 2, inferred: 3 } as const satisfies Record<Basis, number>;
const CERTAINTY_CODES = { definite: 0, conditional: 1, possible: 2 } as const satisfies Record<Certainty, number>;
const VERSION_CODES = { current: 1, previous: 2 } as const;

const inverted = <K extends string>(codes: Readonly<Record<K, number>>): readonly (K | undefined)[] => {
  const names: K[] = [];
  for (const name of Object.keys(codes) as K[]) names[codes[name]] = name;
  return names;
};
const KINDS = inverted<RelationshipKind>(KIND_CODES);
const BASIS_NAMES = inverted<Basis>(BASIS_CODES);
const CERTAINTY_NAMES = inverted<Certainty>(CERTAINTY_CODES);
const VERSION_NAMES = inverted<'current' | 'previous'>(VERSION_CODES);

/** For SQL: the bits of `shape` that hold the basis, and what they are for observed facts. */
export const BASIS_BITS = 0b1100;
export const OBSERVED_BITS = BASIS_CODES.observed << 2;

export const kindCode = (kind: RelationshipKind): number => KIND_CODES[kind];

export function kindName(code: number): RelationshipKind {
  const kind = KINDS[code];
  if (!kind) throw new RangeError(`relationship kind ${code} is not known to this interlock; use the one that wrote the store`);
  return kind;
}

export function shapeOf(fact: RelationshipFact): number {
  const version = fact.version ? VERSION_CODES[fact.version] : 0;
  let shape = CERTAINTY_CODES[fact.certainty] | (BASIS_CODES[fact.basis] << 2) | (version << 4);
  if (fact.levels) {
    shape |= 1 << 6;
    for (const level of fact.levels) shape |= LEVEL_BIT[level] << 7;
  }
  return shape;
}

export function hotOf({ condition, alternative, lastUsed, uses, firstSeen }: RelationshipFact): string | null {
  const values = [condition, alternative?.group, alternative?.option, lastUsed, uses, firstSeen];
  if (values.every((value) => value === undefined)) return null;
  return JSON.stringify(values.map((value) => value ?? null));
}

export const restOf = (fact: RelationshipFact): string | null => explanationText(fact);

/** Strength of a claim from its shape alone, for facts of the same relationship. */
export const certaintyAndBasis = (shape: number): { certainty: Certainty; basis: Basis } => ({
  certainty: CERTAINTY_NAMES[shape & 3] as Certainty,
  basis: BASIS_NAMES[(shape >> 2) & 3] as Basis,
});

type Hot = [
  condition: string | null,
  group: string | null,
  option: string | null,
  lastUsed: string | null,
  uses: number | null,
  firstSeen: string | null,
];

/** A fact without what only explains it. */
export function leanFact(
  source: string,
  kind: RelationshipKind,
  target: string,
  shape: number,
  hot: string | null,
): GraphRelationship {
  const fact: { -readonly [K in keyof GraphRelationship]: GraphRelationship[K] } = {
    source,
    kind,
    target,
    basis: BASIS_NAMES[(shape >> 2) & 3] as Basis,
    certainty: CERTAINTY_NAMES[shape & 3] as Certainty,
  };
  const version = VERSION_NAMES[(shape >> 4) & 3];
  if (version) fact.version = version;
  if (shape & (1 << 6)) fact.levels = LEVELS.filter((level) => (shape >> 7) & LEVEL_BIT[level]);
  if (hot === null) return fact;
  const [condition, group, option, lastUsed, uses, firstSeen] = JSON.parse(hot) as Hot;
  if (condition !== null) fact.condition = condition;
  if (group !== null && option !== null) fact.alternative = { group, option };
  if (lastUsed !== null) fact.lastUsed = lastUsed;
  if (uses !== null) fact.uses = uses;
  if (firstSeen !== null) fact.firstSeen = firstSeen;
  return fact;
}

export function wholeFact(lean: GraphRelationship, rest: string | null): RelationshipFact {
  return rest === null ? lean : { ...lean, ...(JSON.parse(rest) as Partial<RelationshipFact>) };
}

export function millisecondsOf(time: Time): number {
  const milliseconds = Date.parse(time);
  if (Number.isNaN(milliseconds)) throw new RangeError(`${time}: not a time; expected ISO-8601 UTC with milliseconds`);
  return milliseconds;
}

let lastMilliseconds = Number.NaN;
let lastTime = '';
/** Claims of one collection share their times: the last one is remembered. */
export function timeOf(milliseconds: number): Time {
  if (milliseconds !== lastMilliseconds) {
    lastTime = new Date(milliseconds).toISOString();
    lastMilliseconds = milliseconds;
  }
  return lastTime;
}

/** The ways to read `source KIND target`: keys may hold spaces, so there can be more than one. */
export function readingsOfName(name: string): { source: string; code: number; target: string }[] {
  const readings: { source: string; code: number; target: string }[] = [];
  for (const match of name.matchAll(/(?<= )[A-Z_]+(?= )/g)) {
    const code = (KIND_CODES as Readonly<Record<string, number>>)[match[0]];
    if (code === undefined) continue;
    readings.push({ source: name.slice(0, match.index - 1), code, target: name.slice(match.index + match[0].length + 1) });
  }
  return readings;
}
