import type { Coverage } from '../../model/collection.ts';
import type { Collected } from '../../ports/collector.ts';

/** Collects, while a source is read, what was missing of which scope; said once at the end. */
export class CoverageNotes {
  readonly #missing = new Map<string, string[]>();

  /** The scope was seen. */
  seen(scope: string): void {
    if (!this.#missing.has(scope)) this.#missing.set(scope, []);
  }

  /** Something of the scope could not be read: it is partial. `EVERY_SCOPE` when the scope cannot be told. */
  missing(scope: string, text: string): void {
    this.seen(scope);
    this.#missing.get(scope)?.push(text);
  }

  *said(): Generator<Collected> {
    for (const [scope, missing] of [...this.#missing].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const coverage: Coverage = missing.length === 0 ? 'complete' : 'partial';
      yield { type: 'scope', scope, coverage, missing };
    }
  }
}
