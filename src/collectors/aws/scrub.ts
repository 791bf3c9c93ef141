/** Policy texts and tags hold no secrets, as a rule; what looks like one is dropped before anything is kept. */
import type { Json } from '../../model/entity.ts';

const TOKENS =
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*|gh[a-z]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|xox[a-z]-[\w-]{10,}|sk_live_\w{10,}/g;
const FORTY = /(?<![A-Za-z0-9/+=])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])/g;
const MIXED = /^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)/;
const HIDDEN = '(hidden)';

/** A run of forty base64 characters that mixes cases and digits is a secret access key; a path or a name is not. */
export const scrubbedText = (text: string): string =>
  text.replace(TOKENS, HIDDEN).replace(FORTY, (found) => (MIXED.test(found) ? HIDDEN : found));

/** The value without anything that looks like a secret, and without keys of the prototype. Itself, when there is nothing of these. */
export const scrubbed = (value: unknown): Json => (isClean(value) ? (value as Json) : cleaned(value));

function isClean(value: unknown): boolean {
  if (typeof value === 'string') return scrubbedText(value) === value;
  if (Array.isArray(value)) return value.every(isClean);
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).every(([key, inner]) => key !== '__proto__' && isClean(inner));
  return typeof value === 'number' || typeof value === 'boolean' || value === null;
}

function cleaned(value: unknown): Json {
  if (typeof value === 'string') return scrubbedText(value);
  if (Array.isArray(value)) return value.map(cleaned);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key]) => key !== '__proto__')
        .map(([key, inner]) => [key, cleaned(inner)]),
    );
  return typeof value === 'number' || typeof value === 'boolean' ? value : null;
}
