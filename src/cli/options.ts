import { UsageError } from '../model/errors.ts';

export type Options = Readonly<Record<string, unknown>>;

/** An option that is a whole number of at least `least`. */
export function wholeNumber(options: Options, name: string, least = 0): number {
  const value = Number(options[name]);
  if (!Number.isSafeInteger(value) || value < least) {
    throw new UsageError(
      `--${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}: expected a whole number of at least ${least}, found ${String(options[name])}`,
    );
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
