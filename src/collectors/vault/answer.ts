/** One answer, wherever it came from. */
export interface Answer {
  /** As it is asked, below `/v1/`: `auth/approle/role/ci`. */
  readonly path: string;
  readonly isList: boolean;
  readonly data: unknown;
  /** For messages: the file, or the path itself. */
  readonly place: string;
}
