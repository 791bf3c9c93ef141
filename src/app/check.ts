/** One line of `interlock doctor`. */
export interface Check {
  readonly name: string;
  /** `warn` does not stop anything, but will be missed one day. */
  readonly status: 'ok' | 'warn' | 'fail';
  readonly detail: string;
}
