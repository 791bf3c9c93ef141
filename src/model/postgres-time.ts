/**
 * A timestamp as PostgreSQL writes it in UTC (`2026-11-21 12:00:00.5+00`), in milliseconds since 1970. `infinity`, and times later than
 * JavaScript's dates hold, are Infinity; `-infinity` is -Infinity. https://www.postgresql.org/docs/current/datatype-datetime.html
 */
export function postgresTime(text: string): number {
  if (text === '-infinity') return -Infinity;
  const at = Date.parse(text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00'));
  return Number.isFinite(at) ? at : Infinity;
}
