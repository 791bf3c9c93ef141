/**
 * Which events were seen, in 8 bytes an event plus slack: a log of ten million events takes 256 MB at most, not gigabytes of texts.
 * Ids are kept as 53-bit hashes: among n events, n²/2⁵⁴ are expected to be taken for another (0.006 of ten million).
 */
const FIRST_CAPACITY = 1 << 16;

export class EventIds {
  #slots = new Float64Array(FIRST_CAPACITY);
  #count = 0;

  /** True when it was not there yet. */
  add(id: string): boolean {
    if (this.#count * 2 >= this.#slots.length) this.#grow();
    return this.#put(this.#slots, hash53(id));
  }

  #put(slots: Float64Array, hash: number): boolean {
    const mask = slots.length - 1;
    let at = (hash % slots.length) & mask;
    for (; slots[at] !== 0; at = (at + 1) & mask) if (slots[at] === hash) return false;
    slots[at] = hash;
    this.#count++;
    return true;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Float64Array(old.length * 2);
    this.#count = 0;
    for (const hash of old) if (hash !== 0) this.#put(this.#slots, hash);
  }
}

/** Two multiplicative hashes of 32 bits side by side, the upper one cut to 21; never 0, which marks a free slot. */
function hash53(text: string): number {
  let low = 0x9e3779b9;
  let high = 0x85ebca6b;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ code, 0x5bd1e995);
    high ^= high >>> 15;
  }
  low = Math.imul(low ^ (low >>> 16), 0x7feb352d);
  high = Math.imul(high ^ (high >>> 13), 0x846ca68b);
  return ((high ^ low ^ (high >>> 16)) >>> 11) * 2 ** 32 + ((low ^ (low >>> 15)) >>> 0) || 1;
}
