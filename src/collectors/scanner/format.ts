/** One kind of report. Adding one: a file like its peers, and a line in `formats.ts`. */
import type { Leak } from './leak.ts';

export interface Place {
  readonly path: string;
  readonly at: string;
  /** Under which the record lies, where the document names its records. */
  readonly name?: string | undefined;
}

export interface Found {
  readonly leaks: readonly Leak[];
  /** What was left out, and why, for a warning. */
  readonly ignored?: string | undefined;
}

export interface ReportFormat {
  /** The scanner's name, as messages say it. */
  readonly name: string;
  /** Whether a report may be of this format, by the keys of its first object as far as the file's head shows them. */
  knows(keys: readonly string[]): boolean;
  /**
   * The fields of the one document that hold the records, as lists or as objects of them. Without it every element of the top
   * list, and every line, is a record.
   */
  readonly within?: readonly string[];
  /** A document without any of the fields of `within` is a report of nothing, not a broken one. */
  readonly mayBeEmpty?: true;
  isRecord(record: object): boolean;
  /** Throws an InputError that names the place of what is not as it should be, never the value. */
  found(record: object, place: Place): Found;
}
