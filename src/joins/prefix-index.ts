/** Finds values whose fixed beginning fits another text's: one of the two begins with the other. */
export class PrefixIndex<T> {
  readonly #values: readonly { readonly prefix: string; readonly value: T }[];
  readonly #lengths: readonly number[];

  constructor(values: Iterable<T>, prefixOf: (value: T) => string) {
    this.#values = [...values]
      .map((value) => ({ prefix: prefixOf(value), value }))
      .sort((a, b) => (a.prefix < b.prefix ? -1 : a.prefix > b.prefix ? 1 : 0));
    this.#lengths = [...new Set(this.#values.map(({ prefix }) => prefix.length))].sort((a, b) => a - b);
  }

  /** Cost: a search for each length of prefix that there is, and the hits. */
  *fitting(prefix: string): Generator<T> {
    for (const length of this.#lengths) {
      if (length >= prefix.length) break;
      yield* this.#beginningWith(prefix.slice(0, length), length);
    }
    yield* this.#beginningWith(prefix);
  }

  /** Those whose prefix begins with the text, or, with a length, is it. */
  *#beginningWith(text: string, length = Number.POSITIVE_INFINITY): Generator<T> {
    for (let at = this.#firstNotBefore(text); at < this.#values.length; at++) {
      const { prefix, value } = this.#values[at]!;
      if (!prefix.startsWith(text) || prefix.length > length) return;
      yield value;
    }
  }

  #firstNotBefore(text: string): number {
    let low = 0;
    let high = this.#values.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#values[middle]!.prefix < text) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
