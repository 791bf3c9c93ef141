import { UsageError } from '../model/errors.ts';
import type { Options } from './options.ts';

/** `--context k=v …`: a key that is repeated has several values. */
export function requestContext(options: Options): Map<string, string[]> {
  const context = new Map<string, string[]>();
  for (const word of (options['context'] as readonly string[] | undefined) ?? []) {
    const at = word.indexOf('=');
    if (at < 1) throw new UsageError(`--context: expected key=value, found ${word}`);
    const key = word.slice(0, at);
    context.set(key, [...(context.get(key) ?? []), word.slice(at + 1)]);
  }
  return context;
}
