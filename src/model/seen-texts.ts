import { textHash } from './text-hash.ts';

const FIRST_CAPACITY = 1 << 10;

/**
 * Which texts (ids of events, fingerprints) were seen, in 8 bytes a text plus slack: ten million take 256 MB at most, not gigabytes.
 * They are kept as 53-bit hashes: among n, n²/2⁵⁴ are expected to be taken for another (0.006 of ten million).
 */
export class SeenTexts {
  #slots = new Float64Array(FIRST_CAPACITY);
  #count = 0;

  /** True when it was not there yet. */
  add(text: string): boolean {
    if (this.#count * 2 >= this.#slots.length) this.#grow();
    return this.#put(this.#slots, textHash(text));
  }

  #put(slots: Float64Array, hash: number): boolean {
    // A power of two; zero is a free slot.
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
