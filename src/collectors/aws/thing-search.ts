/** Which things a resource pattern names, without asking each: by the part before its first wildcard. */
import { fixedLength, hasWildcard, matchesArn } from '../../iam/aws/glob.ts';
import type { Thing } from './things.ts';

export interface Named {
  readonly thing: Thing;
  /** `=`: the pattern names the thing; `<`: it names something in it. */
  readonly mark: string;
}

const NAMED = new WeakMap<readonly Thing[], Map<string, readonly Named[]>>();

/** Things that a pattern names. `things` are sorted by ARN; the answer for a list that no longer changes is kept. */
export function named(things: readonly Thing[], glob: string): readonly Named[] {
  const kept = NAMED.get(things) ?? new Map<string, readonly Named[]>();
  NAMED.set(things, kept);
  const known = kept.get(glob);
  if (known) return known;
  const found = [...search(things, glob)];
  kept.set(glob, found);
  return found;
}

function* search(things: readonly Thing[], glob: string): Generator<Named> {
  const fixed = glob.slice(0, fixedLength(glob));
  for (let i = lowerBound(things, fixed); i < things.length && (things[i] as Thing).arn.startsWith(fixed); i++) {
    const thing = things[i] as Thing;
    const mark = (matchesArn(glob, thing.arn) ? '=' : '') + (liesIn(glob, thing.arn) ? '<' : '');
    if (mark) yield { thing, mark };
  }
  for (const end of separators(fixed)) {
    const thing = things[lowerBound(things, fixed.slice(0, end))];
    if (thing?.arn === fixed.slice(0, end)) yield { thing, mark: '<' };
  }
}

/** Whether the pattern may match something below the thing. */
export const liesIn = (glob: string, arn: string): boolean => {
  const slash = glob.indexOf('/', Math.min(glob.length, 13));
  return hasWildcard(glob) && slash > 0 && matchesArn(glob.slice(0, slash), arn);
};

function* separators(text: string): Generator<number> {
  for (let i = 12; i < text.length; i++) if (text[i] === '/' || text[i] === ':') yield i;
}

function lowerBound(things: readonly Thing[], arn: string): number {
  let low = 0;
  let high = things.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((things[middle] as Thing).arn < arn) low = middle + 1;
    else high = middle;
  }
  return low;
}
