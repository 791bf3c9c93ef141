import { shownValue } from './leak.ts';

/** What `--redact=50` puts for the half that it cuts off. */
const CUT_OFF = '...';
/** Single precision is what gitleaks writes. */
const ROUNDING = 1e-5;

/**
 * As `shownValue`, of gitleaks 8 and its relatives: a text that ends in three dots is the beginning of a secret. It is all of it only where
 * the entropy beside it, which gitleaks measures before it cuts, is that of the text as it stands.
 */
export function shownByGitleaks(text: string, entropy?: unknown): string | undefined {
  const isWhole = !text.endsWith(CUT_OFF) || (typeof entropy === 'number' && Math.abs(entropyOf(text) - entropy) < ROUNDING);
  return isWhole ? shownValue(text) : undefined;
}

/** Shannon's, in bits, as gitleaks reckons it: how often each character stands in the text, for each of its bytes. */
function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  const bytes = Buffer.byteLength(text);
  let entropy = 0;
  for (const count of counts.values()) entropy -= (count / bytes) * Math.log2(count / bytes);
  return entropy;
}
