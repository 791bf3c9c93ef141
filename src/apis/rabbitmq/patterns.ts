/**
 * The regular expressions of permissions, on names that are known. The broker asks Erlang's `re`, which is PCRE on bytes: what JavaScript
 * reads otherwise, or takes too long for, is not decided here. An empty expression is `^$`; none is anchored by itself.
 * https://www.rabbitmq.com/docs/access-control
 */
import { runInNewContext } from 'node:vm';

/** What JavaScript lacks, or reads otherwise: inline options, possessive quantifiers, `\A`, `\Q`, classes by name, `[]…]`. */
const IS_FOREIGN = /\(\?(?![:=!]|<[=!])|[*+?}]\+|\\[AzZGQERKhHvVXNpPgkoLlUu]|\[\[[:.=]|\[\^?\]/;
const TIMEOUT_MS = 250;

export const matchesAll = (pattern: string): boolean => /^\^?\.\*\$?$/.test(pattern);

/** Which of the names fit; undefined where only the broker can tell. */
export function namesWithin(pattern: string, names: readonly string[]): ReadonlySet<string> | undefined {
  if (matchesAll(pattern)) return new Set(names);
  if (pattern === '' || pattern === '^$') return new Set(names.filter((name) => name === ''));
  if (IS_FOREIGN.test(pattern)) return undefined;
  try {
    // A hostile expression ends by the clock. Bytes, as the broker sees them.
    const found = runInNewContext(
      'names.map((name) => expression.test(name))',
      {
        names: names.map(bytes),
        expression: new RegExp(bytes(pattern)),
      },
      { timeout: TIMEOUT_MS },
    ) as readonly boolean[];
    return new Set(names.filter((_, at) => found[at]));
  } catch {
    return undefined;
  }
}

const bytes = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
