/**
 * Whether a subject of GitHub's fits a pattern part by part. GitHub writes `:` between the parts and never within one: names of refs have
 * none, and those of values are escaped. So what of a subject is not known (`*`) takes in no further part, though a `*` of the
 * pattern does. https://docs.github.com/actions/reference/security/oidc
 */
import { matchedBy } from '../model/wildcard.ts';

/** A subject has fewer. */
const MOST_PARTS = 16;
/** All that follows the repository is unknown, however many parts it has. */
const OPEN_END = /^repo:[^:]+:\*$/;

export function fitsPartByPart(sub: string, pattern: string): boolean {
  const [parts, wanted] = [sub.split(':'), pattern.split(':')];
  if (parts.length > MOST_PARTS || OPEN_END.test(sub)) return true;
  // Whether what is wanted after some place may be met by the parts from each place on.
  let met: readonly boolean[] = parts.map(() => false).concat(true);
  for (const one of wanted.toReversed()) {
    const after = met;
    met = after.map((_, from) =>
      parts.slice(from).some((_part, more) => {
        const end = from + more + 1;
        return after[end] === true && matchedBy(parts.slice(from, end).join(':'), one) !== 'none';
      }),
    );
  }
  return met[0] === true;
}
