/** Values made from texts, one for each text: estates say the same actions, patterns and conditions thousands of times. */
export class Interned<V> {
  readonly #made = new Map<string, V>();
  readonly #most: number;

  /** `most`: begins anew when it holds so many, so that a process that lives long does not keep every estate it has seen. */
  constructor(most: number) {
    this.#most = most;
  }

  /** The value of a text. `make` is asked the first time, and must depend on nothing else. */
  of(text: string, make: () => V): V {
    const known = this.#made.get(text);
    if (known !== undefined) return known;
    if (this.#made.size >= this.#most) this.#made.clear();
    const value = make();
    this.#made.set(text, value);
    return value;
  }
}
