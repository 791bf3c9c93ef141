import { CallError, callText } from '../../../apis/aws/call-error.ts';
import { InputError } from '../../../model/errors.ts';

const MOST_NAMED = 3;

interface Failed {
  readonly error: CallError;
  readonly regions: Set<string>;
}

/** What could not be had of one account: each refused right once, with the regions where it was refused. */
export class Problems {
  readonly #calls = new Map<string, Failed>();
  readonly #texts = new Set<string>();

  /** Throws what is no failed call: a mistake of ours, or the end of the collection. */
  add(error: unknown): void {
    if (error instanceof CallError) this.#add(error);
    else if (error instanceof InputError) this.#texts.add(error.message);
    else throw error;
  }

  #add(error: CallError): void {
    const { permission, reason, region } = error.call;
    const known = this.#calls.get(`${permission} ${reason}`);
    if (known) known.regions.add(region);
    else this.#calls.set(`${permission} ${reason}`, { error, regions: new Set([region]) });
  }

  texts(): string[] {
    const calls = [...this.#calls.values()].map(({ error, regions }) => callText(error.call, placesIn([...regions].sort())));
    return [...calls, ...this.#texts].sort();
  }
}

const placesIn = (regions: readonly string[]): string =>
  regions.slice(0, MOST_NAMED).join(', ') + (regions.length > MOST_NAMED ? ` and ${regions.length - MOST_NAMED} more` : '');
