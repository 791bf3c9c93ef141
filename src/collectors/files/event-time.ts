import type { Time } from '../../model/entity.ts';

const FORM = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(\.\d{1,9})?\s*(Z|UTC|[+-]\d\d:?\d\d)?/;

/** An event's time as ISO-8601 UTC with milliseconds. Undefined for what is no date and time; without a zone it is UTC. */
export function eventTime(value: unknown): Time | undefined {
  if (value === last.value) return last.time;
  const time = timeOf(value);
  last = { value, time };
  return time;
}

/** Logs are in order, mostly: many events of one second follow each other. */
let last: { readonly value: unknown; readonly time: Time | undefined } = { value: undefined, time: undefined };

function timeOf(value: unknown): Time | undefined {
  const found = typeof value === 'string' ? FORM.exec(value) : null;
  if (!found) return undefined;
  const [, day, time, fraction = '', zone = 'Z'] = found;
  const offset = zone === 'UTC' || zone === 'Z' ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(-2)}`;
  const at = Date.parse(`${day}T${time}${fraction.slice(0, 4)}${offset}`);
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}
