/**
 * Which of very many texts were seen before, in sixteen bytes each: by a hash of 52 bits. Two texts may be taken for one (of ten
 * million with a chance of one in a hundred), never one for two: what was seen before is to be looked at again.
 */
export class SeenTexts {
  /** Open addressing; zero is a free place. */
  #places = new Float64Array(1024);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Whether it was there already. */
  add(text: string): boolean {
    const hash = hashOf(text);
    const at = placeOf(this.#places, hash);
    if (this.#places[at] === hash) return true;
    this.#places[at] = hash;
    if (++this.#size * 2 > this.#places.length) this.#grow();
    return false;
  }

  #grow(): void {
    const larger = new Float64Array(this.#places.length * 2);
    for (const hash of this.#places) if (hash !== 0) larger[placeOf(larger, hash)] = hash;
    this.#places = larger;
  }
}

/** Where the hash is, or would be. */
function placeOf(places: Float64Array, hash: number): number {
  const last = places.length - 1;
  let at = hash % places.length;
  while (places[at] !== 0 && places[at] !== hash) at = at === last ? 0 : at + 1;
  return at;
}

const PRIME = 0x01000193;
const OTHER_PRIME = 0x85ebca6b;

/** Two of FNV's kind side by side; never zero. */
function hashOf(text: string): number {
  let low = 0x811c9dc5;
  let high = 0x9747b28c;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    low = Math.imul(low ^ code, PRIME);
    high = Math.imul(high ^ code, OTHER_PRIME) ^ (high >>> 15);
  }
  return (high >>> 12) * 2 ** 32 + (low >>> 0) || 1;
}
