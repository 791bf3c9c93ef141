/**
 * The wildcards of policy texts: `*` any run of characters, `?` exactly one. Linear in practice, never exponential.
 *
 * A text from a policy is first turned into a glob (`toGlob`), where the two wildcards are characters that no ARN holds. So a
 * `*` that comes out of a variable's value stays a plain character.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 */
import { Interned } from './interned.ts';

export const ANY = '\uE000';
export const ONE = '\uE001';

const WILDCARD = /[*?]/g;

/** Turns the wildcards of a policy text into those of a glob. */
export const toGlob = (text: string): string => text.replace(WILDCARD, (c) => (c === '*' ? ANY : ONE));

/** The glob as a person writes it. */
export const globText = (glob: string): string => glob.replaceAll(ANY, '*').replaceAll(ONE, '?');

export const hasWildcard = (glob: string): boolean => glob.includes(ANY) || glob.includes(ONE);

export function matchesGlob(glob: string, text: string): boolean {
  if (glob === ANY) return true;
  const first = glob.indexOf(ANY);
  if (first < 0 && !glob.includes(ONE)) return glob === text;
  if (first === glob.length - 1 && !glob.includes(ONE)) return text.startsWith(glob.slice(0, -1));
  return matchesSlowly(glob, text);
}

/** Whether every (`yes`), no (`no`) or some text that begins so matches the glob. */
export function foreseenMatch(start: string, glob: string): 'yes' | 'no' | 'maybe' {
  const fixed = fixedLength(glob);
  if (fixed === glob.length) return glob.startsWith(start) ? 'maybe' : 'no';
  const common = Math.min(fixed, start.length);
  if (glob.slice(0, common) !== start.slice(0, common)) return 'no';
  return fixed === glob.length - 1 && glob[fixed] === ANY && fixed <= start.length ? 'yes' : 'maybe';
}

function matchesSlowly(glob: string, text: string): boolean {
  let g = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    const c = glob[g];
    if (c === ANY) {
      star = g++;
      resume = t;
    } else if (c !== undefined && (c === ONE || c === text[t])) {
      g++;
      t++;
    } else if (star >= 0) {
      g = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (glob[g] === ANY) g++;
  return g === glob.length;
}

const SEGMENTS = 6;

/** Splits at the first five colons; a shorter ARN is completed with wildcards, as IAM does. */
function segmentsOf(arn: string, filler: string): string[] {
  const out: string[] = [];
  let from = 0;
  while (out.length < SEGMENTS - 1) {
    const colon = arn.indexOf(':', from);
    if (colon < 0) break;
    out.push(arn.slice(from, colon));
    from = colon + 1;
  }
  out.push(arn.slice(from));
  while (out.length < SEGMENTS) out.push(filler);
  return out;
}

export type ArnMatcher = (arn: string) => boolean;

/**
 * Matches an ARN against a pattern as the ARN operators do: segment by segment, so that a wildcard before the resource part does
 * not cross a colon. A lone `*` matches everything.
 */
export const matchesArn = (glob: string, arn: string): boolean => arnMatcher(glob)(arn);

const ARN_MATCHERS = new Interned<ArnMatcher>(100_000);
const RESOURCE_MATCHERS = new Interned<ArnMatcher>(100_000);

/** The same patterns are asked again and again. */
const arnMatcher = (glob: string): ArnMatcher => ARN_MATCHERS.of(glob, () => createMatcher(glob, () => bySegment(glob)));

/**
 * Matches an ARN against a pattern of a Resource element: as the ARN operators do, and a `*` that ends a segment may go on past
 * the colon. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */
export const resourceMatcher = (glob: string): ArnMatcher =>
  RESOURCE_MATCHERS.of(glob, () => createMatcher(glob, () => acrossSegments(glob)));

/** `*`, a whole ARN and a prefix are most of what policies say; the rest is matched as `wild` does. */
function createMatcher(glob: string, wild: () => ArnMatcher): ArnMatcher {
  if (glob === ANY) return () => true;
  const colons = countColons(glob);
  const fixed = fixedLength(glob);
  if (fixed === glob.length && colons >= SEGMENTS - 1) return (arn) => arn === glob;
  const prefix = glob.slice(0, fixed);
  if (fixed === glob.length - 1 && glob[fixed] === ANY && countColons(prefix) >= SEGMENTS - 1)
    return (arn) => arn.startsWith(prefix);
  if (!glob.startsWith('arn:')) return fixed === glob.length ? (arn) => arn === glob : (arn) => matchesGlob(glob, arn);
  const rest = wild();
  return (arn) => arn.startsWith(prefix) && rest(arn);
}

function bySegment(glob: string): ArnMatcher {
  const patterns = segmentsOf(glob, ANY);
  return (arn) => {
    const parts = segmentsOf(arn, '');
    return patterns.every((pattern, i) => matchesGlob(pattern, parts[i] as string));
  };
}

function acrossSegments(glob: string): ArnMatcher {
  if (!spansSegments(glob)) return bySegment(glob);
  if (countColons(glob) >= SEGMENTS - 1) return (arn) => matchesGlob(glob, arn);
  const completed = bySegment(glob);
  return (arn) => matchesGlob(glob, arn) || completed(arn);
}

/** Whether each `*` before the resource part ends its segment, so that the whole text can be matched at once. */
function spansSegments(glob: string): boolean {
  const segments = segmentsOf(glob, '').slice(0, SEGMENTS - 1);
  return hasWildcard(glob) && segments.every((segment) => !segment.includes(ONE) && !segment.slice(0, -1).includes(ANY));
}

/** Characters before the first wildcard. */
export function fixedLength(glob: string): number {
  const any = glob.indexOf(ANY);
  const one = glob.indexOf(ONE);
  if (any < 0) return one < 0 ? glob.length : one;
  return one < 0 ? any : Math.min(any, one);
}

function countColons(text: string): number {
  let count = 0;
  for (let i = text.indexOf(':'); i >= 0 && count < SEGMENTS; i = text.indexOf(':', i + 1)) count++;
  return count;
}

/**
 * One text that the glob matches: each wildcard becomes the filler. Segments before the resource part take the given ones.
 * Used to name a thing that does not exist yet, or one object of a bucket.
 */
export function instanceOf(glob: string, filler: string): string {
  return glob.replaceAll(ANY, filler).replaceAll(ONE, filler.slice(0, 1) || 'x');
}
