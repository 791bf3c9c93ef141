import { DAY_MS, HOUR_MS, MINUTE_MS } from '../model/durations.ts';
import { UsageError } from '../model/errors.ts';

export type Options = Readonly<Record<string, unknown>>;

/** An option that is a whole number of at least `least`. */
export function wholeNumber(options: Options, name: string, least = 0): number {
  const value = Number(options[name]);
  if (!Number.isSafeInteger(value) || value < least) {
    throw new UsageError(`--${flagOf(name)}: expected a whole number of at least ${least}, found ${String(options[name])}`);
  }
  return value;
}

/** An option with a value, as it was typed. */
export function textOption(options: Options, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

export function oneOf<T extends string>(options: Options, name: string, values: readonly T[]): T {
  const value = options[name];
  const found = values.find((known) => known === value);
  if (found === undefined) throw new UsageError(`--${name}: expected ${values.join(', ')}; found ${String(value)}`);
  return found;
}

/** An option that is a time, ISO-8601 or a date. */
export function timeOption(options: Options, name: string): string | undefined {
  const value = textOption(options, name);
  if (value === undefined) return undefined;
  const time = new Date(value);
  if (Number.isNaN(time.getTime()))
    throw new UsageError(`--${name}: expected a time such as 2026-03-14T09:00:00Z, found ${value}`);
  return time.toISOString();
}

const UNITS: Readonly<Record<string, number>> = { m: MINUTE_MS, h: HOUR_MS, d: DAY_MS };

/** An option that is a length of time, such as 30m, 8h or 2d, in milliseconds. */
export function duration(options: Options, name: string): number | undefined {
  const value = textOption(options, name);
  if (value === undefined) return undefined;
  const [, count, unit] = /^(\d+(?:\.\d+)?)([mhd])$/.exec(value) ?? [];
  const ms = Number(count) * (UNITS[unit ?? ''] ?? Number.NaN);
  if (!(ms > 0)) throw new UsageError(`--${flagOf(name)}: expected a length of time such as 30m, 8h or 2d, found ${value}`);
  return ms;
}

const flagOf = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
