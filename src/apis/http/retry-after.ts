type Header = string | readonly string[] | null | undefined;

/** A server that says nothing, or nothing that can be read, or a time that is over, is asked again after this. */
const LEAST_MS = 1000;

/**
 * How long a server asks to wait, in milliseconds (RFC 9110, 10.2.3): seconds, or a date, which is read by the clock of the answer that
 * holds it, else by ours (`now`, milliseconds).
 */
export function retryAfterMs({ after, date }: { readonly after: Header; readonly date: Header }, now: number): number {
  const said = one(after);
  if (/^\d+$/.test(said)) return Math.max(LEAST_MS, Number(said) * 1000);
  const [until, from] = [Date.parse(said), Date.parse(one(date))];
  return Number.isNaN(until) ? LEAST_MS : Math.max(LEAST_MS, until - (Number.isNaN(from) ? now : from));
}

const one = (header: Header): string => ((typeof header === 'string' ? header : header?.[0]) ?? '').trim();
