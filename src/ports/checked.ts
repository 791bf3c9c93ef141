/** What a look at a source or an enforcer tells before it is needed. */
export interface Checked {
  /** `missing`: one thing would be left out, or refused, though the rest works. `blocked`: nothing would work. */
  readonly type: 'works' | 'missing' | 'blocked';
  /** For a person: the permission that lacks, and what to do. Never a secret. */
  readonly text: string;
}
