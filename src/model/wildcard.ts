/**
 * Whether a text with unknown parts is matched by a pattern.
 *
 * The text: `*` is any text, also an empty one; everything else is itself. The pattern: `*` the same, `?` exactly one character
 * (IAM's StringLike: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html).
 * In both, `${*}` is the character `*` (`model/subject-pattern.ts`).
 *
 * Both are small automata whose states are positions; the pattern's is made deterministic while the text's is walked. Exact up to
 * `MOST_STATES` pairs, past which `some` is the answer, the cautious one. Cost: pairs × alphabet of the two texts.
 */
import { ANY_TEXT, ONE_CHARACTER, patternPlaces } from './subject-pattern.ts';

const MOST_STATES = 20_000;

/** Whether `all`, `some` or `none` of what the text may be is matched. */
export type Matched = 'all' | 'some' | 'none';

export function matchedBy(text: string, pattern: string): Matched {
  const [characters, places] = [textPlaces(text), patternPlaces(pattern)];
  if (characters.includes(ANY_TEXT)) return new Walk(characters, places).run();
  return matchesText(places, characters) ? 'all' : 'none';
}

/** A text has no place of exactly one unknown character. */
const textPlaces = (text: string): readonly string[] =>
  patternPlaces(text).map((place) => (place === ONE_CHARACTER ? '?' : place));

/** What surely stands at the beginning of a text with unknown parts. */
export const fixedPrefix = (text: string): string => text.slice(0, indexOrEnd(text, /\*|\$\{/));
/** What a pattern asks for at the beginning. */
export const fixedPatternPrefix = (pattern: string): string => pattern.slice(0, indexOrEnd(pattern, /[*?]|\$\{/));

const indexOrEnd = (text: string, expression: RegExp): number => {
  const at = text.search(expression);
  return at < 0 ? text.length : at;
};

/** Characters are code points, in both; wildcards are marks. */
type Characters = readonly string[];

function matchesText(pattern: Characters, text: Characters): boolean {
  let places = closed(pattern, [0]);
  for (const character of text) {
    places = step(pattern, places, character);
    if (places.length === 0) return false;
  }
  return places.includes(pattern.length);
}

/** Places in the pattern that are reached without reading: a `*` may be over. */
function closed(pattern: Characters, places: readonly number[]): number[] {
  const found = new Set<number>();
  for (let place of places) {
    found.add(place);
    while (pattern[place] === ANY_TEXT) found.add(++place);
  }
  return [...found].sort((a, b) => a - b);
}

function step(pattern: Characters, places: readonly number[], character: string): number[] {
  const next: number[] = [];
  for (const place of places) {
    const wanted = pattern[place];
    if (wanted === ANY_TEXT) next.push(place);
    else if (wanted === ONE_CHARACTER || wanted === character) next.push(place + 1);
  }
  return closed(pattern, next);
}

class Walk {
  readonly #text: Characters;
  readonly #pattern: Characters;
  /** Every character of both, and one that neither has. */
  readonly #alphabet: readonly string[];
  readonly #seen = new Set<string>();
  #open: (readonly [at: number, places: readonly number[]])[] = [];

  constructor(text: Characters, pattern: Characters) {
    this.#text = text;
    this.#pattern = pattern;
    this.#alphabet = [...new Set([...text, ...pattern].filter((c) => c !== ANY_TEXT && c !== ONE_CHARACTER)), '\u{10FFFF}'];
  }

  run(): Matched {
    let matched = false;
    let missed = false;
    this.#visit(0, closed(this.#pattern, [0]));
    for (let next = this.#open.pop(); next && !(matched && missed); next = this.#open.pop()) {
      if (this.#seen.size > MOST_STATES) return 'some';
      const [at, places] = next;
      if (at === this.#text.length) {
        if (places.includes(this.#pattern.length)) matched = true;
        else missed = true;
      } else this.#advance(at, places);
    }
    if (matched) return missed ? 'some' : 'all';
    return 'none';
  }

  #advance(at: number, places: readonly number[]): void {
    const character = this.#text[at] as string;
    if (character !== ANY_TEXT) {
      this.#visit(at + 1, step(this.#pattern, places, character));
      return;
    }
    this.#visit(at + 1, places);
    for (const any of this.#alphabet) this.#visit(at, step(this.#pattern, places, any));
  }

  #visit(at: number, places: readonly number[]): void {
    const id = `${at}:${places.join(',')}`;
    if (this.#seen.has(id)) return;
    this.#seen.add(id);
    this.#open.push([at, places]);
  }
}
