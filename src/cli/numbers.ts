import { UsageError } from '../model/errors.ts';

/** An option that is a whole number of at least `least`. */
export function wholeNumber(options: Readonly<Record<string, unknown>>, name: string, least = 0): number {
  const value = Number(options[name]);
  if (!Number.isSafeInteger(value) || value < least) {
    throw new UsageError(
      `--${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}: expected a whole number of at least ${least}, found ${String(options[name])}`,
    );
  }
  return value;
}

export function oneOf<T extends string>(options: Readonly<Record<string, unknown>>, name: string, values: readonly T[]): T {
  const value = options[name];
  const found = values.find((known) => known === value);
  if (found === undefined) throw new UsageError(`--${name}: expected ${values.join(', ')}; found ${String(value)}`);
  return found;
}

/** An option that is a time, ISO-8601 or a date. */
export function timeOption(options: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = options[name];
  if (value === undefined) return undefined;
  const time = new Date(String(value));
  if (Number.isNaN(time.getTime()))
    throw new UsageError(`--${name}: expected a time such as 2026-03-14T09:00:00Z, found ${String(value)}`);
  return time.toISOString();
}
