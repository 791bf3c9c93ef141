/**
 * Which texts of a configuration are credentials: tokens of a known form, and values under a name that says so. What is neither is no
 * credential, whatever it looks like.
 */
import { isPlaceholder as isReference } from '../../model/secret-names.ts';
import { passwordsIn, percentDecoded, type Token, tokensIn } from '../../model/token-forms.ts';

/** Every token of a known form in a text, and the passwords of addresses. */
export function* credentialTextsIn(text: string): Generator<Token> {
  yield* tokensIn(text);
  for (const password of passwordsIn(text))
    if (!isPlaceholder(password)) yield { rule: 'password-in-address', value: percentDecoded(password) };
}

// Redactions and templates say nothing of the secret; a cut value is no value.
const PLACEHOLDER =
  /redacted|hidden|placeholder|change[_-]?me|example|dummy|your[_-]|replace|todo|no_?echo|\*{3,}|\.{3}$|…|^[x•.*#-]+$|^(.)\1+$|[<>{}]|\$\(|^\$|^%/i;

const isPlaceholder = (value: string): boolean => isReference(value) || PLACEHOLDER.test(value);

// A ciphertext of KMS, an ARN, an address, a path, a host, a number or a word is where a secret lies, or a setting.
const NO_SECRET =
  /^AQ[EI]CAH|^arn:|:\/\/|^\/|^[a-z]:\\|^-?\d+$|^(?:true|false|null|none|disabled|enabled)$|^[\w-]+(?:\.[\w-]+)+\.[a-z]{2,}$|^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$|^[a-z]+\d{0,2}(?:[-_/.](?:[a-z]+\d{0,2}|\d{1,4}))*$/i;
const SHORTEST = 8;
const LONGEST = 4096;
/** Bits per character: `aaaabbbb` has 1, a random text of twelve characters above 3. */
const LEAST_ENTROPY = 2.5;

/** Whether the value of something that is named as a secret may be one. */
export const isSecretValue = (value: string): boolean =>
  value.length >= SHORTEST &&
  value.length <= LONGEST &&
  !/\s/.test(value) &&
  !isPlaceholder(value) &&
  !NO_SECRET.test(value) &&
  entropyOf(value) >= LEAST_ENTROPY;

/** Shannon's, of the characters. */
function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  const share = [...counts.values()].map((count) => count / text.length);
  return -share.reduce((sum, p) => sum + p * Math.log2(p), 0);
}
