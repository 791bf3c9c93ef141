export interface PostgresStatement {
  /** Where it must run; absent is any database of the cluster. */
  readonly database?: string;
  readonly sql: string;
}

/** Same rule as `pg`'s `escapeIdentifier`. */
export const quoteIdentifier = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/** Same rule as `pg`'s `escapeLiteral`. */
export function quoteLiteral(text: string): string {
  const quoted = `'${text.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`;
  return text.includes('\\') ? ` E${quoted}` : quoted;
}
